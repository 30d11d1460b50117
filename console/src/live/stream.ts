// What the stream does to a list of events: pure steps, so that pausing and merging can be tested.
import type { Schema } from '../shared/client'

export type EventRow = Schema<'EventRow'>

export const ROWS_MAX = 60 // a short list beside other things; older ones are on the page of events

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

/** A message is one by its source and the sender's id of it. */
export function keyOf(row: EventRow): string {
  return `${row.source ?? ''} ${row.messageId}`
}

/** New rows over old ones, each message once, cut at `max`. */
export function over(newer: readonly EventRow[], older: readonly EventRow[], max: number): EventRow[] {
  const seen = new Set<string>()
  const out: EventRow[] = []
  for (const list of [newer, older]) {
    for (const row of list) {
      if (out.length === max) return out
      const key = keyOf(row)
      if (!seen.has(key)) {
        seen.add(key)
        out.push(row)
      }
    }
  }
  return out
}

/** By the time of receipt; equal times keep their order. */
function newestFirst(rows: EventRow[]): EventRow[] {
  return rows.sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : a.receivedAt > b.receivedAt ? -1 : 0))
}

/** The step of a list that keeps at most `max` rows. */
export function stepOf(max: number): (live: Live, step: LiveStep) => Live {
  return (live, step) => {
    switch (step.kind) {
      case 'seed':
        // A list that comes late lies under what came meanwhile; one asked for again brings newer rows too.
        return { ...live, rows: newestFirst(over(live.rows, step.rows, max * 2)).slice(0, max) }
      case 'batch': {
        const newest = step.rows
        return live.paused
          ? { ...live, held: over(newest, live.held, max), heldCount: live.heldCount + newest.length }
          : { ...live, rows: over(newest, live.rows, max) }
      }
      case 'pause':
        return { ...live, paused: true }
      case 'resume':
        return { rows: over(live.held, live.rows, max), held: [], heldCount: 0, paused: false }
    }
  }
}

export const stepLive = stepOf(ROWS_MAX)

/** How the address names an opened event: by its place in the log, which never changes. */
export function placeOf(row: EventRow): string {
  return row.position ?? row.messageId
}

/** The place, if it is one: a row that does not say where it is cannot be read whole. */
export function positionOf(place: string): string | undefined {
  return /^[0-9]+-[0-9]+$/.test(place) ? place : undefined
}
