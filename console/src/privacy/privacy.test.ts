import { expect, test } from 'vitest'
import { askedFor, bodyOf, doneOf, isConfirmed, type Erasure } from './privacy'

test('only the same id, typed again, confirms', () => {
  expect(isConfirmed('u1', 'u1')).toBe(true)
  expect(isConfirmed(' u1', 'u1 ')).toBe(true)
  expect(isConfirmed('u1', 'U1')).toBe(false)
  expect(isConfirmed('u1', 'u')).toBe(false)
  expect(isConfirmed('', '')).toBe(false)
})

test('the body names one, and a reason only where there is one', () => {
  expect(bodyOf('userId', ' u1 ', '')).toEqual({ userId: 'u1' })
  expect(bodyOf('id', '17', ' asked ')).toEqual({ id: '17', reason: 'asked' })
})

test('parts are done one after the other', () => {
  const done = { at: '2026-11-23T00:00:00.000Z' }
  const one = { parts: { keys: { ...done, customers: 1 }, ids: done, views: done, log: { at: null }, files: { at: null } } } as unknown as Erasure // the parts are all it looks at
  expect(doneOf(one)).toBe(3)
})

test('another page says whom', () => {
  expect(askedFor(new URLSearchParams('id=17'))).toEqual({ kind: 'id', id: '17' })
  expect(askedFor(new URLSearchParams('anonymousId=a'))).toEqual({ kind: 'anonymousId', id: 'a' })
  expect(askedFor(new URLSearchParams())).toEqual({ kind: 'userId', id: '' })
})
