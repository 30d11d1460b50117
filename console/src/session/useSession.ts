import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, CallError, rememberCsrf, type Schema } from '../shared/client'

export const sessionKey = ['session'] as const

/** Who is signed in; null: nobody. */
export function useSession() {
  return useQuery<Schema<'Session'> | null>({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      try {
        const session = await call('get', '/api/v1/session', { signal })
        rememberCsrf(session.csrf)
        return session
      } catch (error) {
        if (error instanceof CallError && error.status === 401) return null
        throw error
      }
    },
    staleTime: Infinity,
  })
}

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Schema<'Login'>) => call('post', '/api/v1/login', { body }),
    onSuccess: (session) => {
      rememberCsrf(session.csrf)
      client.setQueryData(sessionKey, session)
    },
  })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => call('post', '/api/v1/logout'),
    onSettled: () => {
      // Nothing the last person saw stays in memory.
      rememberCsrf('')
      client.setQueryData(sessionKey, null)
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] })
    },
  })
}
