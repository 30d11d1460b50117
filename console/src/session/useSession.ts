import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, CallError, rememberCsrf, type Schema } from '../shared/client'

export const sessionKey = ['session'] as const

// The session itself is a cookie that scripts cannot read. This mark only says that asking is worth
// while: without it the first visit would start with a refused request, an error in the browser's console.
const mark = 'zhun.signedIn'
function marked(): boolean {
  try {
    return localStorage.getItem(mark) !== null
  } catch {
    return true // storage is switched off: ask
  }
}
function setMark(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(mark, '1')
    else localStorage.removeItem(mark)
  } catch {
    // As above.
  }
}

/** Who is signed in; null: nobody. */
export function useSession() {
  return useQuery<Schema<'Session'> | null>({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      if (!marked()) return null
      try {
        const session = await call('get', '/api/v1/session', { signal })
        rememberCsrf(session.csrf)
        return session
      } catch (error) {
        if (error instanceof CallError && error.status === 401) {
          setMark(false)
          return null
        }
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
      setMark(true)
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
      setMark(false)
      rememberCsrf('')
      client.setQueryData(sessionKey, null)
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] })
    },
  })
}
