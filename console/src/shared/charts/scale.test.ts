import { describe, expect, it } from 'vitest'
import { labelled, line, linear } from './scale'

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
