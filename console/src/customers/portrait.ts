// What a portrait shows, in the order it shows it.
import type { Schema } from '../shared/client'

export interface ConsentLine {
  kind: string
  allowed: boolean
  at: string | undefined // undefined: never set, the workspace's default
}

export function consentLines(consents: Schema<'Consents'>): ConsentLine[] {
  const own = (kind: 'personalization' | 'analytics'): ConsentLine => ({ kind, allowed: consents[kind], at: consents.times[kind] })
  return [
    own('personalization'),
    own('analytics'),
    ...Object.entries(consents.marketing).map(([kind, allowed]) => ({ kind, allowed, at: consents.times[`marketing.${kind}`] })),
  ]
}

/** Events under their day; the order of the list stays. `dayOf` names a day in the reader's zone. */
export function byDay<E extends { timestamp: string }>(events: readonly E[], dayOf: (timestamp: string) => string): { day: string; events: E[] }[] {
  const days: { day: string; events: E[] }[] = []
  for (const event of events) {
    const day = dayOf(event.timestamp)
    const last = days[days.length - 1]
    if (last?.day === day) last.events.push(event)
    else days.push({ day, events: [event] })
  }
  return days
}

/** A trait as text; nested ones as JSON. */
export function traitText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export type EventKind = 'order' | 'cart' | 'view' | 'other'

/** What a shop's people look for in a timeline: money first, then how near it was, then interest. */
export function kindOf(event: { type: string; event: string }): EventKind {
  if (event.type !== 'track') return 'other'
  if (/^Order /.test(event.event)) return 'order'
  if (/Added|Removed|Cart|Checkout|Payment|Coupon/.test(event.event)) return 'cart'
  return /^Product|^Promotion/.test(event.event) ? 'view' : 'other'
}
