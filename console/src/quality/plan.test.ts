import { expect, test } from 'vitest'
import { ruleOf } from './plan'

const property = (name: string, types: Record<string, number>) => ({ name, types, firstSeenAt: null, lastSeenAt: null, example: '', specified: [] })

test('what every event had is required, of the types that came', () => {
  const rule = ruleOf({ count: 10, properties: [property('a', { number: 7, digits: 3 }), property('b', { text: 9 }), property('c', { text: 9, none: 1 })] }, 'reject')
  expect(rule).toEqual({
    locked: true, onViolation: 'reject', closed: false,
    properties: [
      { name: 'a', types: ['number', 'digits'], required: true },
      { name: 'b', types: ['text'], required: false },
      { name: 'c', types: ['none', 'text'], required: false },
    ],
  })
})
