import { describe, expect, it } from 'vitest'
import { ratesOf, withStats, type Overview } from './live'

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
