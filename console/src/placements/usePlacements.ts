// Placements: asked, defined, deleted, and a draft tried a moment after the last key.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call, type Schema } from '../shared/client'
import type { Definition } from './draft'

const PAUSE_MS = 500 // of typing, before a draft is tried

export function usePlacementList() {
  return useQuery({ queryKey: ['placements'], queryFn: ({ signal }) => call('get', '/api/v1/placements', { query: { limit: 100 }, signal }), staleTime: 60_000 })
}

export function usePlacement(name: string | undefined) {
  return useQuery({
    queryKey: ['placements', 'one', name],
    queryFn: ({ signal }) => call('get', '/api/v1/placements/{name}', { path: { name: name ?? '' }, signal }),
    enabled: name !== undefined,
  })
}

export function useDefine() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, definition }: { name: string; definition: Definition }) => call('put', '/api/v1/placements/{name}', { path: { name }, body: definition }),
    onSuccess: (detail, { name }) => {
      client.setQueryData(['placements', 'one', name], detail)
      return client.invalidateQueries({ queryKey: ['placements'], exact: true })
    },
  })
}

export function useForget() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('delete', '/api/v1/placements/{name}', { path: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['placements'], exact: true }),
  })
}

/** The value as it was a moment ago, so that not every key asks. */
export function usePaused<T>(value: T): T {
  const [paused, setPaused] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return paused
}

export function useTrial(ask: Schema<'PlacementPreviewRequest'>) {
  return useQuery({
    queryKey: ['placements', 'try', ask],
    queryFn: ({ signal }) => call('post', '/api/v1/placements/preview', { body: ask, signal }),
    placeholderData: keepPreviousData,
  })
}
