import { describe, expect, it } from 'vitest'
import { isMetric, isQuiet, lineOf, metricKeys, metrics, write, type Report } from './metrics'

const HOUR = 3_600_000
const t0 = Date.UTC(2026, 10, 21, 16) // midnight in Shanghai
const step = (at: number, orders: number) => ({ at, visitors: orders * 20, buyers: orders, orders, revenueCents: orders * 1_000, refundedCents: 0 })
const kpis = { visitors: 40, buyers: 2, orders: 2, revenueCents: 2_000, refunds: 0, refundedCents: 0, conversion: 0.05, perBuyerCents: 1_000 }
const span = { from: '2026-11-22', to: '2026-11-22', through: t0 }
const report: Report = {
  now: t0 + 2.5 * HOUR, timeZone: 'Asia/Shanghai', currency: 'CNY', step: 'hour', compare: 'yesterday',
  span, settledSpan: span, beforeSpan: span, current: kpis, settled: kpis, before: kpis,
  steps: [0, 1, 2].map((h) => step(t0 + h * HOUR, h + 1)),
  beforeSteps: Array.from({ length: 24 }, (_, h) => step(t0 - 24 * HOUR + h * HOUR, 5)),
}

describe('lineOf', () => {
  const line = lineOf(report, metrics.orders)
  it('goes to the end of the day that is compared', () => {
    expect(line.at.length).toBe(24)
    expect(line.at[23]).toBe(t0 + 23 * HOUR)
    expect(line.before).toEqual(Array(24).fill(5))
  })
  it('leaves out the hour that runs and those to come', () => {
    expect(line.now.slice(0, 4)).toEqual([1, 2, null, null])
    expect(line.running).toBe(2)
  })
  it('keeps a day that runs, to be drawn faint', () => {
    const days = lineOf({ ...report, step: 'day', steps: [step(t0 - 24 * HOUR, 9), step(t0, 3)], beforeSteps: [] }, metrics.orders)
    expect(days).toMatchObject({ now: [9, 3], before: null, running: 1 })
  })
  it('the only hour there is stays', () => expect(lineOf({ ...report, now: t0 + 1, steps: [step(t0, 1)] }, metrics.orders).now[0]).toBe(1))
  it('without a comparison there is no second line', () => expect(lineOf({ ...report, compare: 'none', beforeSteps: [] }, metrics.orders).before).toBeNull())
  it('an hour without visitors has no conversion', () => {
    const quiet = { ...report, steps: [{ ...step(t0, 0), visitors: 0 }, step(t0 + HOUR, 1), step(t0 + 2 * HOUR, 1)] }
    expect(lineOf(quiet, metrics.conversion).now.slice(0, 2)).toEqual([null, 0.05])
  })
  it('a long day of autumn has its 25 hours', () =>
    expect(lineOf({ ...report, beforeSteps: Array.from({ length: 25 }, (_, h) => step(t0 - 25 * HOUR + h * HOUR, 5)) }, metrics.orders).at.length).toBe(25))
})

describe('write', () => {
  it('large sums have no cents, small ones do', () => {
    expect(write(metrics.revenue, 1_234_567, 'CNY', 'zh', 'card')).toBe('¥12,346')
    expect(write(metrics.perBuyer, 4_003, 'CNY', 'zh', 'card')).toBe('¥40.03')
  })
  it('what is not known is a dash', () => expect(write(metrics.conversion, null, 'CNY', 'en', 'card')).toBe('–'))
  it('before the first order there is no currency', () => expect(write(metrics.revenue, 0, '', 'en', 'card')).toBe('0'))
})

it('every figure reads its own number', () => {
  expect(metricKeys.map((key) => metrics[key].whole(kpis))).toEqual([2_000, 2, 0.05, 1_000, 40, 2, 0])
  expect(isMetric('orders')).toBe(true)
  expect(isMetric('toString')).toBe(false)
  expect(isMetric(null)).toBe(false)
})

it('a report is quiet when nothing happened in either span', () => {
  const none = { ...kpis, visitors: 0, orders: 0 }
  expect(isQuiet({ ...report, current: none, before: none })).toBe(true)
  expect(isQuiet({ ...report, current: none, before: null })).toBe(true)
  expect(isQuiet({ ...report, current: none })).toBe(false)
})
