// The figures of the chosen days against the earlier ones. A press on one shows it in the chart below.
import { Hint } from '../shared/Hint'
import { DownIcon, SameIcon, UpIcon } from '../shared/icons'
import { Spark } from '../shared/charts/Spark'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { changeOf, type Change } from './change'
import { lineOf, metricKeys, metrics, write, type Metric, type MetricKey, type Report } from './metrics'

const SHAPE_MIN = 4 // fewer points have no shape

const icons = { up: UpIcon, down: DownIcon, same: SameIcon }

function ChangeMark({ change, metric, against }: { change: Change | null; metric: Metric; against: string }) {
  const { t, language } = useWords()
  if (change === null) return <span className="change">{t('overview.kpi.noBefore')}</span>
  const Icon = icons[change.direction]
  const tone = change.welcome === null ? 'same' : change.welcome ? 'good' : 'bad'
  let text: string
  if (metric.kind === 'share') text = t('overview.kpi.points', { points: format.signedPoints(change.difference, language) })
  else if (change.share === null) text = t('overview.kpi.fromNothing')
  else text = format.signedPercent(change.share, language)
  return (
    <span className="change">
      <span className={`change-mark change-${tone}`}>
        <Icon size={13} />
        {text}
      </span>
      <span className="change-against">{against}</span>
    </span>
  )
}

export function Kpis(props: { report: Report; chosen: MetricKey; marked: ReadonlySet<MetricKey>; onChoose: (key: MetricKey) => void }) {
  const { t, language } = useWords()
  const { report } = props
  const shape = lineOf(report, metrics.revenue).now.filter((one) => one !== null)
  return (
    <section className="card kpis" aria-label={t('overview.kpi.label')} data-tour="kpis">
      {metricKeys.map((key) => {
        const metric = metrics[key]
        const value = metric.whole(report.current)
        const name = t(`overview.metrics.${key}.name`)
        const unusual = props.marked.has(key)
        return (
          <div key={key} className={`kpi kpi-${key} ${unusual ? 'kpi-unusual' : ''}`}>
            <p className="kpi-head">
              <button type="button" className="kpi-name" aria-pressed={key === props.chosen} onClick={() => props.onChoose(key)}>
                {name}
              </button>
              <Hint label={t('overview.kpi.define', { name })}>{t(`overview.metrics.${key}.text`)}</Hint>
              {unusual && <span className="kpi-flag">{t('overview.kpi.unusual')}</span>}
            </p>
            <p className="kpi-value">{write(metric, value, report.currency, language, 'card')}</p>
            <p className="kpi-note">
              {report.compare === 'none' ? (
                key === 'refunds' ? t('overview.kpi.refundsNote', { count: report.current.refunds }) : ' '
              ) : (
                <ChangeMark change={changeOf(report.settled && metric.whole(report.settled), report.before && metric.whole(report.before), metric.wanted)} metric={metric} against={t(`overview.kpi.${key === 'revenue' ? 'against' : 'short'}.${report.compare}`)} />
              )}
            </p>
            {key === 'revenue' && shape.length >= SHAPE_MIN && shape.some((one) => one > 0) && <div className="kpi-spark"><Spark values={shape} /></div>}
          </div>
        )
      })}
    </section>
  )
}
