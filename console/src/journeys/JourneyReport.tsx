// What came of a journey: where its customers are, a version at a time, who they are, why they left, and what it caused beside those who were left alone.
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { Compared } from '../campaigns/CampaignReport'
import { maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import { Choices } from '../shared/Choices'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { Card, Empty, Failed, Loading, View } from '../shared/View'
import { useWords } from '../shared/words'
import { marks } from './Canvas'
import { lefts, type Detail, type Report, type Version } from './journey'
import { useJourneyReport, useMembers, type Whom } from './useJourneys'
import '../campaigns/campaigns.css'

function Members({ name, whom }: { name: string; whom: Whom }) {
  const { t, language } = useWords()
  const answer = useMembers(name, whom)
  if (answer.data === undefined) return answer.isError ? <Failed error={answer.error} retry={() => void answer.refetch()} /> : <Loading lines={3} />
  const rows = answer.data.pages.flatMap((page) => page.items)
  if (rows.length === 0) return <Empty title={t('journeys.report.nobody')} />
  return (
    <div className="journey-members">
      <ul>{rows.map(({ customer, key, moved, due }) => (
        <li key={`${customer.id} ${key}`}>
          <Link className="journey-link" to={`/customers/${customer.id}`}>{customer.userId ?? `#${customer.id}`}</Link>{key !== '' && <> <code>{key}</code></>}
          <span className="less">{moved !== null && ` ${t('journeys.report.moved', { at: format.date(moved, language, 'moment') })}`}{due !== null && 'node' in whom && ` · ${t('journeys.report.due', { at: format.date(due, language, 'moment') })}`}</span>
        </li>
      ))}</ul>
      {answer.hasNextPage && <Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('shared.more')}</Button>}
    </div>
  )
}

function Nodes({ name, version, sees }: { name: string; version: Version; sees: boolean }) {
  const { t, language } = useWords()
  const [open, setOpen] = useState('')
  const n = (value: number | undefined) => (value === undefined ? '' : format.count(value, language))
  const columns = ['planned', 'sent', 'skipped', 'seen', 'clicked'] as const
  const sends = version.nodes.some(({ messages }) => messages !== undefined)
  return (
    <div className="table-wrap" role="group" aria-label={t('journeys.report.nodes')} tabIndex={0}>
      <table className="table journey-table">
        <thead><tr><th scope="col">{t('journeys.report.node')}</th><th scope="col" className="number">{t('journeys.report.at')}</th><th scope="col" className="number">{t('journeys.report.visited')}</th>{sends && columns.map((one) => <th key={one} scope="col" className="number">{t(`journeys.report.messages.${one}`)}</th>)}</tr></thead>
        <tbody>{version.nodes.flatMap(({ node, kind, at, visited, messages }) => {
          const Mark = marks[kind]
          return [
            <tr key={node}>
              <th scope="row"><span className="journey-node-name"><Mark size={15} /> {t(`journeys.kinds.${kind}`)} <code>{node}</code></span></th>
              <td className="number">{at === 0 || !sees ? <span className={at === 0 ? 'less' : undefined}>{n(at)}</span> : <button type="button" className="journey-figure" aria-expanded={open === node} aria-label={t('journeys.report.whoAt', { node, n: n(at) })} onClick={() => setOpen(open === node ? '' : node)}>{n(at)}</button>}</td>
              <td className="number">{n(visited)}</td>
              {sends && columns.map((one) => <td key={one} className="number">{n(messages?.[one])}</td>)}
            </tr>,
            open === node && <tr key={`${node} who`}><td colSpan={sends ? 3 + columns.length : 3}><Members name={name} whom={{ node, version: version.version }} /></td></tr>,
          ]
        })}</tbody>
      </table>
    </div>
  )
}

function Left({ name, version, sees }: { name: string; version: Version; sees: boolean }) {
  const { t, language } = useWords()
  const [open, setOpen] = useState('')
  const sum = lefts.reduce((all, one) => all + version.left[one], 0)
  const shown = lefts.filter((one) => version.left[one] > 0)
  if (shown.length === 0) return <p className="less">{t('journeys.report.nobodyLeft')}</p>
  return (
    <ul className="campaign-bars campaign-figures">
      {shown.map((one) => (
        <li key={one} className={one === 'goal' ? 'campaign-bar-send' : undefined}>
          {sees ? <button type="button" aria-expanded={open === one} onClick={() => setOpen(open === one ? '' : one)}>{t(`journeys.lefts.${one}`)}</button> : <span>{t(`journeys.lefts.${one}`)}</span>}
          <span className="bar" aria-hidden="true"><i style={{ width: `${(version.left[one] / sum) * 100}%` }} /></span>
          <span className="number">{format.count(version.left[one], language)} <span className="less">{format.percent(version.left[one] / sum, language)}</span></span>
          {open === one && <div className="campaign-members"><Members name={name} whom={{ left: one, version: version.version }} /></div>}
        </li>
      ))}
    </ul>
  )
}

function Told({ report, shown }: { report: Report; shown: number }) {
  const { t, language } = useWords()
  const sees = maySeeCustomers(useSession().data?.role) // who a figure is
  const [chosen, setChosen] = useState<string>()
  const version = report.versions.find((one) => String(one.version) === chosen) ?? report.versions.find((one) => one.version === shown) ?? report.versions[0]
  const n = (value: number) => format.count(value, language)
  if (version === undefined) return <p className="less journey-pad">{t('journeys.report.none')}</p>
  return (
    <div className="campaign-report journey-pad">
      {report.versions.length > 1 && <Choices label={t('journeys.report.versions')} value={String(version.version)} options={report.versions.map((one) => ({ value: String(one.version), name: t('journeys.report.versionIn', { version: one.version, n: n(one.in) }) }))} onChange={setChosen} />}
      <p>{t('journeys.report.sum', { entered: n(version.entered), in: n(version.in) })}{sees && ` ${t('journeys.report.open')}`}</p>
      <Nodes key={`nodes ${version.version}`} name={report.name} version={version} sees={sees} />
      <h3>{t('journeys.report.left')}</h3>
      <Left key={`left ${version.version}`} name={report.name} version={version} sees={sees} />
      <h3>{t('journeys.report.caused')}</h3>
      <p>{t('journeys.report.sides', { treated: n(report.treated), control: n(report.control), window: format.duration(report.goal.windowMs / 1000, language) })}{report.open > 0 && ` ${t('campaigns.report.open', { open: n(report.open) })}`}</p>
      <ul className="campaign-metrics">{report.compared.map((metric) => <Compared key={metric.name} metric={metric} currency={report.currency ?? ''} least={report.unitsMin} />)}</ul>
      <p className="less">{t('journeys.report.how')}{report.crossed + report.silent > 0 && ` ${t('campaigns.report.without', { crossed: n(report.crossed), silent: n(report.silent) })}`}</p>
    </div>
  )
}

export function JourneyReport({ detail }: { detail: Detail }) {
  const { t } = useWords()
  return <Card id="journey-report" title={t('journeys.report.title')}><View query={useJourneyReport(detail.name, true)}>{(report) => <Told report={report} shown={detail.version} />}</View></Card>
}
