// A saved view is the part of a page's address that filters; what else stands there (an open drawer) is none of it.
import type { Schema } from '../shared/client'

export type View = Schema<'SavedView'>
export type ViewPage = View['page']

/** Parameters that filter, by page. Whom somebody searched for among customers is not kept. */
export const filters: Record<ViewPage, readonly string[]> = {
  customers: ['segment'],
  segments: ['q', 'as'],
  items: ['q', 'category', 'brand', 'standing', 'sort'],
  quality: ['days', 'reason'],
  letters: ['reason', 'outcome'],
  plan: ['event'],
  metrics: ['metric', 'days'],
  funnels: ['steps', 'window', 'days', 'segment', 'against'],
  retention: ['first', 'return', 'by', 'periods', 'segment', 'kind'],
  paths: ['event', 'direction', 'depth', 'days', 'segment'],
  baskets: ['days', 'least', 'sort', 'segment'],
}

/** The filter of an address, always in the same order. */
export function filterOf(page: ViewPage, search: URLSearchParams): string {
  const kept = new URLSearchParams()
  for (const name of filters[page]) {
    const value = search.get(name)
    if (value !== null && value !== '') kept.set(name, value)
  }
  return kept.toString()
}

export const viewOf = (views: readonly View[], page: ViewPage, search: URLSearchParams): View | undefined => {
  const now = filterOf(page, search)
  return now === '' ? undefined : views.find((one) => filterOf(page, new URLSearchParams(one.query)) === now)
}

/** By title; one's own before those of others. */
export const inOrder = (views: readonly View[], language: string): View[] => [...views].sort((a, b) => Number(b.isMine) - Number(a.isMine) || a.title.localeCompare(b.title, language))

/** An id of a new view: nobody reads it. */
export const freshId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** As the engine counts a title. */
export const fits = (title: string): boolean => title.trim() !== '' && new TextEncoder().encode(title.trim()).length <= 200
