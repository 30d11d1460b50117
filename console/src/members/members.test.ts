import { describe, expect, it } from 'vitest'
import { givable, grid, listed, type Table, type User } from './members'

const user = (name: string, more: Partial<User> = {}): User => ({ id: '1', name, role: 'viewer', state: 'on', createdAt: '2026-01-01T00:00:00Z', lastLoginAt: null, secondFactor: false, passwordOnce: false, mayChange: true, ...more })

describe('people', () => {
  it('stand by their last sign-in, those who are off at the end', () => {
    const people = [user('never'), user('gone', { state: 'off', lastLoginAt: '2026-11-20T00:00:00Z' }), user('before', { lastLoginAt: '2026-11-01T00:00:00Z' }), user('now', { lastLoginAt: '2026-11-23T00:00:00Z' }), user('also')]
    expect(listed(people).map((one) => one.name)).toEqual(['now', 'before', 'also', 'never', 'gone'])
  })
})

describe('roles', () => {
  const table: Table = { rights: ['view_totals', 'approve'], items: [{ role: 'viewer', rights: ['view_totals'], mayGive: true }, { role: 'approver', rights: ['view_totals', 'approve'], mayGive: false }] }
  it('are offered where they may be given', () => expect([givable(table), givable(undefined)]).toEqual([['viewer'], []]))
  it('are a grid of marks', () => expect(grid(table)).toEqual([{ right: 'view_totals', has: [true, true] }, { right: 'approve', has: [false, true] }]))
})
