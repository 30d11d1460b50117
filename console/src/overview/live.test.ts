import { describe, expect, it } from 'vitest'
import { nothing, ratesOf, ROWS_MAX, stepLive, withStats, type EventRow, type Live, type Overview } from './live'

const row = (messageId: string): EventRow => ({
  messageId, type: 'track', event: 'Product Viewed', timestamp: '', receivedAt: '', summary: '', customer: { id: '1', userId: null },
})
const ids = (live: Live) => live.rows.map((r) => r.messageId)
// Newest first, as the stream sends.
const batch = (...names: string[]) => ({ kind: 'batch' as const, rows: names.map(row) })

describe('stepLive', () => {
  it('shows the newest first, each once', () => {
    const live = [{ kind: 'seed' as const, rows: [row('b'), row('a')] }, batch('d', 'c', 'b')].reduce(stepLive, nothing)
    expect(ids(live)).toEqual(['d', 'c', 'b', 'a'])
  })
  it('a late seed does not cover what came meanwhile', () => {
    const live = [batch('c'), { kind: 'seed' as const, rows: [row('b'), row('a')] }].reduce(stepLive, nothing)
    expect(ids(live)).toEqual(['c', 'b', 'a'])
  })
  it('holds back while paused and counts, then shows all', () => {
    const paused = [batch('a'), { kind: 'pause' as const }, batch('b'), batch('d', 'c')].reduce(stepLive, nothing)
    expect(ids(paused)).toEqual(['a'])
    expect(paused.heldCount).toBe(3)
    const on = stepLive(paused, { kind: 'resume' })
    expect(ids(on)).toEqual(['d', 'c', 'b', 'a'])
    expect(on.heldCount).toBe(0)
  })
  it('never keeps more than the limit', () => {
    let live = stepLive(nothing, { kind: 'pause' })
    for (let i = 0; i < 300; i++) live = stepLive(live, batch(`m${i}`))
    expect(live.held.length).toBe(ROWS_MAX)
    expect(live.heldCount).toBe(300)
    expect(stepLive(live, { kind: 'resume' }).rows.length).toBe(ROWS_MAX)
  })
})

const overview: Overview = {
  now: 0, eventsPerSecond: 1, series: [{ at: 0, events: 9 }, { at: 900_000, events: 1 }, { at: 905_000, events: 2 }],
  totals: { events: 1, customers: 1, items: 1, orders: 1, duplicates: 0, rejected: 0 },
  orders: { count: 1, revenueCents: 100, refundedCents: 0, currency: 'GBP' }, daily: [],
}
const stats = { now: 910_500, eventsPerSecond: 3, totals: overview.totals, orders: overview.orders, viewLagMs: 1, ready: true }

describe('withStats', () => {
  it('replaces the growing step and drops what is older than 15 minutes', () => {
    expect(withStats(overview, { ...stats, step: { at: 905_000, events: 7 } }).series).toEqual([
      { at: 900_000, events: 1 }, { at: 905_000, events: 7 },
    ])
  })
  it('appends a new step', () => {
    expect(withStats(overview, { ...stats, step: { at: 910_000, events: 4 } }).series.map((p) => p.at)).toEqual([900_000, 905_000, 910_000])
  })
})

it('ratesOf leaves out the step that still grows', () => {
  expect(ratesOf(overview.series)).toEqual([{ at: 0, perSecond: 1.8 }, { at: 900_000, perSecond: 0.2 }])
})
