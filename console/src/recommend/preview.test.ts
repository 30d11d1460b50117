import { describe, expect, it } from 'vitest'
import { movesOf, sharedOf } from './compare'
import { countOf, formOf, momentOf, previewOf, withForm } from './previewAddress'

const placement = { id: 'product_page', name: { en: 'P', zh: 'P' }, strategy: 's', n: 10, public: false, builtIn: true, defined: false, rules: 0 }
const asked = (address: string, nobody = false) => previewOf(formOf(new URLSearchParams(address)), placement, 'Asia/Shanghai', nobody)

describe('the address', () => {
  it('asks what it says', () => {
    expect(asked('customer=17&itemId=22423&cart=a,b&n=4&time=2026-11-22T08:30')).toEqual({
      placement: 'product_page', customerId: '17', n: 4, explain: true, context: { itemId: '22423', cart: ['a', 'b'], time: '2026-11-22T00:30:00.000Z' },
    })
  })
  it('says nothing: the placement decides', () => expect(asked('')).toEqual({ placement: 'product_page', n: 10, explain: true, context: {} }))
  it('for nobody it asks the same without the customer', () => expect(asked('customer=17&n=3', true)).toEqual({ placement: 'product_page', n: 3, explain: true, context: {} }))
  it('takes no id of a person for a customer', () => expect(formOf(new URLSearchParams('customer=ann')).customer).toBe(''))
  it('changes a part and keeps the rest', () => {
    expect(withForm(new URLSearchParams('customer=17&n=3&x=1'), { customer: '', compare: true }).toString()).toBe('n=3&x=1&compare=1')
    expect(withForm(new URLSearchParams('compare=1'), { compare: false }).toString()).toBe('')
  })
})

it.each([['7', 7], ['0', 1], ['900', 100], ['', undefined], ['many', undefined], ['-3', undefined]])('countOf %j', (text, want) => expect(countOf(text)).toBe(want))

describe('momentOf', () => {
  it.each([
    ['a zone without clock changes', '2026-07-01T08:00', 'Asia/Shanghai', '2026-07-01T00:00:00.000Z'],
    ['winter', '2026-01-15T12:00', 'Europe/London', '2026-01-15T12:00:00.000Z'],
    ['summer', '2026-07-15T12:00', 'Europe/London', '2026-07-15T11:00:00.000Z'],
    ['an hour after the clocks went forward', '2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['an hour before they went back', '2026-10-25T01:30', 'America/New_York', '2026-10-25T05:30:00.000Z'],
    ['nothing', '', 'Asia/Shanghai', undefined],
    ['no such month', '2026-13-01T00:00', 'Asia/Shanghai', undefined],
  ])('%s', (_, local, zone, want) => expect(momentOf(local, zone)).toBe(want))
})

describe('lists compared', () => {
  const list = (...ids: string[]) => ids.map((itemId, at) => ({ itemId, rank: at + 1 }))
  it('says how far each item moved', () => {
    expect([...movesOf(list('a', 'b', 'c', 'd'), list('b', 'x', 'c', 'a')).values()]).toEqual([{ kind: 'up', by: 3 }, { kind: 'down', by: 1 }, { kind: 'same' }, { kind: 'new' }])
  })
  it('against nothing all is new', () => expect([...movesOf(list('a'), []).values()]).toEqual([{ kind: 'new' }]))
  it('counts what both hold', () => expect(sharedOf(list('a', 'b', 'c'), list('c', 'd', 'a'))).toBe(2))
})
