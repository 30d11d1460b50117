// Templates: listed, one opened, defined, deleted, rendered as a customer would get it, sent as a test.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { wantedOf } from '../customers/find'
import { call, type Schema } from '../shared/client'
import { definitionOf, sampleOf, type Definition, type Draft } from './draft'

const key = ['templates'] as const
const TYPING_MS = 400 // a pause in typing: then the engine is asked

export function useTemplates() {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => call('get', '/api/v1/templates', { signal }) })
}

export function useTemplate(name: string | undefined) {
  return useQuery({ queryKey: [...key, 'one', name], queryFn: ({ signal }) => call('get', '/api/v1/templates/{name}', { path: { name: name ?? '' }, signal }), enabled: name !== undefined, refetchOnWindowFocus: false })
}

export function useDefineTemplate() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, definition }: { name: string; definition: Definition }) => call('put', '/api/v1/templates/{name}', { path: { name }, body: definition }),
    onSuccess: (detail, { name }) => {
      client.setQueryData([...key, 'one', name], detail)
      return client.invalidateQueries({ queryKey: key, exact: true })
    },
  })
}

export function useDropTemplate() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('delete', '/api/v1/templates/{name}', { path: { name } }),
    onSuccess: (_, name) => {
      client.removeQueries({ queryKey: [...key, 'one', name] })
      return client.invalidateQueries({ queryKey: key, exact: true })
    },
  })
}

export interface As {
  /** As it was typed: "#17" or an id of the shop; empty: nobody. */
  customer: string
  channel: string
  language: string
}

/** Whom it is for, as the interface has it. */
export function whomOf(customer: string): { customerId?: string; userId?: string } {
  const wanted = wantedOf(customer)
  return wanted.kind === 'number' ? { customerId: wanted.number } : wanted.kind === 'id' ? { userId: wanted.id } : {}
}

/** The draft as it would be said, once nobody typed for a moment. An id of a person travels in the body alone. */
export function usePreview(draft: Draft, as: As) {
  const [body, setBody] = useState('')
  const next = JSON.stringify({ definition: definitionOf(draft), ...whomOf(as.customer), ...(as.channel === '' ? {} : { channel: as.channel }), language: as.language, data: sampleOf(draft.sample) ?? {} })
  useEffect(() => {
    const timer = setTimeout(() => setBody(next), TYPING_MS)
    return () => clearTimeout(timer)
  }, [next])
  const query = useQuery({
    queryKey: [...key, 'preview', body],
    queryFn: ({ signal }) => call('post', '/api/v1/templates/preview', { body: JSON.parse(body), signal }),
    enabled: body !== '', placeholderData: keepPreviousData, gcTime: 10_000,
  })
  return { query, typing: body !== next }
}

export function useSendTest() {
  return useMutation({ mutationFn: (ask: Schema<'MessageAsk'>) => call('post', '/api/v1/messages', { body: ask }) })
}
