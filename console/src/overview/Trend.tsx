// One figure through the chosen days: by the hour for a day or two, by the day for more; the earlier days as a dashed line.
import { useState } from 'react'
import { ChartTable, TableToggle, TimeChart, type Panel } from '../shared/charts/TimeChart'
import * as format from '../shared/format'
import { Card, Empty } from '../shared/View'
import { useWords } from '../shared/words'
import { isQuiet, lineOf, metrics, write, type MetricKey, type Report } from './metrics'

/** "22 Nov" or "16 Nov – 22 Nov". */
function spanText(span: { from: string; to: string }, language: format.Language): string {
  const from = format.calendarDay(span.from, language)
  return span.from === span.to ? from : `${from} – ${format.calendarDay(span.to, language)}`
}

export function Trend({ report, metricKey }: { report: Report; metricKey: MetricKey }) {
  const { t, language } = useWords()
  const [table, setTable] = useState(false)
  const metric = metrics[metricKey]
  const { at, now, before, running } = lineOf(report, metric)
  const name = t(`overview.metrics.${metricKey}.name`)
  const title = t(`overview.trend.${report.step}`, { name })
  const hour = report.step === 'hour'
  const several = report.span.from !== report.span.to
  const panels: Panel[] = [
    {
      label: name,
      kind: hour ? 'area' : metric.kind === 'share' || metricKey === 'perBuyer' ? 'line' : 'bars',
      tone: 'accent',
      height: 210,
      whole: metric.kind === 'count',
      values: now,
      faint: running,
      format: (value) => write(metric, value, report.currency, language, 'point'),
      tick: (value) => write(metric, value, report.currency, language, 'axis'),
      ...(before === null ? {} : { before: { label: t(`shared.range.compare.${report.compare}`), values: before } }),
    },
  ]
  // A table reads from the newest row down: hours to come would only push the known ones away.
  const whole = hour && running > 0 ? running : at.length
  const pointText = at.map((one, i) => {
    const text = format.date(one, language, hour ? 'moment' : 'day', report.timeZone)
    return i === running ? t('overview.trend.running', { at: text }) : text
  })
  const axisText = at.map((one) => format.date(one, language, hour && !several ? 'clock' : hour ? 'dayClock' : 'dayShort', report.timeZone))
  const span = spanText(report.span, language)
  const note = report.beforeSpan === null ? span : t('overview.trend.note', { span, before: spanText(report.beforeSpan, language) })
  const quiet = isQuiet(report)
  return (
    <Card id="trend" title={title} note={note} extra={quiet ? undefined : <TableToggle table={table} onChange={setTable} />}>
      {quiet ? (
        <Empty title={t('overview.trend.emptyTitle')}>{t('overview.trend.empty')}<br /><code>zhun import --format orders-csv FILE</code></Empty>
      ) : table ? (
        <ChartTable caption={title} axisLabel={t(`overview.trend.axis.${report.step}`)} xText={pointText.slice(0, whole)} panels={panels} />
      ) : (
        <TimeChart label={title} axisText={axisText} pointText={pointText} panels={panels} />
      )}
    </Card>
  )
}
