// A computed trait as a condition: only what counts events or sums up their values can be said of a customer in an expression.
import type { Schema } from '../shared/client'

type Computed = Schema<'ComputedTrait'>

export const isCountable = (one: Computed): boolean => one.kind === 'count' || (one.kind === 'sum' && one.field === 'value')

/** At least one of them, or a sum above nothing. */
export function expressionOf(one: Computed): string {
  const events = `customer.events(${one.event === '' ? '' : JSON.stringify(one.event)})${one.where === '' ? '' : `.where(e, ${one.where})`}`
  const window = one.windowDays === 0 ? '' : `days(${one.windowDays})`
  return one.kind === 'count' ? `${events}.count(${window}) >= 1` : `${events}.sum(${window}) > 0`
}
