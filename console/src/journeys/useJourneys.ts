// Journeys: listed, one opened, defined, moved from state to state, deleted; where its customers are, who they are, and where one customer is.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../shared/client'
import type { Act, Definition, lefts } from './journey'

const key = ['journeys'] as const

export function useJourneys(enabled = true) {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => call('get', '/api/v1/journeys', { signal }), enabled })
}

export function useJourney(name: string) {
  return useQuery({ queryKey: [...key, 'one', name], queryFn: ({ signal }) => call('get', '/api/v1/journeys/{name}', { path: { name }, signal }), refetchOnWindowFocus: false })
}

const LIVE_MS = 15_000
/** Where its customers are, asked again while the page is open. */
export function useJourneyReport(name: string, ran: boolean) {
  return useQuery({ queryKey: [...key, 'report', name], queryFn: ({ signal }) => call('get', '/api/v1/journeys/{name}/report', { path: { name }, signal }), enabled: ran, refetchInterval: LIVE_MS })
}

export type Whom = { node: string; version?: number } | { left: (typeof lefts)[number]; version?: number }
export function useMembers(name: string, whom: Whom) {
  return useInfiniteQuery({
    queryKey: [...key, 'members', name, whom],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/journeys/{name}/members', { path: { name }, query: { ...whom, limit: 20, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || null,
  })
}

/** Where one customer is and was. */
export function useCustomerJourneys(customer: string) {
  return useQuery({ queryKey: [...key, 'of', customer], queryFn: ({ signal }) => call('get', '/api/v1/journeys/instances', { query: { customer }, signal }) })
}

export function useDefineJourney() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, definition }: { name: string; definition: Definition }) => call('put', '/api/v1/journeys/{name}', { path: { name }, body: definition as never }), // the engine looks at every member
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
}

/** What it would have done over the events of the last days. */
export function useDryRun() {
  return useMutation({ mutationFn: ({ name, definition, days }: { name: string; definition: Definition; days: number }) => call('post', '/api/v1/journeys/preview', { body: { journey: name, definition: definition as never, days } }) })
}

export function useActJourney(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ act, note }: { act: Act; note: string }) => call('post', `/api/v1/journeys/{name}/${act}`, { path: { name }, body: note === '' ? {} : { note } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
}

export function useDropJourney() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('delete', '/api/v1/journeys/{name}', { path: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key, exact: true }),
  })
}
