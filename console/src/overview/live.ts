// What the stream does to what is shown: pure steps, so that pausing and merging can be tested.
import type { Schema } from '../shared/client'

export type EventRow = Schema<'EventRow'>
export type Overview = Schema<'Overview'>

export const ROWS_MAX = 60 // what a person may scroll through; older ones are on the customer's page
const SPAN_MS = 15 * 60_000

export interface Live {
  rows: EventRow[] // newest first
  held: EventRow[] // came while paused, newest first
  heldCount: number // all that came while paused, also those that no longer fit
  paused: boolean
}

export type LiveStep =
  | { kind: 'seed'; rows: readonly EventRow[] } // newest first, as the list answers
  | { kind: 'batch'; rows: readonly EventRow[] } // newest first too: what came since the last batch
  | { kind: 'pause' }
  | { kind: 'resume' }

export const nothing: Live = { rows: [], held: [], heldCount: 0, paused: false }

/** New rows over old ones, each message once, cut at ROWS_MAX. */
function over(newer: readonly EventRow[], older: readonly EventRow[]): EventRow[] {
  const seen = new Set<string>()
  const out: EventRow[] = []
  for (const row of [...newer, ...older]) {
    if (out.length === ROWS_MAX) break
    const key = `${row.source ?? ''} ${row.messageId}`
    if (!seen.has(key)) {
      seen.add(key)
      out.push(row)
    }
  }
  return out
}

export function stepLive(live: Live, step: LiveStep): Live {
  switch (step.kind) {
    case 'seed':
      return { ...live, rows: over(live.rows, step.rows) }
    case 'batch': {
      const newest = step.rows
      return live.paused
        ? { ...live, held: over(newest, live.held), heldCount: live.heldCount + newest.length }
        : { ...live, rows: over(newest, live.rows) }
    }
    case 'pause':
      return { ...live, paused: true }
    case 'resume':
      return { rows: over(live.held, live.rows), held: [], heldCount: 0, paused: false }
  }
}

/** The overview as of one second of the stream. The daily bars are asked for again now and then. */
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
