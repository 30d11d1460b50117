// One item: what the catalog says, what customers did with it, and what goes with it.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router-dom'
import { Copyable } from '../raw/CopyButton'
import { ChartTable, TableToggle, TimeChart, type Panel } from '../shared/charts/TimeChart'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { BackIcon, PreviewIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { linkOf, pictureOf, shareOf, type Item } from './items'
import { StandingChip } from './StandingChip'
import './items.css'

type Whole = Schema<'ItemPage'>

function Facts({ whole }: { whole: Whole }) {
  const { t, language } = useWords()
  const { item } = whole
  const picture = pictureOf(item.imageUrl, location.origin)
  const pictureLink = picture === undefined ? linkOf(item.imageUrl) : undefined
  const page = linkOf(item.url)
  const attributes = Object.entries(item.attributes ?? {})
  const unknown = <span className="less">{t('items.one.unknown')}</span>
  const rows: [string, React.ReactNode][] = [
    [t('items.one.id'), <Copyable key="id" text={item.itemId} what={t('items.one.copyId')} />],
    [t('items.one.price'), typeof item.priceCents === 'number' && item.currency !== undefined ? <b key="price">{format.money(item.priceCents, item.currency, language)}</b> : unknown],
    [t('items.one.stock'), typeof item.stock === 'number' ? format.count(item.stock, language) : <span key="stock" className="less">{t('items.state.uncounted')}</span>],
    [t('items.one.category'), item.category ? <Link key="category" to={`/items?category=${encodeURIComponent(item.category)}`}>{item.category}</Link> : unknown],
    ...(item.brand ? [[t('items.one.brand'), item.brand] as [string, React.ReactNode]] : []),
    [t('items.one.buyers'), format.count(whole.buyers, language)],
    ...(item.updatedAt === undefined ? [] : [[t('items.one.updated'), format.date(item.updatedAt, language, 'moment')] as [string, React.ReactNode]]),
    ...(page === undefined ? [] : [[t('items.one.page'), <a key="page" href={page} target="_blank" rel="noreferrer">{t('items.one.openPage')}</a>] as [string, React.ReactNode]]),
    ...(pictureLink === undefined ? [] : [[t('items.one.picture'), <a key="picture" href={pictureLink} target="_blank" rel="noreferrer">{t('items.one.openPicture')}</a>] as [string, React.ReactNode]]),
  ]
  return (
    <Card id="item-facts" title={t('items.one.facts')} extra={<StandingChip item={item} />}>
      {picture !== undefined && <img className="item-picture" src={picture} alt={item.title ?? item.itemId} />}
      <dl className="item-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {attributes.map(([name, value]) => (
          <div key={`a ${name}`}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

function Sums({ daily, last30 }: { daily: Whole['daily']; last30: Item['last30'] }) {
  const { t, language } = useWords()
  const sum = last30 ?? daily.reduce((all, day) => ({ views: all.views + day.views, adds: all.adds + day.adds, orders: all.orders + day.orders }), { views: 0, adds: 0, orders: 0 })
  const cells: [string, string][] = [
    [t('items.list.views'), format.count(sum.views, language)],
    [t('items.list.adds'), format.count(sum.adds, language)],
    [t('items.list.orders'), format.count(sum.orders, language)],
  ]
  const rates: [string, number][] = [
    [t('items.one.addRate'), sum.adds],
    [t('items.one.orderRate'), sum.orders],
  ]
  return (
    <dl className="item-sums">
      {cells.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {rates.map(([name, of]) => (
        <div key={name} title={t('items.one.rateNote')}>
          <dt>{name}</dt>
          <dd>{sum.views > 0 ? format.percent(of / sum.views, language) : '–'}</dd>
        </div>
      ))}
    </dl>
  )
}

function DaysChart({ whole }: { whole: Whole }) {
  const { t, language } = useWords()
  const [table, setTable] = useState(false)
  const { daily, item } = whole
  const title = t('items.one.chart')
  const quiet = daily.every((day) => day.views + day.adds + day.orders === 0)
  const panel = (label: string, field: 'views' | 'adds' | 'orders', height: number, tone: Panel['tone']): Panel => ({
    label, height, tone, kind: 'bars', whole: true,
    values: daily.map((day) => day[field]),
    format: (value) => format.count(value, language),
    tick: (value) => format.compact(value, language),
  })
  const panels = [panel(t('items.list.views'), 'views', 132, 'accent'), panel(t('items.list.adds'), 'adds', 68, 'second'), panel(t('items.list.orders'), 'orders', 68, 'second')]
  const days = daily.map((day) => format.calendarDay(day.day, language, 'day'))
  return (
    <Card id="item-days" title={title} extra={quiet ? undefined : <TableToggle table={table} onChange={setTable} />}>
      {quiet ? (
        <Empty title={t('items.one.quiet')}>{t('items.one.quietText')}</Empty>
      ) : (
        <>
          <Sums daily={daily} last30={item.last30} />
          {table ? (
            <ChartTable caption={title} axisLabel={t('items.one.day')} xText={days} panels={panels} />
          ) : (
            <TimeChart label={title} axisText={daily.map((day) => format.calendarDay(day.day, language))} pointText={days} panels={panels} />
          )}
        </>
      )}
    </Card>
  )
}

function Together({ id, title, none, list }: { id: string; title: string; none: string; list: Whole['boughtTogether'] }) {
  const { t, language } = useWords()
  const most = Math.max(0, ...list.map((one) => one.score))
  return (
    <Card id={id} title={title}>
      {list.length === 0 ? (
        <Empty title={t('items.one.alone')}>{none}</Empty>
      ) : (
        <ol className="together">
          {list.map((one) => (
            <li key={one.itemId}>
              <Link className="together-title" to={`/items/${encodeURIComponent(one.itemId)}`}>{one.title || one.itemId}</Link>
              <span className="together-who less">{t('items.one.together', { count: one.together })}</span>
              <span className="bar" aria-hidden="true"><i style={{ width: `${Math.round(shareOf(one.score, most) * 100)}%` }} /></span>
              <span className="together-score" title={t('items.one.score')}>
                <span className="visually-hidden">{t('items.one.score')} </span>
                {format.decimal(one.score, language, 3)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}

export default function ItemPage() {
  const { t } = useWords()
  const { id = '' } = useParams()
  const whole = useQuery({
    queryKey: ['item', id],
    queryFn: ({ signal }) => call('get', '/api/v1/items/{itemId}', { path: { itemId: id }, signal }),
  })
  return (
    <Page
      title={whole.data?.item.title || id}
      help="items"
      before={
        <Link className="back" to="/items">
          <BackIcon size={15} /> {t('items.one.back')}
        </Link>
      }
      extra={
        <Link className="link-button" to={`/preview?placement=product_page&itemId=${encodeURIComponent(id)}`}>
          <PreviewIcon size={16} /> {t('items.one.preview')}
        </Link>
      }
    >
      <View query={whole} lines={12}>
        {(found) => (
          <div className="item">
            <Facts whole={found} />
            <div className="item-main">
              <DaysChart whole={found} />
              <div className="item-pairs">
                <Together id="bought" title={t('items.one.bought')} none={t('items.one.boughtNone')} list={found.boughtTogether} />
                <Together id="viewed" title={t('items.one.viewed')} none={t('items.one.viewedNone')} list={found.viewedTogether} />
              </div>
            </div>
          </div>
        )}
      </View>
    </Page>
  )
}
