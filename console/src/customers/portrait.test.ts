import { expect, it } from 'vitest'
import { byDay, consentLines, kindOf, traitText } from './portrait'

it('consentLines tells what was set from what is the default', () => {
  const lines = consentLines({
    personalization: false, analytics: true, sharing: false, minor: false, marketing: { email: true, sms: false },
    times: { personalization: '2026-01-01T00:00:00Z', 'marketing.sms': '2026-01-02T00:00:00Z' },
  })
  expect(lines).toEqual([
    { kind: 'personalization', allowed: false, at: '2026-01-01T00:00:00Z' },
    { kind: 'analytics', allowed: true, at: undefined },
    { kind: 'email', allowed: true, at: undefined },
    { kind: 'sms', allowed: false, at: '2026-01-02T00:00:00Z' },
  ])
})

it('byDay keeps the order and opens a day once', () => {
  const at = (timestamp: string) => ({ timestamp })
  const days = byDay([at('2011-12-02T09'), at('2011-12-02T08'), at('2011-12-01T23')], (t) => t.slice(0, 10))
  expect(days.map((d) => [d.day, d.events.length])).toEqual([['2011-12-02', 2], ['2011-12-01', 1]])
})

it.each([['Shenzhen', 'Shenzhen'], [7, '7'], [{ a: 1 }, '{"a":1}'], [null, 'null']])('traitText of %j', (value, want) =>
  expect(traitText(value)).toBe(want),
)

it.each([
  ['Order Completed', 'order'], ['Order Refunded', 'order'], ['Product Added', 'cart'], ['Product Added to Wishlist', 'cart'], ['Checkout Started', 'cart'],
  ['Product Viewed', 'view'], ['Products Searched', 'view'], ['Stock Adjusted', 'other'],
])('kindOf %s', (event, want) => expect(kindOf({ type: 'track', event })).toBe(want))

it('a page named like an order is no order', () => expect(kindOf({ type: 'page', event: 'Order Completed' })).toBe('other'))
