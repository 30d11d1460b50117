import { expect, test } from 'vitest'
import { idsOf } from './merges'

const merge = (number: string, into: string) => ({ number, into, at: '2026-11-01T00:00:00.000Z', why: 'login' as const })
const id = (text: string, number: string) => ({ kind: 'anonymousId' as const, id: text, number })
const identity = { merges: [merge('7', '3'), merge('3', '12'), merge('8', '7'), merge('9', '12')], ids: [id('a', '3'), id('b', '7'), id('c', '8'), id('d', '9'), id('e', '12')] }

test('a number takes along what it had absorbed, and nothing else', () => {
  expect(idsOf(identity, '7').map((one) => one.id)).toEqual(['b', 'c'])
  expect(idsOf(identity, '3').map((one) => one.id)).toEqual(['a', 'b', 'c'])
  expect(idsOf(identity, '9').map((one) => one.id)).toEqual(['d'])
  expect(idsOf(identity, '5')).toEqual([])
})
