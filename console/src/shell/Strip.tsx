// The engine's state, in one line under every page.
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { useSystem } from './useSystem'

export function Strip() {
  const { t, language } = useWords()
  const system = useSystem()
  const lost = system.isError || system.isRefetchError
  const now = lost ? undefined : system.data
  const state = lost ? 'unreachable' : now === undefined || now.ready ? 'ready' : 'notReady'
  const facts: [string, string][] =
    now === undefined
      ? []
      : [
          [t('shell.strip.lag'), format.milliseconds(now.viewLagMs, language)],
          [t('shell.strip.log'), format.bytes(now.logBytes, language)],
          [t('shell.strip.state'), format.bytes(now.stateBytes, language)],
          [t('shell.strip.memory'), format.bytes(now.residentBytes, language)],
          [t('shell.strip.disk'), format.bytes(now.diskFreeBytes, language)],
          [t('shell.strip.uptime'), format.duration(now.uptimeSeconds, language)],
          [t('shell.strip.version'), now.version],
        ]
  return (
    <footer className="strip" aria-label={t('shell.strip.label')}>
      {(now !== undefined || lost) && (
        <span className={`strip-state strip-${state}`}>
          <i aria-hidden="true" />
          {t(`shell.strip.${state}`)}
        </span>
      )}
      <dl className="strip-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </footer>
  )
}
