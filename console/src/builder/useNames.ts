// What the engine has learnt: names and values to choose from, and how they are said.
import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useMemo } from 'react'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { useEventName, useWords } from '../shared/words'
import { useTitles } from '../segments/useKept'
import type { Speech } from './sentence'

export type Names = Schema<'ExpressionNames'>
export const noNames: Names = { events: [], categories: [], brands: [], traits: [], customers: 0 }

export interface Known {
  names: Names
  segments: ReadonlyMap<string, string>
  tags: readonly { value: string; count: number }[]
  speech: Speech
  /** The whole was refused: each row finds out whether it is the one. */
  isRefused: boolean
}
const Context = createContext<Known | undefined>(undefined)
export const KnownProvider = Context.Provider
export function useKnown(): Known {
  const known = useContext(Context)
  if (known === undefined) throw new Error('outside of a builder')
  return known
}

export function useNames(): Names {
  const names = useQuery({ queryKey: ['expressions', 'names'], queryFn: ({ signal }) => call('get', '/api/v1/expressions/names', { signal }), staleTime: 60_000 })
  return names.data ?? noNames
}

const noTags: Known['tags'] = []
/** All tags, with how many customers have each. */
export function useTags(): Known['tags'] {
  const tags = useQuery({ queryKey: ['tags', 'all'], queryFn: async ({ signal }) => (await call('get', '/api/v1/tags', { signal })).items.map((one) => ({ value: one.tag, count: one.customers })), staleTime: 60_000 })
  return tags.data ?? noTags
}

export function useSpeech(): Speech {
  const { t, language } = useWords()
  const event = useEventName()
  const titles = useTitles()
  return useMemo(
    () => ({
      t, event,
      number: (value) => format.amount(value, language),
      percent: (share) => format.percent(share, language),
      moment: (at) => (Number.isNaN(Date.parse(at)) ? at : format.date(at, language, 'moment')),
      segment: (name) => titles.get(name) ?? name,
    }),
    // event is made anew with each drawing; what it depends on is t.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [t, language, titles],
  )
}
