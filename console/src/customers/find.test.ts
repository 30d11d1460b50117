import { afterEach, describe, expect, it, vi } from 'vitest'
import { findCustomers, mayBeNumber, wantedOf } from './find'

it.each([
  ['', { kind: 'anyone' }], ['  ', { kind: 'anyone' }], ['#17', { kind: 'number', number: '17' }], ['# 17', { kind: 'number', number: '17' }],
  ['17', { kind: 'id', id: '17' }], [' a-7f3e ', { kind: 'id', id: 'a-7f3e' }], ['#seventeen', { kind: 'id', id: '#seventeen' }],
])('wantedOf %j', (text, want) => expect(wantedOf(text)).toEqual(want))

it('digits may be a number when no id is so', () => expect([mayBeNumber('17'), mayBeNumber('a17')]).toEqual([true, false]))

describe('findCustomers', () => {
  afterEach(() => vi.unstubAllGlobals())
  const profile = { id: '17', userId: null, firstSeen: 'f', lastSeen: 'l', orders: { count: 2, revenueCents: 300, currency: 'GBP', last: null } }
  const row = { id: '17', userId: null, firstSeen: 'f', lastSeen: 'l', orders: 2, revenueCents: 300, currency: 'GBP' }
  /** An engine that knows customer 17 by number and "ann" by id. */
  const asked = (): string[] => {
    const seen: string[] = []
    vi.stubGlobal('fetch', (url: string) => {
      seen.push(url)
      if (url.includes('/customers/')) return Promise.resolve(url.endsWith('/17') ? Response.json(profile) : Response.json({ status: 404, code: 'not_found' }, { status: 404 }))
      return Promise.resolve(Response.json({ items: url.includes('q=ann') || !url.includes('q=') ? [row] : [], next: null }))
    })
    return seen
  }
  const page = { limit: 50, cursor: '' }

  it.each([
    ['an id', 'ann', [row], 1], ['a number', '#17', [row], 1], ['digits that are no id, but a number', '17', [row], 2],
    ['digits that are nothing', '99', [], 2], ['an id nobody has', 'bob', [], 1], ['nothing: who came last', '', [row], 1],
  ])('%s', async (_, text, want, calls) => {
    const seen = asked()
    expect((await findCustomers(text, page)).items).toEqual(want)
    expect(seen.length).toBe(calls)
  })
})
