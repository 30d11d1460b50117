// What is worked out of a kept segment: its size on each day, short texts, what a refusal says.
import type { Schema } from '../shared/client'

export type Kept = Schema<'Segment'>
export type Why = Schema<'SegmentWhy'>

const DAY = 86_400_000

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** What people read. */
export const titleOf = (one: Pick<Kept, 'name' | 'title'>): string => (one.title === '' ? one.name : one.title)

/** As the engine takes it. */
export const isSegmentName = (name: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(name)

/** An expression on one line, cut. */
export function brief(expression: string, length = 100): string {
  const text = [...expression.replace(/\s+/g, ' ').trim()]
  return text.length <= length ? text.join('') : `${text.slice(0, length - 1).join('')}…`
}

/** Each of the last `most` days up to now, from the first that is known: the engine tells only days on which somebody came or went. */
export function daily(one: Pick<Kept, 'days' | 'definedAt' | 'size'>, now: number, most: number): Kept['days'] {
  const known = new Map(one.days.map((day) => [day.date, day]))
  const first = one.days[0]
  const begin = [dayOf(new Date(one.definedAt).getTime()), first?.date ?? dayOf(now)].sort()[0] ?? dayOf(now)
  const end = [dayOf(now), one.days.at(-1)?.date ?? dayOf(now)].sort()[1] ?? dayOf(now)
  // Nobody came or went before the first of them; without one it was always as it is.
  let size = first === undefined ? one.size : Math.max(0, first.size - first.entered + first.left)
  const all: Kept['days'] = []
  const from = Math.max(Date.parse(begin), Date.parse(end) - 500 * DAY)
  for (const day of one.days) if (Date.parse(day.date) < from) size = day.size
  for (let at = from; at <= Date.parse(end); at += DAY) {
    const date = dayOf(at)
    const day = known.get(date) ?? { date, size, entered: 0, left: 0 }
    size = day.size
    all.push(day)
  }
  return all.slice(-most)
}

/** Those he is in first; each group in the engine's order. */
export function inFirst(all: readonly Why[]): Why[] {
  return [...all.filter((one) => one.in), ...all.filter((one) => !one.in)]
}

/** The earliest moment at which the clock alone may change a clause that decides; undefined: never. */
export function standsUntil(one: Why): string | undefined {
  return one.clauses.flatMap((clause) => (clause.decides && clause.standsUntil !== undefined ? [clause.standsUntil] : [])).sort()[0]
}

/** The segment that asks about the one that may not go: "the segment X asks about it: …". */
export function userOf(detail: string | undefined): string | undefined {
  return /^the segment (\S+) asks about it/.exec(detail ?? '')?.[1]
}
