import { expect, test } from 'vitest'
import { areApart, asMany, askOf, gapsOf, isNarrower, isUnseen, isWorse, readAddress, weeksOf } from './fairness'

test('the address says placement and days, and nothing else goes to the engine', () => {
  expect(readAddress(new URLSearchParams('placement=home&days=7'))).toEqual({ placement: 'home', days: '7' })
  expect(readAddress(new URLSearchParams('days=9'))).toEqual({ placement: '', days: '28' })
  expect(askOf({ placement: '', days: '56' })).toEqual({ days: 56 })
  expect(askOf({ placement: 'home', days: '7' })).toEqual({ days: 7, placement: 'home' })
})

test('bits as categories of the same share', () => {
  expect(asMany(0)).toBe(1)
  expect(asMany(2)).toBe(4)
})

test('worse is said of a clear difference in the wrong direction', () => {
  expect(isWorse(0.9, 0.7, 'less')).toBe(true)
  expect(isWorse(0.72, 0.7, 'less')).toBe(false)
  expect(isWorse(0.5, 0.7, 'less')).toBe(false)
  expect(isWorse(0.3, 0.6, 'more')).toBe(true)
  expect(isWorse(0.6, 0.3, 'more')).toBe(false)
  expect(isWorse(null, 0.3, 'more')).toBe(false)
})

test('small merchants are unseen under half of their share of the items', () => {
  const small = (itemShare: number | null, slotShare: number | null) => ({ merchants: 'small', brands: 3, items: 4, slots: 5, clicked: 0, bought: 0, itemShare, slotShare, boughtShare: null }) as const
  expect(isUnseen(small(0.4, 0.1))).toBe(true)
  expect(isUnseen(small(0.4, 0.2))).toBe(false)
  expect(isUnseen(small(0.4, null))).toBe(false)
  expect(isUnseen(undefined)).toBe(false)
})

test('intervals that touch are not apart', () => {
  const of = (low: number, high: number) => ({ value: (low + high) / 2, low, high, of: 10 })
  expect(areApart(of(0, 1), of(2, 3))).toBe(true)
  expect(areApart(of(2, 3), of(0, 1))).toBe(true)
  expect(areApart(of(0, 2), of(1, 3))).toBe(false)
  expect(areApart(null, of(1, 3))).toBe(false)
})

test('the widest gap comes first, whichever way', () => {
  const rows = gapsOf([
    { category: 'a', shown: 0.5, control: 0, clicked: 0, bought: 0.4 },
    { category: 'b', shown: 0.1, control: 0, clicked: 0, bought: 0.4 },
    { category: 'c', shown: 0, control: 0.5, clicked: 0, bought: null },
  ])
  expect(rows.map((one) => one.category)).toEqual(['b', 'a'])
  expect(rows[0]?.gap).toBeCloseTo(-0.3)
})

test('two weeks are compared where there are two', () => {
  const days = [...Array<number>(7).fill(2), null, ...Array<number>(7).fill(1.7)]
  expect(weeksOf(days)?.last).toBeCloseTo(1.7)
  expect(isNarrower(weeksOf(days))).toBe(true)
  expect(isNarrower(weeksOf(days.slice(1)))).toBe(false)
  expect(isNarrower({ first: 2, last: 1.9 })).toBe(false)
})
