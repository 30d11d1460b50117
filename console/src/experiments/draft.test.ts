import { expect, test } from 'vitest'
import { curveOf, decidedBy, isName, toggled } from './draft'

test('a name is one the engine takes, and no address of the console', () => {
  expect(isName('calm-2')).toBe(true)
  expect(isName('a b')).toBe(false)
  expect(isName('new')).toBe(false)
})

test('the metric that decides stands first, once', () => {
  expect(decidedBy(['a', 'b'], 'b')).toEqual(['b', 'a'])
  expect(toggled(['a'], 'a', false)).toEqual([])
  expect(toggled(undefined, 'a', true)).toEqual(['a'])
})

test('half the effect needs four times the customers', () => {
  expect(curveOf(1000, 0.1, 2, 100, 14, [0.1, 0.05])).toEqual([34, 94])
  expect(curveOf(1000, 0.1, 2, 0, 14, [0.1])).toEqual([null])
})
