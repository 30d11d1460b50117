// One's own second factor and password.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, type Schema } from '../shared/client'

const key = ['second-factor'] as const

export function useFactor() {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => call('get', '/api/v1/second-factor', { signal }) })
}

export function useBegin() {
  return useMutation({ mutationFn: () => call('post', '/api/v1/second-factor') })
}

/** What comes back is shown once: the list of recovery codes. */
export function useTurnOn() {
  const client = useQueryClient()
  return useMutation({ mutationFn: (body: Schema<'SecondFactorOn'>) => call('put', '/api/v1/second-factor', { body }), onSuccess: () => client.invalidateQueries({ queryKey: key }) })
}

export function useTurnOff() {
  const client = useQueryClient()
  return useMutation({ mutationFn: (body: Schema<'SecondFactorOff'>) => call('post', '/api/v1/second-factor/off', { body }), onSuccess: () => client.invalidateQueries({ queryKey: key }) })
}

export function usePassword(name: string) {
  return useMutation({ mutationFn: (body: Schema<'PasswordChange'>) => call('put', '/api/v1/users/{name}/password', { path: { name }, body }) })
}
