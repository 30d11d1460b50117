// Spans of calendar days: pure arithmetic on names of days ("2026-11-22"), so that no clock change, month's end or
// leap day is a special case. A day's name only meets a clock in `dayOf`, which asks which day it is in a time zone.

/** First and last day, both included. */
export interface Days {
  from: string
  to: string
}

export const presets = ['today', 'yesterday', 'last7', 'last30'] as const
export type Preset = (typeof presets)[number]
export type Choice = Preset | 'custom'

export const comparisons = ['yesterday', 'last_week', 'previous', 'none'] as const
export type Compare = (typeof comparisons)[number]

/** The most days the engine reports at once. */
export const DAYS_MAX = 366
const DAY_MS = 86_400_000

/** The day it is at a moment, in a time zone; without one, in the browser's. */
export function dayOf(atMs: number, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', numberingSystem: 'latn', year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(atMs)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
}

/** Milliseconds of a day's name, counted as if all days had 24 hours; NaN for what is no day. */
function numberOf(day: string): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return NaN
  const at = Date.parse(`${day}T00:00:00Z`)
  // Date.parse refuses 2026-02-30 in some browsers and rolls it over in others: only a day that keeps its name is one.
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day ? NaN : at
}

export function isDay(day: string | null | undefined): day is string {
  return typeof day === 'string' && !Number.isNaN(numberOf(day))
}

export function addDays(day: string, days: number): string {
  return new Date(numberOf(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** How many days a span has; 1 where it begins and ends on the same. */
export function lengthOf(days: Days): number {
  return Math.round((numberOf(days.to) - numberOf(days.from)) / DAY_MS) + 1
}

export function daysOf(preset: Preset, today: string): Days {
  switch (preset) {
    case 'today':
      return { from: today, to: today }
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) }
    case 'last7':
      return { from: addDays(today, -6), to: today }
    case 'last30':
      return { from: addDays(today, -29), to: today }
  }
}

export function choiceOf(days: Days, today: string): Choice {
  return presets.find((preset) => {
    const one = daysOf(preset, today)
    return one.from === days.from && one.to === days.to
  }) ?? 'custom'
}

/** Two days a person chose, in order, not after today, and not more than the engine reports. */
export function orderly(days: Days, today: string): Days {
  const [low, high] = days.from <= days.to ? [days.from, days.to] : [days.to, days.from]
  const to = high > today ? today : high
  const from = low > to ? to : low
  return { from: lengthOf({ from, to }) > DAYS_MAX ? addDays(to, 1 - DAYS_MAX) : from, to }
}

/** What is worth comparing with: a day with the day before, more days with those right before them. */
export function offered(days: Days): readonly Compare[] {
  return lengthOf(days) === 1 ? ['yesterday', 'last_week', 'none'] : ['previous', 'last_week', 'none']
}

export interface Range {
  days: Days
  choice: Choice
  compare: Compare
  includesToday: boolean
}

/** What an address says; what it does not say or says badly is today, against its usual comparison. */
export function readRange(search: URLSearchParams, today: string): Range {
  const from = search.get('from')
  const to = search.get('to')
  const days = isDay(from) || isDay(to) ? orderly({ from: isDay(from) ? from : (to ?? today), to: isDay(to) ? to : (from ?? today) }, today) : daysOf('today', today)
  const said = comparisons.find((one) => one === search.get('compare'))
  return {
    days,
    choice: choiceOf(days, today),
    compare: said ?? offered(days)[0] ?? 'none',
    includesToday: days.to === today,
  }
}

/** The address after choosing days. Today is not written, so that a page left open over midnight moves on. */
export function writeDays(search: URLSearchParams, days: Days, today: string): URLSearchParams {
  const next = new URLSearchParams(search)
  if (choiceOf(days, today) === 'today') {
    next.delete('from')
    next.delete('to')
  } else {
    next.set('from', days.from)
    next.set('to', days.to)
  }
  // A comparison that no longer fits gives way to the usual one.
  const said = next.get('compare')
  if (said !== null && !offered(days).some((one) => one === said)) next.delete('compare')
  return next
}

export function writeCompare(search: URLSearchParams, compare: Compare, days: Days): URLSearchParams {
  const next = new URLSearchParams(search)
  if (compare === offered(days)[0]) next.delete('compare')
  else next.set('compare', compare)
  return next
}
