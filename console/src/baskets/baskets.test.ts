// Goal: what is asked is what the address says, and a sentence compares with what anybody does.
import { expect, test } from 'vitest'
import { askOf, requestOf, sureness, usualShare } from './baskets'

test('an address that is none asks the usual', () => {
  const ask = askOf(new URLSearchParams('days=9&least=7&sort=name'), ['7', '30'], '30')
  expect(ask).toEqual({ days: '30', least: '5', sort: 'lift', segment: '' })
  expect(requestOf({ ...ask, segment: 'vip' }, {})).toEqual({ minCount: 5, maxLength: 3, sort: 'lift', limit: 100, segment: 'vip' })
})
test('lift is against what anybody buys', () => {
  expect(usualShare({ confidence: 0.31, lift: 3.1 })).toBeCloseTo(0.1)
  expect([sureness({ orders: 9 }), sureness({ orders: 10 })]).toEqual(['few', 'enough'])
})
