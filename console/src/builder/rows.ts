// A condition as blocks: groups with rows in them. What a row cannot say stays text in a row of its own, so nothing is lost.
import type { Literal, Node } from './tree'

export const compares = ['>=', '<=', '==', '>', '<', '!='] as const
export type Compare = (typeof compares)[number]
export const units = ['minutes', 'hours', 'days', 'weeks'] as const
export type Unit = (typeof units)[number]
/** undefined: the number is not there yet. */
export type Amount = number | undefined
export interface Span {
  amount: Amount
  unit: Unit
}

export const eventTexts = ['category', 'brand', 'item_id', 'name'] as const
export const eventNumbers = ['price', 'quantity', 'value'] as const
export type EventProperty = (typeof eventTexts)[number] | (typeof eventNumbers)[number]
export const textOps = ['==', '!=', 'in', 'contains', 'startsWith'] as const
export type TextOp = (typeof textOps)[number]
export interface Where {
  /** Of any product of the event, not of its first. */
  any: boolean
  property: EventProperty
  op: Compare | TextOp
  values: Literal[]
}

export interface EventRow {
  kind: 'event'
  measure: 'did' | 'didNot' | 'count' | 'sum'
  /** null: any event. */
  event: string | null
  where: Where[]
  then: { did: boolean; event: string; within: Span } | null
  op: Compare
  value: Amount
  window: Span | null
}
export interface OrdersRow {
  kind: 'orders'
  measure: 'count' | 'revenue'
  op: Compare
  value: Amount
  window: Span | null
}
export const moments = ['last_seen', 'first_seen', 'orders.last', 'orders.first', 'next_order'] as const
export type Moment = (typeof moments)[number]
export type MomentOp = '<' | '<=' | '>' | '>='
export interface MomentRow {
  kind: 'moment'
  field: Moment
  op: MomentOp
  /** So long before or after now; now; or a moment as it is written. */
  against: { is: 'ago' | 'ahead'; span: Span } | { is: 'now' } | { is: 'at'; at: string }
}
export type TraitOp = Compare | TextOp | 'has' | 'hasNot' | 'holds'
export interface TraitRow {
  kind: 'trait'
  name: string
  op: TraitOp
  values: Literal[]
}
export interface ShareRow {
  kind: 'share'
  of: 'category' | 'brand'
  name: string
  op: Compare
  /** 0 to 1. */
  share: Amount
  /** Who has no interest in it at all has a share of none; false: he has no answer. */
  orNone: boolean
}
export const choices = {
  'rfm.class': ['key_value', 'low_value', 'key_develop', 'low_develop', 'key_keep', 'low_keep', 'key_win_back', 'low_win_back'],
  'rfm.segment': ['champion', 'loyal', 'potential_loyalist', 'new_customer', 'promising', 'need_attention', 'about_to_sleep', 'at_risk', 'cant_lose', 'lost', 'other'],
  lifecycle: ['prospect', 'new', 'active', 'at_risk', 'lapsed', 'won_back'],
  aipl: ['aware', 'interest', 'purchase', 'loyal'],
} as const
export type ChoiceField = keyof typeof choices
export interface ChoiceRow {
  kind: 'choice'
  field: ChoiceField
  not: boolean
  values: string[]
}
/** Numbers of a customer, and how one is typed: a share stands as a percentage. */
export const numbers = {
  'rfm.recency': 'score', 'rfm.frequency': 'score', 'rfm.monetary': 'score', 'predictions.buy_7d': 'share', 'predictions.buy_30d': 'share', 'predictions.lapse': 'share',
  'predictions.clv': 'decimal', basket_size: 'decimal', basket_products: 'decimal', return_rate: 'share', purchase_interval: 'days',
} as const
export type NumberField = keyof typeof numbers
export interface NumberRow {
  kind: 'number'
  field: NumberField
  op: Compare
  value: Amount
}
export interface SegmentRow {
  kind: 'segment'
  name: string
  not: boolean
}
export interface TagRow {
  kind: 'tag'
  name: string
  not: boolean
}
export interface BucketRow {
  kind: 'bucket'
  salt: string
  of: Amount
  op: Compare
  value: Amount
}
export const consents = ['email', 'sms', 'push', 'wechat', 'wecom', 'onsite', 'whatsapp', 'call', 'post', 'ads', 'personalization', 'analytics'] as const
export interface ConsentRow {
  kind: 'consent'
  field: (typeof consents)[number]
  not: boolean
}
export interface TextRow {
  kind: 'text'
  node: Node
}

type Any = EventRow | OrdersRow | MomentRow | TraitRow | ShareRow | ChoiceRow | NumberRow | SegmentRow | TagRow | BucketRow | ConsentRow | TextRow
export type Row = Any & { id: number }
export type RowKind = Any['kind']
export interface Group {
  kind: 'group'
  id: number
  not: boolean
  join: 'all' | 'any'
  items: Item[]
}
export type Item = Row | Group

