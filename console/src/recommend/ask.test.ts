import { describe, expect, it } from 'vitest'
import { askOf, barShares, cartOf } from './ask'

const placement = (needs: string[]) => ({ id: 'p', name: { en: 'P', zh: 'P' }, strategy: 's', n: 10, public: false, builtIn: true, defined: false, rules: 0, needs })

describe('askOf', () => {
  it('sends only the context the placement needs', () => {
    expect(askOf('7', placement(['itemId']), '22423', '1,2').context).toEqual({ itemId: '22423' })
    expect(askOf('7', placement(['cart']), '22423', '1,2').context).toEqual({ cart: ['1', '2'] })
    expect(askOf('7', placement([]), '22423', '1').context).toEqual({})
  })
  it('always asks for reasons', () => expect(askOf('7', placement([]), '', '').explain).toBe(true))
})

it.each([['1,2', ['1', '2']], [' 1， 2 ', ['1', '2']], ['', []]])('cartOf %j', (text, want) => expect(cartOf(text)).toEqual(want))

it('barShares measures against the largest and never below nothing', () => {
  expect(barShares([2, 1, -1])).toEqual([1, 0.5, 0])
  expect(barShares([0, -3])).toEqual([0, 0])
})
