import { describe, expect, it } from 'vitest'
import { scaleOf } from './reliability'

describe('scaleOf', () => {
  it('ends at the tenth above the largest value', () => {
    expect(scaleOf([{ predicted: 0.2, cameTrue: 0.31, high: 0.34 }], 100).most).toBeCloseTo(0.4)
    expect(scaleOf([{ predicted: 0.3, cameTrue: 0.3, high: 0.3 }], 100).most).toBeCloseTo(0.3)
    expect(scaleOf([{ predicted: 0.99, cameTrue: 1, high: 1 }], 100).most).toBe(1)
  })
  it('has room where nothing happened', () => {
    expect(scaleOf([], 100).most).toBeCloseTo(0.1)
    expect(scaleOf([{ predicted: 0, cameTrue: 0, high: 0 }], 100).at(0.05)).toBeCloseTo(50)
  })
})
