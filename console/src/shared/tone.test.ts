import { describe, expect, it } from 'vitest'
import { toneOf } from './tone'

describe('toneOf', () => {
  const rows: [string, string, string][] = [
    ['track', 'Order Completed', 'money'], ['track', 'Order Refunded', 'back'], ['track', 'Product Added', 'cart'],
    ['track', 'Product Viewed', 'plain'], ['identify', 'identify', 'who'],
  ]
  it.each(rows)('%s %s is %s', (type, event, want) => expect(toneOf({ type, event })).toBe(want))
})