/** In the order they are offered. */
export const kinds = ['event', 'orders', 'moment', 'trait', 'share', 'choice', 'number', 'segment', 'tag', 'consent', 'bucket'] as const satisfies readonly RowKind[]
export type Offered = (typeof kinds)[number]

let last = 0
export const newId = (): number => ++last
export const group = (items: Item[] = [], join: Group['join'] = 'all', not = false): Group => ({ kind: 'group', id: newId(), not, join, items })
export const row = (is: Any, id = newId()): Row => ({ ...is, id })

const week: Span = { amount: 7, unit: 'days' }
/** A row of a kind, ready to be filled in. */
export function begin(kind: Offered, id = newId()): Row {
  switch (kind) {
    case 'event': return row({ kind, measure: 'did', event: '', where: [], then: null, op: '>=', value: 3, window: week }, id)
    case 'orders': return row({ kind, measure: 'count', op: '>=', value: 1, window: { amount: 90, unit: 'days' } }, id)
    case 'moment': return row({ kind, field: 'last_seen', op: '<', against: { is: 'ago', span: { amount: 30, unit: 'days' } } }, id)
    case 'trait': return row({ kind, name: '', op: '==', values: [] }, id)
    case 'share': return row({ kind, of: 'category', name: '', op: '>', share: 0.3, orNone: true }, id)
    case 'choice': return row({ kind, field: 'rfm.class', not: false, values: [] }, id)
    case 'number': return row({ kind, field: 'predictions.buy_7d', op: '>=', value: undefined }, id)
    case 'segment': return row({ kind, name: '', not: false }, id)
    case 'tag': return row({ kind, name: '', not: false }, id)
    case 'consent': return row({ kind, field: 'email', not: false }, id)
    case 'bucket': return row({ kind, salt: 'sample', of: 10, op: '<', value: 1 }, id)
  }
}

/** What is not filled in yet, as the name of a sentence; undefined: the row says something. */
export type Lack = 'event' | 'then' | 'number' | 'window' | 'where' | 'name' | 'values' | 'segment' | 'salt' | 'moment'
const spanIsGood = (span: Span | null): boolean => span === null || (span.amount !== undefined && Number.isInteger(span.amount) && span.amount > 0)

export function lackOf(one: Row): Lack | undefined {
  switch (one.kind) {
    case 'event':
      if (one.event === '') return 'event'
      if (one.where.some((where) => where.values.length === 0 || where.values[0] === '')) return 'where'
      if (one.then !== null && (one.then.event === '' || !spanIsGood(one.then.within))) return 'then'
      if ((one.measure === 'count' || one.measure === 'sum') && one.value === undefined) return 'number'
      return spanIsGood(one.window) ? undefined : 'window'
    case 'orders': return one.value === undefined ? 'number' : spanIsGood(one.window) ? undefined : 'window'
    case 'moment': return one.against.is === 'at' ? (one.against.at === '' ? 'moment' : undefined) : one.against.is === 'now' || spanIsGood(one.against.span) ? undefined : 'window'
    case 'trait': return one.name === '' ? 'name' : one.op === 'has' || one.op === 'hasNot' || (one.values.length > 0 && one.values[0] !== '') ? undefined : 'values'
    case 'share': return one.name === '' ? 'name' : one.share === undefined ? 'number' : undefined
    case 'choice': return one.values.length === 0 ? 'values' : undefined
    case 'number': return one.value === undefined ? 'number' : undefined
    case 'segment': return one.name === '' ? 'segment' : undefined
    case 'tag': return one.name === '' ? 'name' : undefined
    case 'bucket': return one.salt === '' ? 'salt' : one.of === undefined || one.value === undefined ? 'number' : undefined
    default: return undefined
  }
}

export const rowsOf = (of: Group): Row[] => of.items.flatMap((one) => (one.kind === 'group' ? rowsOf(one) : [one]))
/** Does every row say something, and is there one? */
export const isWhole = (of: Group): boolean => rowsOf(of).length > 0 && rowsOf(of).every((one) => lackOf(one) === undefined)

/** The same group with one item put in place of the other; undefined: taken out. */
export function replaced(of: Group, id: number, by: Item | undefined): Group {
  return { ...of, items: of.items.flatMap((one) => (one.id === id ? (by === undefined ? [] : [by]) : one.kind === 'group' ? [replaced(one, id, by)] : [one])) }
}
export const inserted = (of: Group, into: number, item: Item): Group =>
  of.id === into ? { ...of, items: [...of.items, item] } : { ...of, items: of.items.map((one) => (one.kind === 'group' ? inserted(one, into, item) : one)) }
/** One place up or down among its neighbours. */
export function moved(of: Group, id: number, by: -1 | 1): Group {
  const at = of.items.findIndex((one) => one.id === id)
  if (at < 0) return { ...of, items: of.items.map((one) => (one.kind === 'group' ? moved(one, id, by) : one)) }
  const items = [...of.items]
  const [item] = items.splice(at, 1)
  if (item !== undefined) items.splice(Math.max(0, at + by), 0, item)
  return { ...of, items }
}
