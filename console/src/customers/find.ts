// Who is meant by what was typed: ids of the shop match exactly, "#17" is the engine's own number.
import { call, CallError, type Schema } from '../shared/client'

export type Wanted = { kind: 'anyone' } | { kind: 'number'; number: string } | { kind: 'id'; id: string }

/** "#17" is a number, other texts are ids of the shop, and digits may be either. */
export function wantedOf(text: string): Wanted {
  const given = text.trim()
  if (given === '') return { kind: 'anyone' }
  const number = /^#\s*([0-9]{1,20})$/.exec(given)?.[1]
  return number === undefined ? { kind: 'id', id: given } : { kind: 'number', number }
}

export const mayBeNumber = (id: string): boolean => /^[0-9]{1,20}$/.test(id)

/** A profile as a line of a list. */
export function rowOf(profile: Schema<'CustomerProfile'>): Schema<'CustomerRow'> {
  const { id, userId, firstSeen, lastSeen, orders } = profile
  return { id, userId, firstSeen, lastSeen, orders: orders.count, revenueCents: orders.revenueCents, currency: orders.currency }
}

/** One page of those who are in a kept segment, by number. */
export async function membersOf(name: string, page: { limit: number; cursor: string }, signal?: AbortSignal): Promise<Schema<'CustomerRowList'>> {
  const list = await call('get', '/api/v1/segments/{name}/members', { path: { name }, query: page, ...(signal && { signal }) })
  return { items: list.items.map((one) => one.customer), next: list.next }
}

/** One page of the customers meant; ids of the shop come before numbers, for digits may be one of those. */
export async function findCustomers(text: string, page: { limit: number; cursor: string }, signal?: AbortSignal): Promise<Schema<'CustomerRowList'>> {
  const wanted = wantedOf(text)
  if (wanted.kind !== 'number') {
    const q = wanted.kind === 'id' ? wanted.id : ''
    const list = await call('get', '/api/v1/customers', { query: { ...page, q }, ...(signal && { signal }) })
    if (list.items.length > 0 || wanted.kind === 'anyone' || !mayBeNumber(wanted.id)) return list
  }
  const id = wanted.kind === 'number' ? wanted.number : wanted.id
  try {
    return { items: [rowOf(await call('get', '/api/v1/customers/{id}', { path: { id }, ...(signal && { signal }) }))], next: null }
  } catch (error) {
    if (error instanceof CallError && error.status === 404) return { items: [], next: null }
    throw error
  }
}
