// Baskets: what is bought together, as rules in plain sentences; each opens to the customers who did.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { Figure, Opened, type Opening } from '../reports/Opened'
import { DaysIn, SegmentIn, spans, TakeAway, USUAL, useSpan } from '../reports/Parts'
import { maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import { call, table, type Schema } from '../shared/client'
import { saveCsv } from '../shared/csv'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import { askOf, least, requestOf, sorts, sureness, usualShare, type Ask, type Rule } from './baskets'
import '../views/views.css'
import './baskets.css'

const nameOf = (item: Rule['right']): string => (item.title === '' ? item.itemId : item.title)

function Items({ items }: { items: readonly Rule['right'][] }) {
  return <>{items.map((item, at) => <span key={item.itemId}>{at > 0 && ' + '}<Link to={`/items/${encodeURIComponent(item.itemId)}`}>{nameOf(item)}</Link></span>)}</>
}

function Rules({ report, ask, onSort, onOpen }: { report: Schema<'BasketsReport'>; ask: Ask; onSort: (sort: Ask['sort']) => void; onOpen: ((items: string[], title: string) => void) | undefined }) {
  const { t, language } = useWords()
  const head = (sort: Ask['sort']) => (
    <th scope="col" className="number" aria-sort={ask.sort === sort ? 'descending' : undefined}>
      <button type="button" className="basket-sort" title={t(`baskets.terms.${sort}`)} onClick={() => onSort(sort)}>{t(`baskets.sorts.${sort}`)}{ask.sort === sort ? ' ↓' : ''}</button>
    </th>
  )
  return (
    <div className="table-wrap" role="group" aria-label={t('baskets.rules')} tabIndex={0}>
      <table className="table baskets-table">
        <thead>
          <tr><th scope="col">{t('baskets.rule')}</th>{head('lift')}{head('confidence')}{head('support')}{head('leverage')}<th scope="col" className="number">{t('baskets.orders')}</th></tr>
        </thead>
        <tbody>
          {report.rules.map((rule) => {
            const left = rule.left.map(nameOf).join(' + ')
            const title = t('baskets.open', { left, right: nameOf(rule.right) })
            const usual = usualShare(rule)
            return (
              <tr key={`${rule.left.map((item) => item.itemId).join(' ')} ${rule.right.itemId}`}>
                <th scope="row">
                  <span className="basket-items"><Items items={rule.left} /> <span aria-hidden="true">→</span> <Items items={[rule.right]} /></span>
                  <span className="basket-sentence">{t(rule.lift >= 1 ? 'baskets.sentence' : 'baskets.seldom', { left, right: nameOf(rule.right), times: format.rate(rule.lift, language), confidence: format.share(rule.confidence, language), usual: format.share(usual, language) })}{sureness(rule) === 'few' && <> <span className="chip">{t('baskets.few')}</span></>}</span>
                </th>
                <td className="number">{format.decimal(rule.lift, language, 1)}</td>
                <td className="number">{format.share(rule.confidence, language)}</td>
                <td className="number">{format.share(rule.support, language)}</td>
                <td className="number">{format.share(rule.leverage, language)}</td>
                <td className="number"><Figure label={`${title}: ${format.count(rule.orders, language)}`} onOpen={onOpen === undefined ? undefined : () => onOpen([...rule.left, rule.right].map((item) => item.itemId), title)}>{format.count(rule.orders, language)}</Figure></td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

export default function BasketsPage() {
  const { t, language } = useWords()
  const [search, setAddress] = useAddress()
  const [opening, setOpening] = useState<Opening>()
  const may = maySeeCustomers(useSession().data?.role)
  const ask = askOf(search, spans, USUAL)
  const span = useSpan(ask.days)
  const request = requestOf(ask, span ?? {})
  const report = useQuery({ queryKey: ['reports', 'baskets', request], queryFn: ({ signal }) => call('post', '/api/v1/reports/baskets', { body: request, signal }), enabled: span !== undefined, staleTime: 60_000, placeholderData: keepPreviousData })
  const put = (part: Partial<Ask>) => {
    const { days, least: most, segment, sort } = { ...ask, ...part }
    setAddress(() => new URLSearchParams({ days, least: most, sort, ...(segment === '' ? {} : { segment }) }))
  }
  const open = may ? (items: string[], title: string) => setOpening({ title, key: ['baskets', request, items], ask: (cursor, signal) => call('post', '/api/v1/reports/baskets', { body: { ...request, open: { items, cursor } }, signal }) }) : undefined
  return (
    <Page title={t('baskets.title')} help="baskets" extra={<Views page="baskets" />}>
      <div className="report">
        <Card id="baskets-ask" title={t('baskets.ask')}>
          <div className="report-ask">
            <div className="report-fields">
              <DaysIn value={ask.days} onChange={(days) => put({ days })} />
              <Choose label={t('baskets.least')} value={ask.least} options={least.map((one) => ({ value: one, name: t('baskets.leastOrders', { count: Number(one) }) }))} onChange={(one) => put({ least: one })} />
              <Choose label={t('baskets.sort')} value={ask.sort} options={sorts.map((one) => ({ value: one, name: t(`baskets.sorts.${one}`) }))} onChange={(one) => put({ sort: one as Ask['sort'] /* the options above */ })} />
              <SegmentIn label={t('funnels.segment')} value={ask.segment} none={t('funnels.everybody')} onChange={(segment) => put({ segment })} />
            </div>
          </div>
        </Card>
        <Card
          id="baskets-rules" title={t('baskets.rules')} note={report.data === undefined ? undefined : t('baskets.found', { orders: format.count(report.data.orders, language), rules: format.count(report.data.rulesFound, language) })}
          extra={report.data === undefined ? undefined : <TakeAway save={async () => saveCsv('baskets.csv', await table('/api/v1/reports/baskets', request))} />}
        >
          <View query={report} lines={8} empty={(found) => found.rules.length === 0} whenEmpty={<Empty title={t('baskets.empty.title')}>{t('baskets.empty.text')}</Empty>}>
            {(found) => (
              <>
                <Rules report={found} ask={ask} onSort={(sort) => put({ sort })} onOpen={open} />
                <p className="report-foot">{t('baskets.foot')}{found.rulesFound > found.rules.length && <> {t('baskets.more', { shown: format.count(found.rules.length, language) })}</>}{!may && <> {t('reports.hidden')}</>}</p>
              </>
            )}
          </View>
        </Card>
      </div>
      {opening !== undefined && <Opened opening={opening} onClose={() => setOpening(undefined)} />}
    </Page>
  )
}
