// The tags of a customer and those of all, read and changed.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../shared/client'
import type { By, TagChange } from './tags'

export function useCustomerTags(id: string) {
  return useQuery({ queryKey: ['customer', id, 'tags'], queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}/tags', { path: { id }, signal }) })
}

/** One tag of a customer is set (a change), or taken away by a side. The answer is all of them. */
export function useTagChange(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ tag, ...what }: { tag: string; set: TagChange } | { tag: string; by: By }) =>
      'set' in what
        ? call('put', '/api/v1/customers/{id}/tags/{tag}', { path: { id, tag }, body: what.set })
        : call('delete', '/api/v1/customers/{id}/tags/{tag}', { path: { id, tag }, query: { by: what.by } }),
    onSuccess: (all) => {
      client.setQueryData(['customer', id, 'tags'], all)
      void client.invalidateQueries({ queryKey: ['tags'] })
      return client.invalidateQueries({ queryKey: ['customer', id, 'segments'] })
    },
  })
}

export function useTags() {
  return useQuery({ queryKey: ['tags'], queryFn: ({ signal }) => call('get', '/api/v1/tags', { signal }) })
}

/** A tag follows a kept segment, or (null) none any more. */
export function useFollow() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ tag, segment }: { tag: string; segment: string | null }) => {
      if (segment === null) await call('delete', '/api/v1/tags/{tag}', { path: { tag } })
      else await call('put', '/api/v1/tags/{tag}', { path: { tag }, body: { segment } })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['tags'] }),
  })
}
