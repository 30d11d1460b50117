import { describe, expect, it } from 'vitest'
import { choicesOf, filterOf, isFiltering, matches, withFilter, withoutFilters } from './filter'
import type { EventRow } from './stream'

const row: EventRow = {
  messageId: 'm-1', type: 'track', event: 'Product Added', timestamp: '', receivedAt: '', summary: 'RED BAG × 2', customer: { id: '17', userId: 'u***7' }, source: 'web', itemId: '22423',
}
const holds = (address: string) => matches(row, filterOf(new URLSearchParams(address)), '加入购物车')

describe('matches', () => {
  it.each([
    ['', true], ['type=track', true], ['type=page', false], ['event=Product+Added', true], ['event=Product', false],
    ['source=web', true], ['source=app', false], ['q=red', true], ['q=bag+red', true], ['q=bag+blue', false],
    ['q=%2317', true], ['q=22423', true], ['q=购物车', true], ['type=track&q=blue', false],
  ])('%s: %s', (address, want) => expect(holds(address)).toBe(want))
  it('a row that names no source is of no source', () => {
    const { source: _, ...bare } = row
    expect(matches(bare, filterOf(new URLSearchParams('source=web')), '')).toBe(false)
  })
})

describe('the address', () => {
  it('keeps what is no filter', () => expect(withFilter(new URLSearchParams('at=0-7&type=page'), 'type', 'track').toString()).toBe('at=0-7&type=track'))
  it('an empty filter leaves it', () => expect(withFilter(new URLSearchParams('q=a'), 'text', '').toString()).toBe(''))
  it('is cleared of all filters at once', () => expect(withoutFilters(new URLSearchParams('type=a&event=b&source=c&q=d&at=0-7')).toString()).toBe('at=0-7'))
  it('tells whether something is left out', () => {
    expect(isFiltering(filterOf(new URLSearchParams('at=0-7')))).toBe(false)
    expect(isFiltering(filterOf(new URLSearchParams('q=x')))).toBe(true)
  })
})

it('choicesOf names each once and keeps the chosen one', () => {
  expect(choicesOf(['b', 'a', 'b', undefined, ''], 'c')).toEqual(['a', 'b', 'c'])
})
