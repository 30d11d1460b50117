// What an event changed, line by line: whose it is, the portrait, what it brought.
import type { Schema } from '../shared/client'

export type Request = Schema<'DebugRequest'>
export type Event = Schema<'DebugEvent'>

export type Change =
  | { kind: 'trait'; name: string; before: unknown; after: unknown }
  | { kind: 'personal'; name: string }
  | { kind: 'orders'; before: number; after: number }
  | { kind: 'revenue'; before: number; after: number }

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Only what is another than before; undefined: the views do not have it yet. */
export function changesOf(event: Event): Change[] | undefined {
  if (event.outcome !== 'accepted') return []
  if (event.after === null || event.before === null) return undefined
  const { before, after } = event
  const old: Record<string, unknown> = before.traits ?? {}
  const now: Record<string, unknown> = after.traits ?? {}
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()
  const changes: Change[] = names.filter((name) => !same(old[name], now[name])).map((name) => ({ kind: 'trait', name, before: old[name], after: now[name] }))
  for (const name of event.personal ?? []) changes.push({ kind: 'personal', name })
  if (before.orders !== after.orders) changes.push({ kind: 'orders', before: before.orders, after: after.orders })
  if (before.revenueCents !== after.revenueCents) changes.push({ kind: 'revenue', before: before.revenueCents, after: after.revenueCents })
  return changes
}

/** Customers that are this event's customer now, and were others before. */
export function joinedOf(event: Event): string[] {
  const { customer, userBefore, anonymousBefore, previousBefore } = event.identity
  return [...new Set([userBefore, anonymousBefore, previousBefore])].filter((one): one is string => typeof one === 'string' && one !== customer)
}

export const toneOf = (request: Request) => (request.status >= 400 ? 'bad' : request.rejected > 0 ? 'warn' : 'good')

/** A body as JSON where it is some, else as it is. */
export function readable(body: string): { json: unknown } | { text: string } {
  try {
    return { json: JSON.parse(body) as unknown }
  } catch {
    return { text: body }
  }
}
