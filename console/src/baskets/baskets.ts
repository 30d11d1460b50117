// What is worked out about baskets: what is asked, how often anybody buys the right side, and whether a rule has orders enough.
import type { Schema } from '../shared/client'

export type Rule = Schema<'BasketRule'>
export const sorts = ['lift', 'confidence', 'support', 'leverage'] as const
export const least = ['2', '5', '10', '20', '50', '100'] as const

export interface Ask {
  days: string
  least: string
  sort: (typeof sorts)[number]
  segment: string
}

export const askOf = (search: URLSearchParams, spans: readonly string[], usual: string): Ask => ({
  days: spans.find((one) => one === search.get('days')) ?? usual, least: least.find((one) => one === search.get('least')) ?? '5', sort: sorts.find((one) => one === search.get('sort')) ?? 'lift', segment: search.get('segment') ?? '',
})

export const requestOf = (ask: Ask, span: { from?: string }): Schema<'BasketsRequest'> => ({ ...span, minCount: Number(ask.least), maxLength: 3, sort: ask.sort, limit: 100, ...(ask.segment === '' ? {} : { segment: ask.segment }) })

/** The share of all orders that hold the right side. */
export const usualShare = (rule: Pick<Rule, 'confidence' | 'lift'>): number => (rule.lift > 0 ? rule.confidence / rule.lift : 0)

const FEW = 10 // orders; below, a high lift may well be luck

export const sureness = (rule: Pick<Rule, 'orders'>): 'few' | 'enough' => (rule.orders < FEW ? 'few' : 'enough')
