import { expect, test } from 'vitest'
import { definitionOf, example, paused, takenOf, textOf } from './definition'

test('a text is a definition only where it is an object', () => {
  expect(definitionOf(textOf(example))).toEqual(example)
  for (const text of ['', '[]', '5', 'null', '{"kind":']) expect(definitionOf(text)).toBeUndefined()
})

test('pausing changes nothing else', () => {
  expect(paused(example, true)).toEqual({ ...example, paused: true })
  expect(paused({ ...example, paused: true }, false).paused).toBe(false)
})

test('what is taken of a limit', () => {
  for (const [limit, left, want] of [[undefined, undefined, undefined], [100, undefined, undefined], [100, 75, 0.25], [0, 0, 1], [10, 20, 0]] as const) expect(takenOf(limit, left)).toBe(want)
})
