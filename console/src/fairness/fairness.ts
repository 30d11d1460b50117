// What the page of fairness and variety works out by itself: the question in the address, what is to be looked at, rows of its tables. Pure, for tests.
import type { Schema } from '../shared/client'

export type Fairness = Schema<'FairnessReport'>
export type Bubble = Schema<'BubbleReport'>
export type Group = Schema<'FairnessGroup'>
export type Interval = Schema<'ReportInterval'>
export type Category = Schema<'BubbleCategory'>

export const spans = ['7', '14', '28', '56'] as const
export type Span = (typeof spans)[number]
export interface Ask {
  placement: string
  days: Span
}

export const readAddress = (search: URLSearchParams): Ask => ({ placement: search.get('placement') ?? '', days: spans.find((one) => one === search.get('days')) ?? '28' })
export const askOf = ({ placement, days }: Ask) => ({ days: Number(days), ...(placement === '' ? {} : { placement }) })

/** As many categories, each with the same share, have this entropy: 2 bits are four. */
export const asMany = (bits: number): number => 2 ** bits

const APART = 0.1 // of the other's value: what two spans of one shop differ by anyway is less

/** Is a figure of personal lists clearly worse than that of lists anybody gets? `good`: which way is better. */
export function isWorse(personal: number | null, anybody: number | null, good: 'more' | 'less'): boolean {
  if (personal === null || anybody === null) return false
  return good === 'more' ? personal < anybody * (1 - APART) : personal > anybody * (1 + APART)
}

const SEEN_LEAST = 0.5 // of its share of the items: under this a merchant is hardly seen

/** Have small merchants far fewer slots than items? */
export function isUnseen(small: Schema<'FairnessMerchants'> | undefined): boolean {
  return small?.slotShare != null && small.itemShare !== null && small.itemShare > 0 && small.slotShare < SEEN_LEAST * small.itemShare
}

/** Do two intervals lie apart? Where they overlap, the difference may be luck. */
export const areApart = (a: Interval, b: Interval): boolean => a !== null && b !== null && (a.high < b.low || b.high < a.low)

/** Each group with a name beside the others; `all` is what they are read against. */
export const groupsOf = (report: Fairness): { all: Group | undefined; groups: Group[] } => ({ all: report.groups.find((one) => one.group === 'all'), groups: report.groups.filter((one) => one.customers > 0) })

/** Categories by how far what is shown is from what is bought, the widest first; those with neither are left out. */
export function gapsOf(categories: readonly Category[]): { category: string; shown: number; bought: number; gap: number }[] {
  return categories
    .map((one) => ({ category: one.category, shown: one.shown ?? 0, bought: one.bought ?? 0, gap: (one.shown ?? 0) - (one.bought ?? 0) }))
    .filter((one) => one.shown > 0 || one.bought > 0)
    .sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap))
}

const WEEK = 7
const KEPT = 0.9 // of the first week's: variety goes up and down by some per cent

/** The mean of the first seven days that have a value, and of the last seven; undefined where they would overlap. */
export function weeksOf(values: readonly (number | null)[]): { first: number; last: number } | undefined {
  const known = values.filter((value): value is number => value !== null)
  if (known.length < 2 * WEEK) return undefined
  const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length
  return { first: mean(known.slice(0, WEEK)), last: mean(known.slice(-WEEK)) }
}

/** Did the variety of the last week fall clearly under that of the first? */
export const isNarrower = (weeks: { first: number; last: number } | undefined): boolean => weeks !== undefined && weeks.last < KEPT * weeks.first

/** Nothing was shown in these days, by any list. */
export const isUnshown = (report: Fairness): boolean => report.personal.slots === 0 && report.anybody.slots === 0
export const isQuiet = (report: Bubble): boolean => report.all.slots === 0 && report.all.controlSlots === 0 && report.all.bought === 0
