import { expect, test } from 'vitest'
import { assigned, blank, curveOf, decidedBy, isName, toggled } from './draft'

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

test('another way of giving the arms leaves nothing behind that it has no use for', () => {
  const draft = { ...blank, name: 'x', layer: 'l', layerTo: 500, share: 0.2, eligibility: 'true', mode: 'bandit' as const }
  expect(assigned(draft, 'asked')).toEqual({ ...draft, assignment: 'asked', placements: [] })
  expect(assigned(draft, 'outside')).toEqual({ ...blank, name: 'x', assignment: 'outside', placements: [] })
  expect(assigned(assigned(draft, 'asked'), 'placement').placements).toEqual(['home'])
})
