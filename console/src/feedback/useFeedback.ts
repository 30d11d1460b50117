// What a customer refused, read and taken back for him.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, type Schema } from '../shared/client'

export type Refused = Schema<'Feedback'>['items'][number]

export function useFeedback(id: string) {
  return useQuery({ queryKey: ['customer', id, 'feedback'], queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}/feedback', { path: { id }, signal }) })
}

/** One thing is taken back, or (null) everything. The answer is what stands; his lists are asked again. */
export function useTakeBack(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (one: Refused | null) =>
      one === null
        ? call('delete', '/api/v1/customers/{id}/feedback', { path: { id } })
        : call('delete', '/api/v1/customers/{id}/feedback/{scope}/{thing}', { path: { id, scope: one.scope, thing: thingOf(one) } }),
    onSuccess: (all) => {
      client.setQueryData(['customer', id, 'feedback'], all)
      return client.invalidateQueries({ queryKey: ['preview'] })
    },
  })
}

/** The id of an item, or the name of a brand or category. */
export const thingOf = (one: Refused) => one.itemId ?? one.name ?? ''
/** How it is called on the page. */
export const nameOf = (one: Refused) => one.title ?? thingOf(one)
