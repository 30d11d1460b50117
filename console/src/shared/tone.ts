// What an event's mark looks like: one of five colours, the same in every list.
export type Tone = 'money' | 'cart' | 'back' | 'who' | 'plain'

/** The colour of an event's mark; its name always stands beside it. */
export function toneOf(row: { type: string; event: string }): Tone {
  if (row.type === 'identify' || row.type === 'alias' || row.type === 'group') return 'who'
  if (/^Order (Refunded|Cancelled)$/.test(row.event)) return 'back'
  if (/^Order /.test(row.event)) return 'money'
  if (/Added|Cart|Checkout|Payment|Coupon/.test(row.event)) return 'cart'
  return 'plain'
}
