import { describe, expect, it } from 'vitest'
import { askOf, linkOf, mostOf, pictureOf, shareOf, standingOf, withAsk, type Item } from './items'

const ask = (address: string) => askOf(new URLSearchParams(address))

describe('askOf', () => {
  it.each([
    ['', { q: '', category: '', brand: '', standing: '', sort: 'popular' }],
    ['sort=trending&category=Bags', { q: '', category: 'Bags', brand: '', standing: '', sort: 'trending' }],
    ['q=bag', { q: 'bag', category: '', brand: '', standing: '', sort: 'id' }], // a search must also find what nobody has looked at
    ['q=bag&sort=popular', { q: 'bag', category: '', brand: '', standing: '', sort: 'popular' }],
    ['sort=odd', { q: '', category: '', brand: '', standing: '', sort: 'popular' }],
    ['brand=Leaf&standing=sold_out&sort=price', { q: '', category: '', brand: 'Leaf', standing: 'sold_out', sort: 'price' }],
    ['standing=odd', { q: '', category: '', brand: '', standing: '', sort: 'popular' }],
  ])('%s', (address, want) => expect(ask(address)).toEqual(want))
  it('one field changes, the others stay', () => expect(withAsk(new URLSearchParams('q=a&sort=id'), 'q', '').toString()).toBe('sort=id'))
})

describe('standingOf', () => {
  const rows: [string, Partial<Item>, string][] = [
    ['plain', { available: true, stock: 40 }, 'available'],
    ['not counted', { available: true, stock: null }, 'available'],
    ['few left', { available: true, stock: 5 }, 'low'],
    ['none left', { available: true, stock: 0 }, 'soldOut'],
    ['taken off by hand, though there is stock', { available: false, stock: 40 }, 'notAvailable'],
    ['known from events only', { listed: false }, 'unlisted'],
  ]
  it.each(rows)('%s', (_, item, want) => expect(standingOf({ itemId: 'a', ...item })).toBe(want))
})

it('bars are measured against the most', () => {
  const most = mostOf([{ itemId: 'a', last30: { views: 10, adds: 2, orders: 0 } }, { itemId: 'b' }, { itemId: 'c', last30: { views: 4, adds: 3, orders: 0 } }])
  expect(most).toEqual({ views: 10, adds: 3, orders: 0 })
  expect(shareOf(5, most.views)).toBe(0.5)
  expect(shareOf(0, most.orders)).toBe(0)
})

it.each([
  ['/pictures/a.jpg', '/pictures/a.jpg'], ['http://shop.test/a.jpg', 'http://shop.test/a.jpg'], ['https://elsewhere.test/a.jpg', undefined],
  ['data:image/png;base64,AA', 'data:image/png;base64,AA'], ['data:text/html,x', undefined], ['http://', undefined], ['', undefined], [undefined, undefined],
])('pictureOf %s', (url, want) => expect(pictureOf(url, 'http://shop.test')).toBe(want))

it.each([['https://shop.test/a', 'https://shop.test/a'], ['javascript:alert(1)', undefined], ['/a', undefined], [undefined, undefined]])('linkOf %s', (url, want) =>
  expect(linkOf(url)).toBe(want),
)
