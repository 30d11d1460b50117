// Drawing the boundaries now; the reports are asked again when they are in force.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../shared/client'

export function useDraw() {
  const client = useQueryClient()
  return useMutation({ mutationFn: () => call('post', '/api/v1/boundaries', {}), onSuccess: () => client.invalidateQueries({ queryKey: ['standing'] }) })
}
