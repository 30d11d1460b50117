// How the engine is: ready or why not, what it holds and uses, how far its log goes, what could not be taken.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { useSystem } from '../shell/useSystem'
import { Check } from './Check'
import { DeadLetters } from './DeadLetters'
import { ageOf, behindOf, diskOf, isTight, memoryOf, packingOf, type Retention as Kept, type System } from './system'
import { useViewName } from './useViewName'
import '../shared/fields.css'
import './system.css'

/** Words for what `intake` may be. */
const REASONS = ['disk_full', 'log_failed', 'state_failed', 'views_stopped', 'views_behind'] as const

function Health({ system, lost }: { system: System; lost: boolean }) {
  const { t, language } = useWords()
  const why = REASONS.find((reason) => reason === system.intake)
  const state = lost ? 'lost' : system.ready ? 'ready' : 'notReady'
  const facts: [string, ReactNode][] = [
    [t('system.health.lag'), format.milliseconds(system.viewLagMs, language)],
    [t('system.health.uptime'), format.duration(system.uptimeSeconds, language)],
    ...(system.startedAt === undefined ? [] : [[t('system.health.started'), format.date(system.startedAt, language, 'moment')] as [string, ReactNode]]),
    [t('system.health.version'), system.version],
    [t('system.health.zone'), system.timeZone ?? '–'],
    [t('system.health.partitions'), format.count(system.partitions ?? system.positions.length, language)],
    [t('system.health.model'), system.model === undefined || system.model.version === 0 ? t('system.health.modelNone') : `${system.model.name} v${system.model.version}`],
  ]
  const links = [
    { href: '/metrics', name: t('system.health.metrics') },
    { href: '/openapi.json', name: t('system.health.openapi') },
  ]
  return (
    <Card id="health" className="system-wide" title={t('system.health.title')}>
      <div className="health">
        <p className={`health-state health-${state}`} role="status">
          <i aria-hidden="true" />
          <b>{t(`system.health.${state}`)}</b>
          {state === 'notReady' && <span>{why === undefined ? t('system.health.whyUnknown') : t(`system.health.intake.${why}`)}</span>}
        </p>
        <dl className="health-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          <div>
            <dt>{t('system.health.links')}</dt>
            <dd className="health-links">
              {links.map(({ href, name }) => (
                <a key={href} href={href} target="_blank" rel="noreferrer" title={t('system.health.newTab')}>{name}</a>
              ))}
            </dd>
          </div>
        </dl>
      </div>
    </Card>
  )
}

