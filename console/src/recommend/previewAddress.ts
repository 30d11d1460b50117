// The form of the preview, as it stands in the address: what is asked, and for whom. No id of a person
// stands there, only the engine's own number of a customer.
import type { Schema } from '../shared/client'
import { cartOf } from './ask'

export interface Form {
  placement: string
  customer: string // internal number; '' is nobody
  itemId: string
  cart: string
  n: string
  time: string // as a datetime-local field writes it, in the workspace's time zone; '' is now
  compare: boolean
}

export const N_MAX = 100 // as the interface allows

export function formOf(search: URLSearchParams): Form {
  const read = (name: string) => search.get(name) ?? ''
  return {
    placement: read('placement'),
    customer: /^[0-9]{1,20}$/.test(read('customer')) ? read('customer') : '',
    itemId: read('itemId'),
    cart: read('cart'),
    n: read('n'),
    time: read('time'),
    compare: read('compare') === '1',
  }
}

export function withForm(search: URLSearchParams, changes: Partial<Record<Exclude<keyof Form, 'compare'>, string>> & { compare?: boolean }): URLSearchParams {
  const next = new URLSearchParams(search)
  for (const [name, value] of Object.entries(changes)) {
    const text = value === true ? '1' : value === false || value === undefined ? '' : value
    if (text === '') next.delete(name)
    else next.set(name, text)
  }
  return next
}

/** A whole number from 1 to N_MAX, or nothing: then the placement says how many. */
export function countOf(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text.trim())) return undefined
  return Math.min(N_MAX, Math.max(1, Number(text)))
}

/** How far `zone` is ahead of UTC at a moment, in milliseconds. */
function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value)
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - Math.floor(at / 1000) * 1000
}

/** "2026-11-22T05:49" on the wall clock of `zone` as a moment; nothing where it is no time. */
export function momentOf(local: string, zone: string | undefined): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(local)) return undefined
  const wall = Date.parse(`${local}Z`)
  if (Number.isNaN(wall)) return undefined
  if (zone === undefined) return new Date(local).toISOString()
  // The offset depends on the moment sought: guess, look, and look again where a clock change lies between.
  const guess = wall - offsetMs(wall, zone)
  return new Date(wall - offsetMs(guess, zone)).toISOString()
}

/** What is asked; `forNobody` asks the same without the customer. */
export function previewOf(form: Form, placement: Schema<'Placement'>, zone: string | undefined, forNobody = false): Schema<'PreviewRequest'> {
  const context: Schema<'RecommendContext'> = {}
  if (form.itemId !== '') context.itemId = form.itemId
  const cart = cartOf(form.cart)
  if (cart.length > 0) context.cart = cart
  const time = momentOf(form.time, zone)
  if (time !== undefined) context.time = time
  const customer = forNobody || form.customer === '' ? {} : { customerId: form.customer }
  return { placement: placement.id, ...customer, n: countOf(form.n) ?? placement.n, explain: true, context }
}
