// What the page asks of the engine, and what it changes there.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, type Schema } from '../shared/client'

export function useMembers() {
  return useQuery({ queryKey: ['users'], queryFn: ({ signal }) => call('get', '/api/v1/users', { signal }) })
}

export function useRoles() {
  return useQuery({ queryKey: ['roles'], queryFn: ({ signal }) => call('get', '/api/v1/roles', { signal }), staleTime: 600_000 })
}

function useChange<Asked, Answer>(ask: (asked: Asked) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: ask, onSuccess: () => client.invalidateQueries({ queryKey: ['users'] }) })
}

export const useAdd = () => useChange((body: Schema<'UserNew'>) => call('post', '/api/v1/users', { body }))
export const useEdit = (name: string) => useChange((body: Schema<'UserChange'>) => call('put', '/api/v1/users/{name}', { path: { name }, body }))
export const useNewPassword = (name: string) => useChange(() => call('put', '/api/v1/users/{name}/password', { path: { name }, body: {} }))
export const useFactorOff = (name: string) => useChange(() => call('post', '/api/v1/users/{name}/second-factor/off', { path: { name } }))
