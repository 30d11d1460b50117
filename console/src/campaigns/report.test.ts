import { describe, expect, it } from 'vitest'
import { figuresOf, spanOfReport, spread, type Report } from './report'

const messages = { planned: 100, waiting: 0, filtered: 30, control: 10, holdout: 0, sent: 60, delivered: 50, seen: 20, clicked: 5, bought: 0, unsubscribed: 0, failed: 0, in_doubt: 0 }
const filtered = [{ why: 'opted_out', messages: 10 }, { why: 'no_consent', messages: 20 }]
const difference = (low: number | null, estimate: number, high: number | null) => ({ estimate, fixed: { low, high }, sequential: { low, high }, relative: null, relativeLow: null, relativeHigh: null })

describe('the report of a campaign', () => {
  it('tells the figures in the order of a life, the reasons beside what was filtered, and leaves out what is nothing', () => {
    const rows = figuresOf({ messages, filtered })
    expect(rows.map((one) => one.key)).toEqual(['planned', 'filtered', 'filtered no_consent', 'filtered opted_out', 'control', 'sent', 'delivered', 'seen', 'clicked', 'bought'])
    expect(rows.map((one) => one.share)).toEqual([1, 0.3, 0.2, 0.1, 0.1, 0.6, 0.5, 0.2, 0.05, 0])
    expect(rows.filter((one) => one.went).map((one) => one.key)).toEqual(['sent', 'delivered', 'seen', 'clicked', 'bought'])
  })

  it('has no shares where nothing was planned', () => {
    const none = Object.fromEntries(Object.keys(messages).map((key) => [key, 0])) as Report['messages']
    expect(figuresOf({ messages: none, filtered: [] }).map((one) => one.share)).toEqual([0, 0, 0, 0])
  })

  it('draws an interval about 0 in the middle', () => {
    const d = difference(-1, 1, 3)
    const bar = spread(d, spanOfReport(d))
    expect(bar.left).toBeLessThan(50)
    expect(bar.left + bar.width).toBeLessThanOrEqual(100)
    expect(bar.at).toBeGreaterThan(50)
  })

  it('draws an end that is not known to the edge', () => {
    const d = difference(null, 0, null)
    expect(spread(d, spanOfReport(d))).toEqual({ left: 0, width: 100, at: 50 })
  })
})
