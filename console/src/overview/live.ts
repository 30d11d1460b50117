// What the stream does to the overview's figures; what it does to its list stands in live/stream.ts.
import type { Schema } from '../shared/client'

export type Overview = Schema<'Overview'>

const SPAN_MS = 15 * 60_000

/** The overview as of one second of the stream. The rest is asked for again now and then. */
export function withStats(overview: Overview, stats: Schema<'LiveStats'>): Overview {
  const kept = overview.series.filter((point) => point.at < stats.step.at && point.at > stats.step.at - SPAN_MS)
  return {
    ...overview,
    now: stats.now,
    eventsPerSecond: stats.eventsPerSecond,
    totals: stats.totals,
    orders: stats.orders,
    series: [...kept, stats.step],
  }
}

const STEP_SECONDS = 5

/** Events a second of each step; the last step still grows, so it is left out. */
export function ratesOf(series: Overview['series']): { at: number; perSecond: number }[] {
  return series.slice(0, -1).map((point) => ({ at: point.at, perSecond: point.events / STEP_SECONDS }))
}
