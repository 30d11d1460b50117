// The lines of the audit, who stands in them, and the head as a file.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { mayManageKeys, mayManageUsers } from '../session/rights'
import { useSession } from '../session/useSession'
import { call } from '../shared/client'
import { useWords } from '../shared/words'
import { headFile, type Head, type Names } from './audit'

const NAMES_MS = 60_000
const LINES = 50

export interface Asked {
  by: string
  did: string
  customer: string
}

export function useLines(asked: Asked) {
  return useInfiniteQuery({
    queryKey: ['audit', asked],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/audit', { query: { ...asked, limit: LINES, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
}

/** Names of people and keys where the role may see them; the two that are neither always have theirs. */
export function useWho(): Names {
  const { t } = useWords()
  const role = useSession().data?.role
  const users = useQuery({ queryKey: ['users'], queryFn: ({ signal }) => call('get', '/api/v1/users', { signal }), enabled: mayManageUsers(role), staleTime: NAMES_MS })
  const keys = useQuery({ queryKey: ['keys', 'names'], queryFn: ({ signal }) => call('get', '/api/v1/keys', { query: { limit: 500 }, signal }), enabled: mayManageKeys(role), staleTime: NAMES_MS })
  const people = users.data?.items
  const programs = keys.data?.items
  return useMemo(
    () => new Map([
      ...(people ?? []).map((one): [string, string] => [`user ${one.id}`, one.name]),
      ...(programs ?? []).filter((one) => one.kind === 'admin').map((one): [string, string] => [`key ${one.id}`, t('audit.key', { name: one.name === '' ? one.hint : one.name })]),
      ['command line', t('audit.commandLine')],
      ['nobody', t('audit.nobody')],
    ]),
    [people, programs, t],
  )
}

/** The signed head of now, as a file of the browser's own making. */
export async function saveHead(): Promise<Head> {
  const head = await call('get', '/api/v1/audit/head', {})
  const url = URL.createObjectURL(new Blob([JSON.stringify(head), '\n'], { type: 'application/json' }))
  Object.assign(document.createElement('a'), { href: url, download: headFile(head.size) }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
  return head
}
