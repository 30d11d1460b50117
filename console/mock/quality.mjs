// Data quality, tracking plan and dead letters of the made-up shop.
import { deadLetters } from './shop.mjs'

const reasons = [
  ['type_violation', true, 31, 0], ['type_conflict', false, 118, 0], ['bad_amount', true, 22, 0], ['outlier', true, 2, 0], ['missing_value', false, 804, 0], ['imputed', false, 57, 0], ['clock', true, 9, 0],
  ['bot_agent', true, 412, 3], ['bot_rate', true, 1904, 2], ['bot_sweep', true, 0, 0], ['fake_customer', true, 126, 42], ['fake_review', true, 12, 0], ['plan_violation', true, 5, 0],
  ['id_limit', false, 3, 1], ['shared_device', false, 41, 4], ['id_apart', false, 0, 0],
]
const wave = (at, count) => Math.round((count / 15) * (1 + Math.sin(at / 3)))
const believed = new Set()

export function quality(query, empty) {
  const days = Number(query.get('days') ?? 30)
  return {
    events: empty ? 0 : 541_909, apart: empty ? 0 : 2523, customers: empty ? 0 : 47,
    reasons: reasons.map(([reason, apart, count, customers]) => ({ reason, text: reason, apart, count: empty ? 0 : count, customers: empty ? 0 : customers })),
    days: Array.from({ length: days }, (_, at) => ({ day: new Date(Date.UTC(2026, 10, 22) - (days - 1 - at) * 86_400_000).toISOString(), counts: empty ? {} : Object.fromEntries(reasons.map(([reason, , count]) => [reason, wave(at, count)])) })),
    rows: empty ? [] : reasons.filter(([, , count]) => count > 0).map(([reason, , count], at) => ({ source: String(1 + (at % 2)), event: at % 3 ? 'Product Viewed' : 'Order Completed', reason, count })),
  }
}

export function samples(query, empty) {
  const reason = query.get('reason')
  const items = Array.from({ length: empty ? 0 : 6 }, (_, at) => ({
    position: `0-${900 + at}`, at: new Date(Date.UTC(2026, 10, 21, 9, at)).toISOString(), receivedAt: new Date(Date.UTC(2026, 10, 21, 9, at)).toISOString(), source: '1', event: 'Order Completed', messageId: `m-${at}`,
    customerId: String(12347 + at * 3), detail: reason === 'outlier' ? `quantity ${80995 - at}` : '', isTrue: believed.has(`0-${900 + at}`),
  }))
  return { items, next: null }
}

export function believe(body) {
  if (body.position !== undefined) believed.add(body.position)
  return {}
}

const property = (name, types, example, specified = []) => ({ name, types, firstSeenAt: '2026-10-01T08:00:00.000Z', lastSeenAt: '2026-11-22T01:00:00.000Z', example, specified })
const plan = [
  { source: '1', event: 'Product Viewed', ecommerce: true, count: 41_022, violations: 31, cut: false, rule: null, properties: [property('product_id', { text: 41_000, object: 22 }, '22423', ['number', 'digits', 'text']), property('price', { number: 40_100, digits: 900 }, '12.75', ['number', 'digits']), property('position', { number: 3_000 }, '3', ['number', 'digits', 'text'])] },
  { source: '1', event: 'Order Completed', ecommerce: true, count: 18_532, violations: 2, cut: false, rule: null, properties: [property('order_id', { text: 18_532 }, '536365', ['number', 'digits', 'text']), property('products', { array: 18_530, text: 2 }, '[{"product_id":"85123A"}]', ['array']), property('coupon', { none: 9_000, text: 2_100 }, 'XMAS', ['number', 'digits', 'text'])] },
  { source: '2', event: 'Size Chosen', ecommerce: false, count: 912, violations: 0, cut: false, rule: null, properties: [property('size', { number: 900, text: 12 }, '38')] },
].map((one) => ({ ...one, firstSeenAt: '2026-10-01T08:00:00.000Z', lastSeenAt: '2026-11-22T01:00:00.000Z' }))

export const trackingPlan = (empty) => ({ items: empty ? [] : plan, next: null })
export function putPlan(body) {
  const one = plan.find((each) => each.source === body.source && each.event === body.event)
  if (one !== undefined) one.rule = body.rule
  return one
}

const letters = deadLetters.map((one, at) => ({ ...one, id: String(900 - at), text: one.detail, outcome: 'open', outcomeAt: null }))
export function lettersOf(query, empty, paged) {
  const passes = (one, reason) => (query.get('outcome') ? one.outcome === query.get('outcome') : true) && (reason ? one.reason === reason : true)
  const all = empty ? [] : letters
  const counts = {}
  for (const one of all.filter((each) => passes(each, ''))) counts[one.reason] = (counts[one.reason] ?? 0) + 1
  return { ...paged(all.filter((one) => passes(one, query.get('reason') ?? '')), query), reasons: Object.entries(counts).map(([reason, count]) => ({ reason, count })) }
}
export function replayOne(id, body) {
  const one = letters.find((each) => each.id === id)
  if (one === undefined) return undefined
  const event = body.event ?? {}
  if (event.userId === undefined && event.anonymousId === undefined) return { outcome: 'refused', reason: 'no_customer', text: 'no userId and no anonymousId', detail: '' }
  if (body.dryRun) return { outcome: 'passes', messageId: one.messageId || `zh-letter-${id}` }
  one.outcome = 'replayed'
  return { outcome: 'replayed', messageId: one.messageId || `zh-letter-${id}` }
}
export function discard(id) {
  const one = letters.find((each) => each.id === id)
  if (one !== undefined) one.outcome = 'discarded'
  return one && { outcome: 'discarded' }
}
export function replayAll(body) {
  const found = letters.filter((one) => one.outcome === 'open' && (!body.reason || one.reason === body.reason))
  const good = found.filter((one) => one.reason === 'bad_field')
  if (!body.dryRun) for (const one of good) one.outcome = 'replayed'
  return { matched: found.length, tried: found.length, [body.dryRun ? 'passes' : 'replayed']: good.length, duplicate: 0, conflict: 0, refused: found.length - good.length, reasons: [], next: null }
}
