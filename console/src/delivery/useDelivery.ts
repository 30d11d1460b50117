// The delivery policy: read, and put.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../shared/client'
import { policyOf, type Draft } from './draft'

const key = ['delivery'] as const

export function useDelivery() {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => call('get', '/api/v1/delivery', { signal }) })
}

export function usePutDelivery() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (draft: Draft) => call('put', '/api/v1/delivery', { body: policyOf(draft) }),
    onSuccess: (answer) => client.setQueryData(key, answer),
  })
}
