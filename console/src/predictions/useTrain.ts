// Training now; the page asks again until it is done.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../shared/client'

export function useTrain() {
  const client = useQueryClient()
  return useMutation({ mutationFn: () => call('post', '/api/v1/predictions/train', {}), onSuccess: () => client.invalidateQueries({ queryKey: ['predictions'] }) })
}
