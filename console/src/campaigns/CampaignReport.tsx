// What came of a campaign: its messages from the plan to the order, each figure with its customers, and what it caused beside those who were left alone.
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { differenceText, meanText } from '../experiments/experiments'
import { Verdict } from '../experiments/Verdict'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { Empty, Failed, Loading, View } from '../shared/View'
import { useWords } from '../shared/words'
import { figuresOf, spanOfReport, spread, type Figure, type Report } from './report'
import { useCampaignReport, useMembers } from './useCampaigns'

type Metric = Report['metrics'][number]

function Members({ name, figure, why }: { name: string; figure: Figure['figure']; why: string | undefined }) {
  const { t, language } = useWords()
  const answer = useMembers(name, figure, why)
  if (answer.data === undefined) return answer.isError ? <Failed error={answer.error} retry={() => void answer.refetch()} /> : <Loading lines={3} />
  const rows = answer.data.pages.flatMap((page) => page.items)
  if (rows.length === 0) return <Empty title={t('campaigns.report.nobody')} />
  return (
    <div className="campaign-members">
      <ul>{rows.map(({ messageId, customer, plannedAt }) => (
        <li key={messageId}><Link className="campaign-link" to={`/customers/${customer.id}`}>{customer.userId ?? `#${customer.id}`}</Link>{plannedAt !== null && <span className="less"> {format.date(plannedAt, language, 'moment')}</span>}</li>
      ))}</ul>
      {answer.hasNextPage && <Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('shared.more')}</Button>}
    </div>
  )
}

function Figures({ report }: { report: Report }) {
  const { t, language } = useWords()
  const [open, setOpen] = useState('')
  return (
    <ul className="campaign-bars campaign-figures">
      {figuresOf(report).map(({ key, figure, why, messages, share, went }) => (
        <li key={key} className={went ? 'campaign-bar-send' : why === undefined ? undefined : 'campaign-reason'}>
          <button type="button" aria-expanded={open === key} disabled={messages === 0} onClick={() => setOpen(open === key ? '' : key)}>{why === undefined ? t(`campaigns.report.figures.${figure}`) : t(`messages.reasons.${why}`, { defaultValue: why })}</button>
          <span className="bar" aria-hidden="true"><i style={{ width: `${share * 100}%` }} /></span>
          <span className="number">{format.count(messages, language)} <span className="less">{format.percent(share, language)}</span></span>
          {open === key && <Members name={report.name} figure={figure} why={why} />}
        </li>
      ))}
    </ul>
  )
}

/** One metric of those who were treated beside those who were left alone. */
export function Compared({ metric, currency, least }: { metric: Metric; currency: string; least: number }) {
  const { t, language } = useWords()
  const { difference: d, incremental: all } = metric
  const text = (value: number | null) => `${differenceText(metric, value, currency, language)}${metric.money || metric.type === 'mean' ? '' : ` ${t('experiments.effect.points')}`}`
  const mean = (value: number | null) => meanText(metric, value, currency, language)
  if (d === null || metric.verdict === 'too_few') return <li className="campaign-metric"><h4>{metric.title[language]}</h4><p className="less">{t('campaigns.report.tooFew', { least })}</p></li>
  const [bar, interval] = [spread(d, spanOfReport(d)), t('experiments.effect.interval', { low: text(d.sequential.low), high: text(d.sequential.high) })]
  const whole = (value: number | null) => (value === null ? '–' : metric.money ? format.money(Math.round(value), currency, language, 'round') : format.count(Math.round(value), language))
  return (
    <li className="campaign-metric">
      <h4>{metric.title[language]} <Verdict verdict={metric.verdict} /></h4>
      <p>{t('campaigns.report.means', { treated: mean(metric.treated.mean), control: mean(metric.control.mean) })} <b>{text(d.estimate)}</b>{d.relative !== null && ` (${format.signedPercent(d.relative, language)})`}</p>
      <span className="campaign-spread" role="img" aria-label={interval}><i className="campaign-zero" /><i className="campaign-between" style={{ left: `${bar.left}%`, width: `${bar.width}%` }} /><i className="campaign-here" style={{ left: `${bar.at}%` }} /></span>
      <p className="less">{interval}{all !== null && metric.type !== 'ratio' && ` · ${t('campaigns.report.incremental', { all: whole(all.estimate), low: whole(all.sequential.low), high: whole(all.sequential.high) })}`}</p>
    </li>
  )
}

function Told({ report }: { report: Report }) {
  const { t, language } = useWords()
  const { customers: c } = report
  const n = (value: number) => format.count(value, language)
  if (report.messages.planned === 0) return <p className="less">{t('campaigns.report.none')}</p>
  return (
    <div className="campaign-report">
      <Figures report={report} />
      <h4>{t('campaigns.report.caused')}</h4>
      <p>{t('campaigns.report.sides', { treated: n(c.treated), control: n(c.control), window: format.duration(report.windowMs / 1000, language) })}{c.windowOpen > 0 && ` ${t('campaigns.report.open', { open: n(c.windowOpen) })}`}</p>
      <ul className="campaign-metrics">{report.metrics.map((metric) => <Compared key={metric.name} metric={metric} currency={report.currency ?? ''} least={report.unitsMin} />)}</ul>
      <p className="less">{t('campaigns.report.how')}{c.crossed + c.withoutAnalytics > 0 && ` ${t('campaigns.report.without', { crossed: n(c.crossed), silent: n(c.withoutAnalytics) })}`}</p>
    </div>
  )
}

export function CampaignReport({ name }: { name: string }) {
  const { t } = useWords()
  return (
    <section>
      <h3>{t('campaigns.report.title')}</h3>
      <View query={useCampaignReport(name)}>{(report) => <Told report={report} />}</View>
    </section>
  )
}
