// A definition as text: what the editor shows and what it gives back. Whether it is a good one, the engine says.
import type { Schema } from '../shared/client'

export type Definition = Schema<'OfferDefinition'>

export const example: Definition = { kind: 'percent', percent: 10, currency: 'CNY', give: 'claim', stock: 100, perCustomer: 1, title: { zh: '', en: '' }, conditions: { minimumCents: 10000 } }

export const textOf = (definition: unknown): string => JSON.stringify(definition, null, 2)

/** The definition of a text; undefined where it is no object. */
export function definitionOf(text: string): Definition | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Definition) : undefined // the engine looks at every member
  } catch {
    return undefined
  }
}

/** The same, given or not given. */
export const paused = (definition: unknown, is: boolean): Definition => ({ ...(definition as Definition), paused: is }) // what the engine gave it takes again

/** How much of a limit is taken, 0 to 1; undefined without a limit. */
export function takenOf(limit: number | undefined, left: number | undefined): number | undefined {
  if (limit === undefined || left === undefined) return undefined
  return limit === 0 ? 1 : Math.min(1, Math.max(0, (limit - left) / limit))
}
