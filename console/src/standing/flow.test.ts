import { describe, expect, it } from 'vitest'
import { cellExpression, cohortExpression, drawing, strength } from './flow'

const order = ['none', 'aware', 'interest', 'purchase', 'loyal']

describe('flows', () => {
  const flows = [
    { from: 'purchase', to: 'loyal', customers: 10 },
    { from: 'none', to: 'aware', customers: 30 },
    { from: 'aware', to: 'aware', customers: 50 },
    { from: 'aware', to: 'purchase', customers: 10 },
  ]
  const { then, now, bands } = drawing(flows, order, 240, 10)

  it('gives each stage its share of the column, in order', () => {
    expect(then.map((node) => node.stage)).toEqual(['none', 'aware', 'purchase'])
    expect(now.map((node) => [node.stage, node.customers])).toEqual([['aware', 80], ['purchase', 10], ['loyal', 10]])
    expect(then[1]?.height).toBeCloseTo(120)
    expect(then[1]?.y).toBeCloseTo(70)
  })
  it('fills each stage with bands, without a gap and without covering', () => {
    for (const [side, nodes] of [['from', then], ['to', now]] as const) {
      for (const node of nodes) {
        const mine = bands.filter((band) => band[side] === node.stage).sort((a, b) => (side === 'from' ? a.left - b.left : a.right - b.right))
        let at = node.y
        for (const band of mine) {
          expect((side === 'from' ? band.left : band.right) - band.thick / 2).toBeCloseTo(at)
          at += band.thick
        }
        expect(at).toBeCloseTo(node.y + node.height)
      }
    }
  })
  it('draws nothing of nobody', () => {
    expect(drawing([], order, 240, 10)).toEqual({ then: [], now: [], bands: [] })
  })
})

describe('cells', () => {
  it('have an expression', () => {
    expect(cellExpression(5, 1)).toBe('customer.rfm.recency == 5 && customer.rfm.frequency == 1')
  })
  it('are coloured by the root of their share', () => {
    expect(strength(25, 100)).toBe(0.5)
    expect(strength(0, 0)).toBe(0)
  })
})

describe('cohorts', () => {
  it('are months of the zone, and a window begins a millisecond before one', () => {
    const first = 'customer.orders.first >= timestamp("2025-11-30T16:00:00Z") && customer.orders.first < timestamp("2025-12-31T16:00:00Z")'
    expect(cohortExpression('2025-12', 0, 'Asia/Shanghai')).toBe(first)
    expect(cohortExpression('2025-12', 2, 'Asia/Shanghai')).toBe(`${first} && customer.orders.count(now - timestamp("2026-01-31T15:59:59.999Z")) > customer.orders.count(now - timestamp("2026-02-28T15:59:59.999Z"))`)
  })
})
