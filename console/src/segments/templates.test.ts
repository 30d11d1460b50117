import { describe, expect, it } from 'vitest'
import { around, placeOf, templates } from './templates'

describe('a refusal', () => {
  it('has its place', () => {
    expect(placeOf("line 2, column 5: no field 'x'; did you mean 'y'?")).toEqual({ line: 2, column: 5, text: "no field 'x'; did you mean 'y'?" })
    expect(placeOf('expression must be a text')).toBeUndefined()
  })
  it('points at the character, also in Chinese and past the end', () => {
    expect(around('"女装" == x', { line: 1, column: 9 })).toEqual({ before: '"女装" == ', at: 'x', after: '' })
    expect(around('a\nb &&', { line: 2, column: 5 })).toEqual({ before: 'b &&', at: ' ', after: '' })
    expect(around('x'.repeat(200) + 'y', { line: 1, column: 201 }, 10).before).toBe(`…${'x'.repeat(10)}`)
  })
})

describe('templates', () => {
  it('are different ones', () => {
    expect(new Set(templates.map((one) => one.expression)).size).toBe(templates.length)
  })
})
