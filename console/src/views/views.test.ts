// Goal: a view is found again by what filters, and keeps nothing else.
import { describe, expect, it } from 'vitest'
import { filterOf, fits, freshId, inOrder, viewOf, type View } from './views'

const view = (id: string, query: string, more: Partial<View> = {}): View => ({ id, page: 'items', title: id, query, isShared: false, isMine: true, mayChange: true, isDefault: false, changedAt: '2026-01-01T00:00:00Z', ...more })

describe('filters', () => {
  it('are what the page filters by, in one order', () => {
    expect(filterOf('items', new URLSearchParams('standing=sellable&category=茶&cursor=7&q='))).toBe(filterOf('items', new URLSearchParams('category=茶&standing=sellable')))
    expect(filterOf('customers', new URLSearchParams('q=mei@example.com'))).toBe('')
    expect(filterOf('letters', new URLSearchParams('letter=9&reason=no_customer'))).toBe('reason=no_customer')
  })
  it('find the view that is open', () => {
    const views = [view('a', 'category=tea'), view('b', 'sort=price&category=tea')]
    expect(viewOf(views, 'items', new URLSearchParams('category=tea&sort=price'))?.id).toBe('b')
    expect(viewOf(views, 'items', new URLSearchParams('category=tea&brand=x'))).toBeUndefined()
    expect(viewOf([view('c', '')], 'items', new URLSearchParams())).toBeUndefined()
  })
})

describe('views', () => {
  it('stand by title, mine before others', () => {
    expect(inOrder([view('b', ''), view('a', '', { isMine: false }), view('A', '')], 'en').map((one) => one.id)).toEqual(['A', 'b', 'a'])
  })
  it('have ids and titles that the engine takes', () => {
    expect(freshId()).toMatch(/^[a-f0-9]{20}$/)
    expect(freshId()).not.toBe(freshId())
    expect([fits(' '), fits('茶'.repeat(66)), fits('茶'.repeat(67))]).toEqual([false, true, false])
  })
})
