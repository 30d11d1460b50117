// What a group is like beside all: indexes around 100, hours of the week, items, reach.
import { useQuery } from '@tanstack/react-query'
import { Reach } from '../segments/Reach'
import { Wrong } from '../segments/Wrong'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { Card, Empty, Loading } from '../shared/View'
import { useWords } from '../shared/words'
import { heatOf, placeOf, tellingFirst, type Asked, type Dimension, type Portrait as Answer } from './groups'

const MONDAY = Date.UTC(2024, 0, 1)
const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`

type Indexed = Pick<Schema<'GroupRow'>, 'group' | 'share' | 'wholeShare' | 'index' | 'low' | 'high' | 'clear'>

/** A bar from the middle, 100, to the index, with the interval as a line. */
export function IndexBar({ row }: { row: Indexed }) {
  const { t, language } = useWords()
  if (row.index === undefined) return <span className="less index-few">{t('groups.few')}</span>
  const at = 100 * placeOf(row.index)
  const low = 100 * placeOf(row.low ?? row.index)
  const high = 100 * placeOf(row.high ?? row.index)
  return (
    <span className={`index ${row.clear === true ? (row.index > 100 ? 'index-more' : 'index-less') : 'index-unclear'}`} title={t('groups.interval', { low: format.count(Math.round(row.low ?? 0), language), high: format.count(Math.round(row.high ?? 0), language) })}>
      <span className="index-bar" aria-hidden="true">
        <span className="index-fill" style={{ left: `${Math.min(50, at)}%`, width: `${Math.abs(at - 50)}%` }} />
        <span className="index-range" style={{ left: `${low}%`, width: `${high - low}%` }} />
      </span>
      <b>{format.count(Math.round(row.index), language)}</b>
      {row.clear !== true && <span className="less">{t('groups.unclear')}</span>}
    </span>
  )
}

function useValueName(dimension: Dimension): (value: string) => string {
  const { t, language } = useWords()
  return (value) => {
    if (dimension.dimension === 'weekday') return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'long', timeZone: 'UTC' }).format(MONDAY + (Number(value) - 1) * 86_400_000)
    if (dimension.dimension === 'hour') return `${clock(Number(value))}–${clock((Number(value) + 1) % 24)}`
    if (dimension.dimension === 'rfm') return t(`standing.segments.names.${value}`, { defaultValue: value })
    if (dimension.dimension === 'rfm_class') return t(`standing.classes.names.${value}`, { defaultValue: value })
    if (dimension.dimension === 'lifecycle') return t(`standing.life.names.${value}`, { defaultValue: value })
    if (dimension.dimension === 'aipl') return t(`standing.aipl.names.${value}`, { defaultValue: value })
    if (dimension.dimension === 'price_band') return t(`groups.bands.${value}`, { defaultValue: value })
    if (dimension.dimension === 'trait' && (value === 'true' || value === 'false')) return t(`groups.${value}`)
    return value
  }
}

function OfDimension({ one }: { one: Dimension }) {
  const { t, language } = useWords()
  const name = useValueName(one)
  const title = one.dimension === 'trait' ? t('groups.dimensions.trait', { name: one.trait ?? '' }) : t(`groups.dimensions.${one.dimension}`)
  return (
    <Card id={`group-${one.dimension}-${one.trait ?? ''}`} title={title} note={one.drawn ? t('groups.drawn') : undefined}>
      <div className="table-wrap" role="group" aria-label={title} tabIndex={0}>
        <table className="table group-table">
          <thead>
            <tr><th scope="col">{t('groups.value')}</th><th scope="col" className="number">{t('groups.share')}</th><th scope="col" className="number">{t('groups.ofAll')}</th><th scope="col">{t('groups.index')}</th></tr>
          </thead>
          <tbody>
            {one.rows.slice(0, 8).map((row) => (
              <tr key={row.value}>
                <th scope="row">{name(row.value)}</th>
                <td className="number">{format.percent(row.share, language)} <span className="less">{format.count(row.group, language)}</span></td>
                <td className="number">{format.percent(row.wholeShare, language)}</td>
                <td><IndexBar row={row} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {one.suppressed > 0 && <p className="less group-note">{t('groups.suppressed', { count: one.suppressed })}</p>}
    </Card>
  )
}

function Hours({ hours, zone }: { hours: Answer['hours']; zone: string }) {
  const { t, language } = useWords()
  const weekday = (day: number) => new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', timeZone: 'UTC' }).format(MONDAY + day * 86_400_000)
  return (
    <table className="group-heat">
      <caption className="visually-hidden">{t('groups.hours.caption', { zone })}</caption>
      <thead>
        <tr><td />{Array.from({ length: 24 }, (_, hour) => <th key={hour} scope="col">{hour % 6 === 0 ? hour : <span className="visually-hidden">{hour}</span>}</th>)}</tr>
      </thead>
      <tbody>
        {Array.from({ length: 7 }, (_, day) => (
          <tr key={day}>
            <th scope="row">{weekday(day)}</th>
            {hours.slice(day * 24, day * 24 + 24).map((cell, hour) => {
              const heat = heatOf(cell.index)
              const said = cell.index === undefined ? t('groups.few') : format.count(Math.round(cell.index), language)
              return (
                <td key={hour} className={heat === undefined ? '' : heat > 0 ? 'heat-more' : 'heat-less'} title={`${weekday(day)} ${clock(hour)} · ${said}`} style={{ '--heat': `${Math.round(100 * Math.abs(heat ?? 0))}%` } as React.CSSProperties}>
                  <span className="visually-hidden">{said}</span>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Items({ id, title, rows }: { id: string; title: string; rows: Answer['bought'] }) {
  const { t, language } = useWords()
  return (
    <Card id={id} title={title}>
      {rows.length === 0 ? <p className="less group-note">{t('groups.noItems')}</p> : (
        <ol className="group-items">
          {rows.slice(0, 8).map((row) => (
            <li key={row.itemId}><span>{row.title === '' ? row.itemId : row.title}</span><span className="number">{format.percent(row.share, language)}</span><IndexBar row={row} /></li>
          ))}
        </ol>
      )}
    </Card>
  )
}

function Sums({ data }: { data: Answer }) {
  const { t, language } = useWords()
  const { group, whole } = data
  const money = (minor: number) => (data.currency === undefined ? '–' : format.money(minor, data.currency, language))
  const figures = [
    { key: 'orders', of: format.decimal(group.ordersEach, language), all: format.decimal(whole.ordersEach, language) },
    { key: 'revenue', of: money(group.revenueEachCents), all: money(whole.revenueEachCents) },
    { key: 'orderValue', of: money(group.orderValueCents), all: money(whole.orderValueCents) },
  ]
  return (
    <Card id="group-sums" title={t('groups.sums.title')} className="group-wide" note={t('groups.sums.note', { refused: format.count(data.refused, language) })}>
      <div className="group-sums">
        <p><b className="group-count">{format.count(group.customers, language)}</b> {t('groups.sums.of', { whole: format.count(whole.customers, language) })}</p>
        {figures.map(({ key, of, all }) => <p key={key}><span className="less">{t(`groups.sums.${key}`)}</span><b>{of}</b><span className="less">{t('groups.sums.all', { all })}</span></p>)}
      </div>
    </Card>
  )
}

export function Portrait({ asked }: { asked: Asked }) {
  const { t } = useWords()
  const answer = useQuery({ queryKey: ['groups', 'portrait', asked], queryFn: ({ signal }) => call('post', '/api/v1/reports/group', { body: asked, signal }), retry: false, staleTime: 60_000 })
  if (answer.isError) return <div className="card"><Wrong expression={asked.expression ?? ''} error={answer.error} /></div>
  if (answer.data === undefined) return <div className="card"><Loading lines={12} /></div>
  const { data } = answer
  return (
    <div className="group-grid">
      <Sums data={data} />
      {data.tooFew ? (
        <div className="card group-wide"><Empty title={t('groups.tooFew')}>{t('groups.tooFewText', { count: data.groupMin })}</Empty></div>
      ) : (
        <>
          {tellingFirst(data.dimensions).map((one) => <OfDimension key={`${one.dimension} ${one.trait ?? ''}`} one={one} />)}
          <Card id="group-hours" title={t('groups.hours.title')} note={t('groups.hours.note')}><Hours hours={data.hours} zone={data.zone} /></Card>
          <Items id="group-bought" title={t('groups.bought')} rows={data.bought} />
          <Items id="group-viewed" title={t('groups.viewed')} rows={data.viewed} />
        </>
      )}
      <Card id="group-reach" title={t('segments.reach.title')}><div className="segment-reach"><Reach reach={data.group.reach} of={data.group.customers} /></div></Card>
    </div>
  )
}
