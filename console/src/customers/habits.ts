// What stands behind the pictures of a portrait: pure functions of what the engine answered.
import type { Schema } from '../shared/client'

export type Leaning = Schema<'PortraitLeaning'>
export type Trend = 'up' | 'down' | 'same'

/** Does somebody turn to it more or less than before? Without a third of difference, or few events, it is the same. */
export function trendOf({ share, lately, evidence }: Pick<Leaning, 'share' | 'lately' | 'evidence'>): Trend {
  if (evidence < 3) return 'same'
  if (lately >= share * 1.33 + 0.02) return 'up'
  return lately <= share * 0.67 - 0.02 ? 'down' : 'same'
}

/** Seven days of 24 hours, each as a part of the busiest; zeros where nothing was. */
export function heatOf(hours: readonly number[]): number[][] {
  const most = Math.max(1, ...hours)
  return Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (_, hour) => (hours[day * 24 + hour] ?? 0) / most))
}

/** The three hours in a row with most events over all days: when to write. Undefined: nothing was. */
export function busiestOf(hours: readonly number[]): { from: number; until: number; share: number } | undefined {
  const byHour = Array.from({ length: 24 }, (_, hour) => hours.reduce((sum, count, at) => (at % 24 === hour ? sum + count : sum), 0))
  const all = byHour.reduce((sum, count) => sum + count, 0)
  if (all === 0) return undefined
  const three = byHour.map((_, from) => (byHour[from] ?? 0) + (byHour[(from + 1) % 24] ?? 0) + (byHour[(from + 2) % 24] ?? 0))
  const from = three.indexOf(Math.max(...three))
  return { from, until: (from + 3) % 24, share: (three[from] ?? 0) / all }
}

/** Where dates stand on a line from the last order to a little after all of them, in parts of it. */
export function lineOf(last: string, next: Pick<Schema<'PortraitNext'>, 'value' | 'from' | 'until'>, now: number) {
  const begin = Date.parse(last)
  const end = Math.max(Date.parse(next.until), now, begin + 1)
  const room = (end - begin) * 1.04
  const place = (at: number) => Math.min(1, Math.max(0, (at - begin) / room))
  return { from: place(Date.parse(next.from)), until: place(Date.parse(next.until)), value: place(Date.parse(next.value)), now: place(now) }
}

/** A computed value for people; undefined: there is nothing to take it from. */
export function computedText(value: unknown, number: (value: number) => string): string | undefined {
  if (typeof value === 'number') return number(value)
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(', ')
  return typeof value === 'string' ? value : undefined
}
