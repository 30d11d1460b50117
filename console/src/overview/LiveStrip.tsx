// What comes in right now, and how much there is of everything, in one line.
import { Spark } from '../shared/charts/Spark'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { ratesOf, type Overview } from './live'
import type { Wire } from './useLive'

export function LiveStrip({ overview, wire }: { overview: Overview; wire: Wire }) {
  const { t, language } = useWords()
  const { totals } = overview
  const facts = [
    ['events', totals.events],
    ['customers', totals.customers],
    ['items', totals.items],
    ['orders', totals.orders],
    ...(totals.decisions === undefined ? [] : [['decisions', totals.decisions] as const]),
    // Of these two, none is nothing to tell.
    ...(totals.duplicates > 0 ? [['duplicates', totals.duplicates] as const] : []),
    ...(totals.rejected > 0 ? [['rejected', totals.rejected] as const] : []),
  ] as const
  return (
    <section className="card live-strip" aria-label={t('overview.live.label')}>
      <span className={`wire wire-${wire}`}>
        <i aria-hidden="true" />
        {t(`overview.live.${wire}`)}
      </span>
      <span className="live-rate">
        <b>{format.rate(overview.eventsPerSecond, language)}</b> {t('overview.live.rate')}
      </span>
      <span className="live-spark"><Spark values={ratesOf(overview.series).slice(-60).map((point) => point.perSecond)} /></span>
      <dl className="live-facts">
        {facts.map(([key, value]) => (
          <div key={key} title={format.count(value, language)}>
            <dt>{t(`overview.live.totals.${key}`)}</dt>
            <dd>{format.compact(value, language)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
