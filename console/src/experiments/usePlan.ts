// How large an experiment must be: asked of the engine a moment after the slider stands still.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call } from '../shared/client'

export interface Ask { metric: string; effect: number; arms: number; windowDays: number }

export function usePlan(ask: Ask) {
  const { metric, ...body } = ask
  return useQuery({
    queryKey: ['metrics', 'plan', metric, body],
    queryFn: ({ signal }) => call('post', '/api/v1/metrics/{name}/plan', { path: { name: metric }, body, signal }),
    enabled: metric !== '',
    placeholderData: keepPreviousData,
  })
}

export const useMetrics = () => useQuery({ queryKey: ['metrics', 'list'], queryFn: ({ signal }) => call('get', '/api/v1/metrics', { signal }) })
export const usePlacements = () => useQuery({ queryKey: ['placements'], queryFn: ({ signal }) => call('get', '/api/v1/placements', { query: { limit: 100 }, signal }) })
