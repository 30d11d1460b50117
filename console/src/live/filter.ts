// What of the stream is shown: four filters that stand in the address, so that a link shows a colleague the same.
import type { EventRow } from './stream'

export interface Filter {
  type: string // '' holds for each of them: all
  event: string
  source: string
  text: string
}

const names = { type: 'type', event: 'event', source: 'source', text: 'q' } as const

export function filterOf(search: URLSearchParams): Filter {
  const read = (name: string) => search.get(name) ?? ''
  return { type: read(names.type), event: read(names.event), source: read(names.source), text: read(names.text) }
}

/** The address with one filter changed; what else stands in it stays. */
export function withFilter(search: URLSearchParams, field: keyof Filter, value: string): URLSearchParams {
  const next = new URLSearchParams(search)
  if (value === '') next.delete(names[field])
  else next.set(names[field], value)
  return next
}

export function withoutFilters(search: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(search)
  for (const name of Object.values(names)) next.delete(name)
  return next
}

export function isFiltering(filter: Filter): boolean {
  return Object.values(filter).some((value) => value !== '')
}

/** `shown` is the event's name in the reader's language: people search for what they read. */
export function matches(row: EventRow, filter: Filter, shown: string): boolean {
  if (filter.type !== '' && row.type !== filter.type) return false
  if (filter.event !== '' && row.event !== filter.event) return false
  if (filter.source !== '' && row.source !== filter.source) return false
  if (filter.text === '') return true
  const within = [row.event, shown, row.summary, row.messageId, row.itemId, row.orderId, `#${row.customer.id}`, row.customer.userId]
  const wanted = filter.text.toLowerCase().split(/\s+/).filter((one) => one !== '')
  return wanted.every((one) => within.some((text) => text?.toLowerCase().includes(one) === true))
}

/** What a list of choices offers: the values seen, by name, and the chosen one even where it was not seen. */
export function choicesOf(seen: Iterable<string | undefined>, chosen: string): string[] {
  const all = new Set<string>(chosen === '' ? [] : [chosen])
  for (const one of seen) if (one !== undefined && one !== '') all.add(one)
  return [...all].sort((a, b) => a.localeCompare(b))
}
