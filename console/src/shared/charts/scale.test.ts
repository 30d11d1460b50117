import { describe, expect, it } from 'vitest'
import { labelled, line, linear, nearest, niceTicks } from './scale'

describe('niceTicks', () => {
  const rows: [string, number[], number[]][] = [
    ['reaches the maximum', niceTicks(97, 4), [0, 50, 100]],
    ['a maximum on a step needs no more', niceTicks(100, 4), [0, 50, 100]],
    ['fractions', niceTicks(0.8, 4), [0, 0.2, 0.4, 0.6, 0.8]],
    ['whole things have whole steps', niceTicks(2, 4, true), [0, 1, 2]],
    ['nothing yet', niceTicks(0, 4), [0, 1]],
  ]
  it.each(rows)('%s', (_, got, want) => expect(got).toEqual(want))

  it('covers any maximum with few steps', () => {
    for (let max = 0.013; max < 1e9; max *= 1.37) {
      const ticks = niceTicks(max, 4)
      expect(ticks[ticks.length - 1]).toBeGreaterThanOrEqual(max * 0.999)
      expect(ticks.length).toBeLessThanOrEqual(6)
    }
  })
})

describe('nearest', () => {
  const xs = [0, 10, 20, 40]
  it.each([[-5, 0], [4, 0], [6, 1], [29, 2], [31, 3], [99, 3]])('%d is nearest to index %d', (x, want) =>
    expect(nearest(xs, x)).toBe(want),
  )
  it('finds nothing in nothing', () => expect(nearest([], 3)).toBe(-1))
})

describe('labelled', () => {
  it('keeps the last', () => expect(labelled(60, 300, 60).at(-1)).toBe(59))
  it('fits', () => expect(labelled(60, 300, 60).length).toBeLessThanOrEqual(5))
  it('shows all when there is room', () => expect(labelled(3, 300, 60)).toEqual([0, 1, 2]))
})

it('linear maps the ends and survives an empty span', () => {
  expect(linear([0, 10], [0, 100])(5)).toBe(50)
  expect(linear([3, 3], [7, 9])(3)).toBe(7)
})

it('line joins points', () => expect(line([[0, 1], [2, 3.25]])).toBe('M0.0,1.0L2.0,3.3'))
