import { describe, expect, test } from 'vitest'
import { aboutOf, expressionOf, idsOf, isTagName, wayBack, type Tag } from './tags'

const tag = (more: Partial<Tag>): Tag => ({ tag: 'vip', source: 'staff', since: '2026-11-01T00:00:00Z', expires: null, ...more })

describe('a tag', () => {
  test.each([
    ['vip', true], ['category:女装', true], ['a b', true], ['', false], [' a', false], ['a\tb', false], ['x'.repeat(64), true], ['x'.repeat(65), false], ['茶'.repeat(22), false],
  ])('%j is a name: %s', (name, good) => expect(isTagName(name)).toBe(good))

  test('that was taken away is set again as it was', () => {
    expect(wayBack(tag({}), 'staff')).toEqual({ by: 'staff' })
    expect(wayBack(tag({ source: 'import', confidence: 0.5, expires: '2030-01-01T00:00:00Z' }), 'staff')).toEqual({ by: 'import', confidence: 0.5, expires: '2030-01-01T00:00:00Z' })
    expect(wayBack(tag({ source: 'customer' }), 'staff')).toEqual({ by: 'customer' })
    expect(wayBack(tag({ source: 'computed' }), 'customer')).toEqual({ by: 'customer' }) // what he deleted only he sets again
  })

  test('is asked for as text of the language', () => expect(expressionOf('a "b"')).toBe('customer.has_tag("a \\"b\\"")'))

  test('says what it is about', () => expect(['category:x', 'brand:x', 'likes:x'].map(aboutOf)).toEqual(['category', 'brand', 'likes']))
})

describe('pasted ids', () => {
  test.each([
    ['one a line', 'u1\nu2\r\n\nu3 \n', ['u1', 'u2', 'u3']],
    ['a table with a column of ids', 'name,User ID\nMei,u1\nWei,"u2"', ['u1', 'u2']],
    ['a table without names', 'u1\tx\nu2\ty', ['u1', 'u2']],
    ['one twice', 'u1\nu1', ['u1']],
    ['nothing', ' \n', []],
  ])('%s', (_, text, ids) => expect(idsOf(text)).toEqual(ids))
})
