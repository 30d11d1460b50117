// What is worked out about retention: shares of a cohort, and what one of its customers is worth, period by period.
import type { Schema } from '../shared/client'
import type { Values } from '../shared/charts/panel'

export type Report = Schema<'RetentionReport'>
export type Cohort = Report['cohorts'][number]
export const periods = ['day', 'week', 'month'] as const
export type Period = (typeof periods)[number]
export const kinds = ['classic', 'rolling', 'lost'] as const
export type Kind = (typeof kinds)[number]

const over = (part: number | undefined, whole: number | undefined): number | null => (part === undefined || whole === undefined || whole === 0 ? null : part / whole)

/** How many of a cohort returned by period, or did not any more: those who are lost are the others of “then or later”. */
export const countsOf = (cohort: Cohort, kind: Kind): number[] => (kind === 'lost' ? cohort.rolling.map((count) => cohort.customers - count) : cohort[kind])
/** The share of it. */
export const sharesOf = (cohort: Cohort, kind: Kind): Values => countsOf(cohort, kind).map((count) => over(count, cohort.customers))
/** Of all cohorts that have the period. */
export const totalShares = (total: Report['total'], kind: Kind): Values => (kind === 'lost' ? total.rolling.map((count, k) => (total.customers[k] ?? 0) - count) : total[kind]).map((count, k) => over(count, total.customers[k]))

/** What a customer of it has ordered up to the end of each period, in minor units. */
export const worthOf = (cohort: Cohort): Values => (cohort.netRevenueCents ?? []).map((cents) => over(cents, cohort.customers))
export const totalWorth = (total: Report['total']): Values => (total.netRevenueCents ?? []).map((cents, k) => over(cents, total.customers[k]))

/** As long as `points`, with nothing where a cohort is too young. */
export const asLong = (values: Values, points: number): Values => Array.from({ length: points }, (_, k) => values[k] ?? null)

/** The period that is not over: the last of a cohort that runs. */
export const isRunning = (cohort: Cohort, k: number): boolean => cohort.running && k === cohort.classic.length - 1
