// Orders of a customer: what is in one, what comes back, and when the next is due.
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { lineOf } from './habits'
import { useOrigin } from './Leanings'

function Next({ last, next, interval }: { last: string; next: Schema<'PortraitNext'>; interval: number }) {
  const { t, language } = useWords()
  const origin = useOrigin()
  const line = lineOf(last, next, Date.now())
  const day = (at: string) => format.date(at, language, 'day')
  const percent = (part: number) => `${(part * 100).toFixed(1)}%`
  return (
    <div className="next">
      <p className="next-what">
        {t('customers.one.likes.next', { date: day(next.value) })}
        {next.isOverdue && <span className="chip next-late">{t('customers.one.likes.overdue')}</span>}
      </p>
      <p className="less">{t('customers.one.likes.nextSpan', { share: format.percent(next.chance, language), from: day(next.from), until: day(next.until) })}</p>
      <div className="next-line" aria-hidden="true">
        <i className="next-span" style={{ left: percent(line.from), width: percent(Math.max(0.006, line.until - line.from)) }} />
        <i className="next-due" style={{ left: percent(line.value) }} />
        <i className="next-now" style={{ left: percent(line.now) }} />
      </div>
      <p className="next-ends" aria-hidden="true">
        <span>{t('customers.one.likes.lastOrder', { date: format.date(last, language, 'dayShort') })}</span>
        <span className="next-key"><i className="next-now" /> {t('customers.one.likes.today')}</span>
      </p>
      <p className="likes-origin">{t('customers.one.likes.every', { days: format.rate(interval, language) })} · {origin(next, 'gaps')}</p>
    </div>
  )
}

export function Rhythm({ orders }: { orders: Schema<'PortraitOrders'> }) {
  const { t, language } = useWords()
  const origin = useOrigin()
  const cells: [string, string][] = [
    [t('customers.one.likes.basket'), t('customers.one.likes.pieces', { count: orders.basketSize.value, shown: format.rate(orders.basketSize.value, language) })],
    [t('customers.one.likes.products'), format.rate(orders.basketProducts.value, language)],
    [t('customers.one.likes.returns'), format.percent(orders.returnRate.value, language)],
    [t('customers.one.likes.refunded'), format.percent(orders.refundedShare.value, language)],
  ]
  return (
    <>
      <dl className="likes-facts">
        {cells.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="likes-origin">{origin(orders.basketSize, 'orders')}</p>
      {orders.nextOrder === null || orders.intervalDays === undefined ? (
        <p className="less next-none">{t('customers.one.likes.nextNone')}</p>
      ) : (
        <Next last={orders.last} next={orders.nextOrder} interval={orders.intervalDays.value} />
      )}
    </>
  )
}
