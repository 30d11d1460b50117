import { expect, test } from 'vitest'
import { countsOf, definitionOf, examples, lineOf, nameIsGood, textOf } from './definition'

test('a text is a definition only where it is an object; every example is one', () => {
  for (const one of Object.values(examples)) expect(definitionOf(textOf(one))).toEqual(one)
  for (const text of ['', '[]', '5', 'null', '{"kind":']) expect(definitionOf(text)).toBeUndefined()
})

test('a field is found on its line', () => {
  const text = textOf({ kind: 'webhook', url: 'https://a.example', success: { path: '/code' } })
  for (const [field, want] of [['kind', 2], ['url', 3], ['success.path', 4], ['headers', undefined], ['', undefined]] as const) expect(lineOf(text, field)).toBe(want)
})

test('a name for programs', () => {
  for (const [name, good] of [['sms', true], ['SMS_2-b', true], ['', false], ['a b', false], ['短信', false], ['x'.repeat(65), false]] as const) expect(nameIsGood(name)).toBe(good)
})

test('what went counts whatever became of it', () => {
  expect(countsOf({ planned: 1, sending: 2, sent: 3, delivered: 4, bounced: 5, complained: 6, skipped: 7, failed: 8, in_doubt: 9 })).toEqual({ went: 18, waiting: 3, left: 7, wrong: 17 })
  expect(countsOf({})).toEqual({ went: 0, waiting: 0, left: 0, wrong: 0 })
})
