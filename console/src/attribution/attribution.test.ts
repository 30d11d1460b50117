// Goal: the question and the parts are right, and the table for elsewhere is safe in a spreadsheet and adds up.
// Method: a small report, worked out by hand.
import { describe, expect, it } from 'vitest'
import { askOf, models, partsOf, readAddress, SHOWN, type Channel, type Report } from './attribution'

const channel = (name: string, conversions: number, valueCents: number): Channel => ({
  channel: name, touches: 3, paths: 2, converted: 1, removal: 0.5, experiment: null,
  models: Object.fromEntries(models.map((model) => [model, { conversions, valueCents }])) as Channel['models'],
})
const report = (channels: Channel[]): Report => ({
  from: null, to: null, lookbackDays: 30, event: 'Order Completed', level: 'channel', direct: true, halfLife: 2, currency: 'CNY', customers: 9, convertedCustomers: 2, refusedAnalytics: 0,
  conversions: 4, valueCents: 400, untouched: { conversions: 1, valueCents: 250 }, pathsWithoutConversion: 3, cut: { longPaths: 0, mergedPaths: 0, channels: 0 }, channels,
  incrementality: { measured: [], holdout: false, notMeasured: [] }, tookUs: 1, items: [], next: null,
})

describe('the question', () => {
  it('is of what the address says', () => {
    const now = Date.parse('2026-11-22T00:00:00Z')
    expect(askOf(readAddress(new URLSearchParams('days=7&lookback=90&level=source')), now)).toEqual({ from: '2026-11-15T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z', lookbackDays: 90, level: 'source' })
  })
  it('nonsense is the usual', () => expect(readAddress(new URLSearchParams('days=8&level=x'))).toEqual({ days: '30', lookback: '30', level: 'channel', unit: 'money', open: null }))
})

describe('parts of a bar', () => {
  it('add up to one', () => expect(partsOf(report([channel('a', 1, 100), channel('b', 3, 300)]), 'linear', 'money')).toEqual([0.25, 0.75]))
  it('the rest is one part', () => expect(partsOf(report(Array.from({ length: SHOWN + 2 }, (_, at) => channel(`c${at}`, 1, 1))), 'first', 'conversions').at(-1)).toBeCloseTo(0.25))
  it('nothing is nothing', () => expect(partsOf(report([channel('a', 0, 0)]), 'last', 'money')).toEqual([0]))
})
