// One metric: what it says and what it does not, its number by day, where it is used, who is behind it.
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { meanText } from '../experiments/experiments'
import { StateChip } from '../experiments/StateChip'
import { useExperiments } from '../experiments/useExperiments'
import { ChartTable, TableToggle, TimeChart, type Panel } from '../shared/charts/TimeChart'
import { Choices } from '../shared/Choices'
import { Button } from '../shared/Controls'
import { saveCsv } from '../shared/csv'
import * as format from '../shared/format'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { daysCsv, spans, unitOf, usesOf, whoExpression, type Days, type Metric, type Span } from './metrics'
import { Numbers } from './Numbers'
import { useMetricDays } from './useMetrics'

/** What it is in words: one's own by its event. */
export function useAbout(): (metric: Metric, what: 'what' | 'how' | 'not') => string {
  const { t } = useWords()
  const said = useEventName()
  return (metric, what) => t(metric.builtin ? `metrics.about.${metric.name}.${what}` : `metrics.own.${metric.kind ?? 'did'}.${what}`, { event: said(metric.event ?? ''), unit: t(`metrics.perNames.${metric.unit ?? 'customer'}`), defaultValue: '' })
}

function Chart({ found }: { found: Days }) {
  const { t, language } = useWords()
  const [table, setTable] = useState(false)
  const { metric, currency = '', days } = found
  const text = (value: number) => meanText(metric, value, currency, language)
  const running = found.to !== null && Date.parse(found.to) > Date.now()
  const title = metric.title[language]
  const panels: Panel[] = [{ label: t('metrics.byDay', { title }), kind: 'bars', tone: 'accent', height: 150, values: days.map((day) => day.value), format: text, tick: (value) => (metric.money ? format.money(value, currency, language, 'short') : text(value)), ...(running ? { faint: days.length - 1 } : {}) }]
  const pointText = days.map((day) => format.calendarDay(day.date, language, 'day'))
  return (
    <>
      <div className="metric-tools">
        <TableToggle table={table} onChange={setTable} />
        <Button onClick={() => saveCsv(`${metric.name}.csv`, daysCsv(found))}>{t('metrics.csv')}</Button>
      </div>
      {table ? <ChartTable caption={title} axisLabel={t('metrics.day')} xText={pointText} panels={panels} /> : <TimeChart label={title} axisText={days.map((day) => format.calendarDay(day.date, language))} pointText={pointText} panels={panels} />}
    </>
  )
}

function Uses({ name }: { name: string }) {
  const { t } = useWords()
  const experiments = useExperiments()
  const uses = usesOf(name, experiments.data?.items ?? [])
  if (experiments.data === undefined) return <span className="less">…</span>
  if (uses.length === 0) return <span className="less">{t('metrics.unused')}</span>
  return (
    <ul className="metric-uses">
      {uses.map((use) => (
        <li key={use.experiment}><Link to={`/experiments/${use.experiment}`}>{use.title}</Link> <span className="less">{t(`metrics.as.${use.as}`)}</span> <StateChip state={use.state} /></li>
      ))}
    </ul>
  )
}

export function Detail(props: { metric: Metric; span: Span; onSpan: (span: Span) => void; onEdit?: (() => void) | undefined; onRetire?: (() => void) | undefined }) {
  const { t, language } = useWords()
  const about = useAbout()
  const { metric, span } = props
  const days = Number(span)
  const found = useMetricDays(metric.name, days)
  const who = whoExpression(metric, days)
  const title = metric.title[language]
  return (
    <Card
      id="metric-detail" title={title} note={<code>{metric.name}</code>}
      extra={<Choices label={t('metrics.span')} value={span} options={spans.map((one) => ({ value: one, name: t('metrics.days', { count: Number(one) }) }))} onChange={props.onSpan} />}
    >
      <div className="metric-detail">
        <View query={found} lines={6} empty={(data) => data.customers === 0} whenEmpty={<Empty title={t('metrics.empty.title')}>{t('metrics.empty.text')}</Empty>}>
          {(data) => <><Numbers found={data} days={days} /><Chart key={metric.name} found={data} /></>}
        </View>
        <dl className="metric-about">
          <div><dt>{t('metrics.what')}</dt><dd>{about(metric, 'what')}</dd></div>
          <div><dt>{t('metrics.how')}</dt><dd>{about(metric, 'how')}</dd></div>
          <div><dt>{t('metrics.not')}</dt><dd>{about(metric, 'not')}</dd></div>
          <div><dt>{t('metrics.unit')}</dt><dd>{t(`metrics.units.${unitOf(metric)}`)} {metric.unit !== undefined && ` · ${t(`metrics.per.${metric.unit}`)}`} · {t(`metrics.better.${metric.better}`)}</dd></div>
          {metric.where !== undefined && metric.where !== '' && <div><dt>{t('metrics.where')}</dt><dd><code>{metric.where}</code></dd></div>}
          <div><dt>{t('metrics.window')}</dt><dd>{t(metric.windowDays === undefined || metric.windowDays === 0 ? 'metrics.windowText' : 'metrics.windowOwn', { days: metric.windowDays })}</dd></div>
          <div><dt>{t('metrics.used')}</dt><dd><Uses name={metric.name} /></dd></div>
          {who !== undefined && <div><dt>{t('metrics.who')}</dt><dd><Link to={`/segments?${new URLSearchParams({ q: who })}`}>{t('metrics.whoLink', { days })}</Link></dd></div>}
        </dl>
        {props.onEdit !== undefined && props.onRetire !== undefined && (
          <div className="metric-do">
            <Button onClick={props.onEdit}>{t('metrics.edit.change')}</Button>
            <Button onClick={props.onRetire}>{t('metrics.retire')}</Button>
          </div>
        )}
      </div>
    </Card>
  )
}