function Counts({ counts }: { counts: NonNullable<System['counts']> }) {
  const { t, language } = useWords()
  return (
    <Card id="counts" className="system-wide" title={t('system.counts.title')}>
      <dl className="system-counts">
        {(['events', 'customers', 'items', 'orders', 'decisions', 'deadLetters'] as const).map((name) => (
          <div key={name}>
            <dt>{t(`system.counts.${name}`)}</dt>
            <dd className={name === 'deadLetters' && counts[name] > 0 ? 'warn' : undefined}>{format.count(counts[name], language)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

function Meter({ name, value, note, share, tight = false }: { name: string; value: string; note?: string | undefined; share?: number | undefined; tight?: boolean }) {
  return (
    <li className="meter">
      <span className="meter-name">{name}</span>
      <span className={tight ? 'bar bar-bad' : 'bar'} aria-hidden="true">{share !== undefined && <i style={{ width: `${Math.max(share > 0 ? 1 : 0, Math.round(share * 100))}%` }} />}</span>
      <b className="meter-value">{value}</b>
      <span className="meter-note">{note}</span>
    </li>
  )
}

function Room({ system }: { system: System }) {
  const { t, language } = useWords()
  const viewName = useViewName()
  const disk = diskOf(system)
  const ofDisk = (bytes: number) => (disk === undefined ? undefined : bytes / disk.all)
  const shareText = (share: number) => (share > 0 && share < 0.01 ? `< ${format.percent(0.01, language)}` : format.percent(share, language))
  const note = (bytes: number) => (disk === undefined ? undefined : t('system.room.ofDisk', { share: shareText(bytes / disk.all) }))
  const parts = memoryOf(system)
  const packing = packingOf(system)
  const most = Math.max(0, ...parts.map((part) => part.bytes))
  return (
    <Card id="room" title={t('system.room.title')}>
      <ul className="meters">
        <Meter
          name={t('system.room.disk')}
          value={t('system.room.diskFree', { free: format.bytes(system.diskFreeBytes, language) })}
          note={disk && t('system.room.diskText', { used: format.bytes(disk.used, language), all: format.bytes(disk.all, language) })}
          share={disk?.share}
          tight={disk !== undefined && isTight(disk.share)}
        />
        <Meter name={t('system.room.log')} value={format.bytes(system.logBytes, language)} note={note(system.logBytes)} share={ofDisk(system.logBytes)} />
        {packing !== undefined && (
          <Meter
            name={t('system.room.packed')}
            value={format.bytes(packing.bytes, language)}
            note={t('system.room.packedText', { share: shareText(packing.share), segments: format.count(packing.segments, language), all: format.count(packing.all, language) })}
            share={packing.share}
          />
        )}
        <Meter name={t('system.room.state')} value={format.bytes(system.stateBytes, language)} note={note(system.stateBytes)} share={ofDisk(system.stateBytes)} />
      </ul>
      <h3 className="system-sub">
        {t('system.room.memory')} <b>{format.bytes(system.residentBytes, language)}</b>
        {parts.length > 0 && <span className="less">{t('system.room.views')}</span>}
      </h3>
      <ul className="meters">
        {parts.map((part) => (
          <Meter key={part.view} name={part.view === '' ? t('system.room.otherMemory') : viewName(part.view)} value={format.bytes(part.bytes, language)} note={t('system.room.ofMemory', { share: shareText(part.bytes / Math.max(1, system.residentBytes)) })} share={most > 0 ? part.bytes / most : 0} />
        ))}
      </ul>
    </Card>
  )
}

function Backup({ backup }: { backup: NonNullable<NonNullable<System['storage']>['backup']> }) {
  const { t, language } = useWords()
  const finished = backup.finishedAt
  const runs = backup.phase === 'state' || backup.phase === 'log' || backup.phase === 'verify'
  const share = runs && backup.allBytes !== undefined && backup.allBytes > 0 ? Math.min(1, (backup.doneBytes ?? 0) / backup.allBytes) : 0
  const facts: [string, string][] = [
    ...(typeof finished === 'string' && !runs ? [[t('system.backup.when'), `${format.date(finished, language, 'moment')} (${format.ago(finished, Date.now(), language)})`] as [string, string]] : []),
    ...(backup.to === undefined ? [] : [[t('system.backup.to'), backup.to] as [string, string]]),
    ...(backup.phase === 'done' ? [[t('system.backup.copied'), format.bytes(backup.copiedBytes ?? 0, language)], [t('system.backup.kept'), format.bytes((backup.sameBytes ?? 0) + (backup.linkedBytes ?? 0), language)], [t('system.backup.key'), t(backup.withKey === true ? 'system.backup.withKey' : 'system.backup.withoutKey')]] as [string, string][] : []),
    ...(backup.phase === 'failed' && backup.why !== undefined ? [[t('system.backup.why'), backup.why] as [string, string]] : []),
  ]
  return (
    <Card id="backup" title={t('system.backup.title')}>
      <div className="system-facts">
        <p className={backup.phase === 'none' || backup.phase === 'failed' ? 'warn' : undefined} role="status">
          {t(`system.backup.${runs ? 'runs' : backup.phase}`, { share: format.percent(share, language) })}
        </p>
        <dl className="health-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p className="less">{t('system.backup.how')}</p>
      </div>
    </Card>
  )
}

function Retention({ kept }: { kept: Kept }) {
  const { t, language } = useWords()
  const { eventsSeconds, logBytes } = kept.rule
  const age = eventsSeconds === undefined ? undefined : ageOf(eventsSeconds)
  const moment = (at: string) => format.date(at, language, 'moment')
  const facts: [string, string][] = [
    ...(age === undefined ? [] : [[t('system.retention.age'), t(`system.retention.${age.unit}`, { count: age.count })] as [string, string]]),
    ...(logBytes === undefined ? [] : [[t('system.retention.size'), format.bytes(logBytes, language)] as [string, string]]),
    ...(typeof kept.oldestAt === 'string' ? [[t('system.retention.oldest'), `${moment(kept.oldestAt)} (${format.ago(kept.oldestAt, Date.now(), language)})`] as [string, string]] : []),
    ...(kept.base === null
      ? []
      : ([
          [t('system.retention.base'), t('system.retention.baseText', { number: kept.base.number, events: format.count(kept.base.events, language), bytes: format.bytes(kept.base.bytes, language) })],
          ...(typeof kept.base.until === 'string' ? [[t('system.retention.until'), moment(kept.base.until)]] : []),
        ] as [string, string][])),
    ...(typeof kept.nextDropAt === 'string' ? [[t('system.retention.next'), moment(kept.nextDropAt)] as [string, string]] : []),
    ...(kept.phase === 'failed' && kept.why !== undefined ? [[t('system.retention.why'), kept.why] as [string, string]] : []),
  ]
  return (
    <Card id="retention" title={t('system.retention.title')}>
      <div className="system-facts">
        <p className={kept.phase === 'failed' ? 'warn' : undefined} role="status">{t(`system.retention.${kept.phase}`)}</p>
        <dl className="health-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p className="less">{t('system.retention.how')}</p>
      </div>
    </Card>
  )
}

function Positions({ positions }: { positions: System['positions'] }) {
  const { t, language } = useWords()
  return (
    <Card id="positions" title={t('system.positions.title')}>
      <div className="table-wrap positions" role="group" aria-label={t('system.positions.title')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('system.positions.partition')}</th>
              <th scope="col" className="number">{t('system.positions.end')}</th>
              <th scope="col" className="number">{t('system.positions.folded')}</th>
              <th scope="col" className="number">{t('system.positions.behind')}</th>
            </tr>
          </thead>
          <tbody>
            {positions.map((one) => {
              const behind = behindOf(one)
              return (
                <tr key={one.partition}>
                  <th scope="row">{one.partition}</th>
                  <td className="number">{format.count(one.logEnd, language)}</td>
                  <td className="number">{format.count(one.folded, language)}</td>
                  <td className={behind > 0 ? 'number warn' : 'number less'}>{behind > 0 ? format.count(behind, language) : t('system.positions.none')}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </Card>
  )
}

function Sources() {
  const { t, language } = useWords()
  const sources = useQuery({ queryKey: ['sources'], queryFn: ({ signal }) => call('get', '/api/v1/sources', { query: { limit: 100 }, signal }), staleTime: 60_000 })
  const now = Date.now()
  return (
    <Card id="sources" title={t('system.sources.title')}>
      <View query={sources} empty={(list) => list.items.length === 0} whenEmpty={<Empty title={t('system.sources.empty')}>{t('system.sources.emptyText')}</Empty>}>
        {(list) => (
          <div className="table-wrap" role="group" aria-label={t('system.sources.title')} tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('system.sources.name')}</th>
                  <th scope="col">{t('system.sources.dialects')}</th>
                  <th scope="col" className="number">{t('system.sources.events')}</th>
                  <th scope="col">{t('system.sources.last')}</th>
                </tr>
              </thead>
              <tbody>
                {list.items.map((source) => (
                  <tr key={source.id}>
                    <th scope="row">{source.name}</th>
                    <td>{(source.dialects ?? []).join(', ') || '–'}</td>
                    <td className="number">{source.events === undefined ? '–' : format.count(source.events, language)}</td>
                    <td>
                      {typeof source.lastEventAt === 'string' ? (
                        <time dateTime={source.lastEventAt} title={format.date(source.lastEventAt, language, 'moment')}>{format.ago(source.lastEventAt, now, language)}</time>
                      ) : (
                        <span className="less">{t('system.sources.never')}</span>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </View>
    </Card>
  )
}

function Libraries({ libraries }: { libraries: NonNullable<System['libraries']> }) {
  const { t } = useWords()
  return (
    <Card id="libraries" title={t('system.libraries.title')} note={t('system.libraries.note')}>
      <dl className="libraries">
        {libraries.map((one) => (
          <div key={one.name}>
            <dt>{one.name}</dt>
            <dd>{one.version}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

export default function SystemPage() {
  const { t } = useWords()
  const system = useSystem()
  return (
    <Page title={t('system.title')} help="system">
      <View query={system} lines={12}>
        {(found) => (
          <div className="system">
            <Health system={found} lost={system.isRefetchError} />
            {found.counts !== undefined && <Counts counts={found.counts} />}
            <div className="system-column">
              <Room system={found} />
              {found.storage?.backup !== undefined && <Backup backup={found.storage.backup} />}
              {found.storage?.retention !== undefined && <Retention kept={found.storage.retention} />}
              {found.libraries !== undefined && found.libraries.length > 0 && <Libraries libraries={found.libraries} />}
            </div>
            <div className="system-column">
              <Check />
              <Positions positions={found.positions} />
              <Sources />
            </div>
            <DeadLetters />
          </div>
        )}
      </View>
    </Page>
  )
}
