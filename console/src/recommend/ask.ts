// What a preview asks, from what the address of the page says.
import type { Schema } from '../shared/client'

export const SHOWN = 8 // a shelf; enough to judge a ranking without scrolling

export function cartOf(text: string): string[] {
  return text.split(/[,，\s]+/).filter((one) => one !== '')
}

export function askOf(customerId: string, placement: Schema<'Placement'>, item: string, cart: string): Schema<'PreviewRequest'> {
  const needs = placement.needs ?? []
  const context: Schema<'RecommendContext'> = {}
  if (needs.includes('itemId') && item !== '') context.itemId = item
  const items = cartOf(cart)
  if (needs.includes('cart') && items.length > 0) context.cart = items
  return { placement: placement.id, customerId, n: SHOWN, explain: true, context }
}

/** Length of a score's bar: its share of the largest. Scores are an order; negative ones have no bar. */
export function barShares(scores: readonly number[]): number[] {
  const most = Math.max(0, ...scores)
  return scores.map((score) => (most > 0 ? Math.max(0, score) / most : 0))
}
