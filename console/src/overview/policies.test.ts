import { describe, expect, it } from 'vitest'
import { daysOf, inOrder, placed, subjectOf, verdictOf, type Comparison, type Result } from './policies'

const estimate = (low: number, high: number) => ({ value: (low + high) / 2, low, high })
const result = (policy: string): Result => ({ policy, visits: 1, orders: 0, revenueCents: 0, marginCents: 0, marginPerVisit: estimate(1, 3), difference: policy === 'popular' ? null : estimate(1, 2), oracleShare: null })
const report = (...policies: string[]): Comparison['report'] => ({ baseline: 'popular', currency: 'CNY', from: '2026-01-01', to: '2026-01-02', visits: 1, policies: policies.map(result) })

describe('the verdict', () => {
  it.each([[0.1, 0.4, 'above'], [-0.4, -0.1, 'below'], [-0.1, 0.4, 'open'], [0, 0.4, 'open'], [-0.4, 0, 'open']] as const)('of [%d, %d] is %s', (low, high, want) =>
    expect(verdictOf(estimate(low, high))).toBe(want),
  )
})

describe('the headline is about', () => {
  it('the engine', () => expect(subjectOf(report('popular', 'random', 'engine', 'oracle'))?.policy).toBe('engine'))
  it('another candidate where there is no engine', () => expect(subjectOf(report('popular', 'oracle', 'trial'))?.policy).toBe('trial'))
  it('nothing where there are only yardsticks', () => expect(subjectOf(report('popular', 'random', 'oracle'))).toBeUndefined())
})

it('policies stand from the least to the best informed', () =>
  expect(inOrder(report('oracle', 'engine', 'popular', 'trial', 'random').policies).map((one) => one.policy)).toEqual(['random', 'popular', 'engine', 'trial', 'oracle']))

it('days are those of one policy', () => {
  const comparison: Comparison = {
    name: 'x', reportedAt: '', report: report('popular', 'engine'),
    series: [1, 2].flatMap((day) => ['engine', 'oracle'].map((policy) => ({ to: `2026-01-0${day}`, policy, difference: estimate(day, day + 1), oracleShare: null }))),
  }
  expect(daysOf(comparison, 'engine')).toEqual({ days: ['2026-01-01', '2026-01-02'], value: [1.5, 2.5], low: [1, 2], high: [2, 3] })
  expect(daysOf(comparison, 'nobody').days).toEqual([])
})

describe('bars', () => {
  it('share one scale that holds zero', () => {
    const [a, b] = placed([estimate(2, 4), estimate(8, 10)])
    expect(a).toEqual({ zero: 0, value: 30, low: 20, high: 40 })
    expect(b).toMatchObject({ value: 90, high: 100 })
  })
  it('losses go left of zero', () => expect(placed([estimate(-4, -2), estimate(2, 4)])[0]).toMatchObject({ zero: 50, low: 0, high: 25 }))
  it('of nothing at all are at zero', () => expect(placed([estimate(0, 0)])[0]).toEqual({ zero: 0, value: 0, low: 0, high: 0 }))
})
