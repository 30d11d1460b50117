// What the page of privacy requests works out by itself: pure, for tests.
import type { Schema } from '../shared/client'

export type Erasure = Schema<'Erasure'>
export type Who = 'userId' | 'anonymousId' | 'id'
export const kinds: readonly Who[] = ['userId', 'anonymousId', 'id']
export const parts = ['keys', 'ids', 'views', 'log', 'files'] as const

/** The request's body: who, and why where somebody said so. */
export function bodyOf(kind: Who, id: string, reason: string): Schema<'ErasureNew'> {
  return { [kind]: id.trim(), ...(reason.trim() === '' ? {} : { reason: reason.trim() }) }
}

/** May it be done? Only who typed the same id again, letter by letter, meant it. */
export const isConfirmed = (id: string, again: string): boolean => id.trim() !== '' && id.trim() === again.trim()

/** Of the parts, how many are done. */
export const doneOf = (one: Erasure): number => parts.filter((part) => one.parts[part].at !== null).length

/** The kind and id that another page gave along: /privacy?id=17. */
export function askedFor(search: URLSearchParams): { kind: Who; id: string } {
  for (const kind of kinds) {
    const id = search.get(kind)
    if (id !== null) return { kind, id }
  }
  return { kind: 'userId', id: '' }
}
