// The kept segments: listed, changed, and what to call them.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { maySeeTotals } from '../session/rights'
import { useSession } from '../session/useSession'
import { call, type Schema } from '../shared/client'
import { titleOf } from './kept'

const PAGE = 20
const TITLES = 500 // a page has no more
const none: ReadonlyMap<string, string> = new Map()

export function useKeptList() {
  return useInfiniteQuery({
    queryKey: ['segments', 'kept'],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/segments', { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
}

export function useKept(name: string | null) {
  return useQuery({
    queryKey: ['segments', 'one', name],
    queryFn: ({ signal }) => call('get', '/api/v1/segments/{name}', { path: { name: name ?? '' }, signal }),
    enabled: name !== null,
  })
}

/** Names and titles of the kept segments, as far as they are known: none where the role sees no totals. */
export function useTitles(): ReadonlyMap<string, string> {
  const role = useSession().data?.role
  const titles = useQuery({
    queryKey: ['segments', 'titles'],
    queryFn: async ({ signal }) => new Map((await call('get', '/api/v1/segments', { query: { limit: TITLES }, signal })).items.map((one) => [one.name, titleOf(one)])),
    enabled: maySeeTotals(role),
  })
  return titles.data ?? none
}

export function useKeep() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, body }: { name: string; body: Schema<'SegmentChange'> }) => call('put', '/api/v1/segments/{name}', { path: { name }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['segments'], predicate: (query) => query.queryKey[1] !== 'preview' }),
  })
}

export function useRemove() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('delete', '/api/v1/segments/{name}', { path: { name } }),
    onSuccess: (_, name) => {
      client.removeQueries({ queryKey: ['segments', 'one', name] })
      return client.invalidateQueries({ queryKey: ['segments'], predicate: (query) => ['kept', 'titles'].includes(String(query.queryKey[1])) })
    },
  })
}
