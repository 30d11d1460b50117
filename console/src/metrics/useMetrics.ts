// Metrics: listed, measured by day, made, changed and retired.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../shared/client'
import type { Change } from './metrics'

export const useMetricList = () => useQuery({ queryKey: ['metrics', 'list'], queryFn: ({ signal }) => call('get', '/api/v1/metrics', { signal }) })

/** Of a metric that is known, or of a definition that is only tried; undefined: nothing is asked yet. */
export function useMetricDays(metric: string | Change | undefined, days: number, keep = false) {
  return useQuery({
    queryKey: ['metrics', 'days', metric, days],
    queryFn: ({ signal }) => call('post', '/api/v1/reports/metric', { body: { metric: metric ?? '', days }, signal }),
    enabled: metric !== undefined,
    staleTime: 60_000, // all customers are walked over
    ...(keep ? { placeholderData: keepPreviousData } : {}),
  })
}

export function useMetricSet() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, body }: { name: string; body: Change }) => call('put', '/api/v1/metrics/{name}', { path: { name }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['metrics'] }),
  })
}

export function useMetricRetire() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('delete', '/api/v1/metrics/{name}', { path: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['metrics', 'list'] }),
  })
}
