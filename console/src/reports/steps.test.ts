// Goal: what blocks say is the condition the engine reads, and an address gives the same steps back.
import { describe, expect, it } from 'vitest'
import { plain, stepOf, stepsRead, whereOf, written, type Step } from './steps'

describe('conditions', () => {
  const rows: [string, Step['where'][number], string][] = [
    ['a text', { any: false, property: 'category', op: '==', values: ['te"a'] }, 'e.category == "te\\"a"'],
    ['a price is decimal', { any: false, property: 'price', op: '>=', values: [100] }, 'e.price >= 100.0'],
    ['a quantity is whole', { any: false, property: 'quantity', op: '>', values: [2] }, 'e.quantity > 2'],
    ['one of several', { any: false, property: 'brand', op: 'in', values: ['a', 'b'] }, 'e.brand in ["a", "b"]'],
    ['of any product', { any: true, property: 'name', op: 'contains', values: ['tea'] }, 'e.products.exists(p, p.name.contains("tea"))'],
  ]
  it.each(rows)('%s', (_, where, text) => expect(whereOf({ event: 'x', where: [where] })).toBe(text))
  it('are joined; what is not whole says nothing; text stands as it is', () => {
    const whole = { any: false, property: 'price', op: '<', values: [1.5] } as const
    expect(whereOf({ event: 'x', where: [{ ...whole, values: [1.5] }, { ...whole, values: [] }, { ...whole, op: '>', values: [1] }] })).toBe('e.price < 1.5 && e.price > 1.0')
    expect(stepOf({ event: 'x', where: [], text: ' e.value > 2.0 ' })).toEqual({ event: 'x', where: 'e.value > 2.0' })
    expect(stepOf(plain(' x '))).toBe('x')
  })
})

describe('addresses', () => {
  it('give the same steps back', () => {
    const steps: Step[] = [plain('Product Viewed'), { event: 'Order', where: [{ any: true, property: 'brand', op: 'in', values: ['a', 'b'] }] }, { event: 'z', where: [], text: 'e.value > 2.0' }]
    expect(stepsRead(written(steps))).toEqual(steps)
  })
  it('that are none are no steps', () => {
    for (const text of [null, '', '{', '[]', '[7]', '[{"w":[]}]', '"a"']) expect(stepsRead(text)).toBeUndefined()
    expect(stepsRead('[{"e":"a","w":[{"property":"secret","op":"==","values":["x"]}]}]')).toEqual([plain('a')])
  })
})
