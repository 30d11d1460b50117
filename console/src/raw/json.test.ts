import { describe, expect, it } from 'vitest'
import { jsonLines, jsonText, parsedOr } from './json'

describe('jsonText says what JSON.stringify says', () => {
  it.each([
    ['nothing', null], ['a text with quotes', 'a "b"\n'], ['an empty object', {}], ['an empty list', []],
    ['lists in objects in lists', [{ a: [1, 2, { b: [] }], c: {} }, true, 'x']],
    ['an undefined field is left out', { a: undefined, b: 1 }],
    ['words of other scripts', { 城市: '深圳', '😀': 1.5e-7 }],
  ])('%s', (_, value) => expect(jsonText(value)).toBe(JSON.stringify(value, null, 2)))
})

it('jsonLines tells keys from texts', () => {
  expect(jsonLines({ a: 'a', n: -1, t: null })[1]).toEqual({ depth: 1, pieces: [{ kind: 'key', text: '"a"' }, { kind: 'mark', text: ': ' }, { kind: 'string', text: '"a"' }, { kind: 'mark', text: ',' }] })
  expect(jsonLines({ n: -1, t: null }).flatMap((line) => line.pieces.map((piece) => piece.kind)).filter((kind) => kind !== 'mark')).toEqual(['key', 'number', 'key', 'word'])
})

it.each([['{"a":1}', { value: { a: 1 } }], ['{"a":1', { text: '{"a":1' }], ['', { text: '' }]])('parsedOr %j', (text, want) => expect(parsedOr(text)).toEqual(want))
