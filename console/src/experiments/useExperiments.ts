// Experiments, their results and metrics: asked and changed.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../shared/client'
import type { Schema } from '../shared/client'
import type { Change, State } from './experiments'

const AGAIN_MS = 30_000 // how often the result of one that runs is asked for while somebody looks

export function useExperiments() {
  return useQuery({ queryKey: ['experiments', 'list'], queryFn: ({ signal }) => call('get', '/api/v1/experiments', { signal }) })
}

export function useExperiment(name: string | undefined) {
  return useQuery({
    queryKey: ['experiments', 'one', name],
    queryFn: ({ signal }) => call('get', '/api/v1/experiments/{name}', { path: { name: name ?? '' }, signal }),
    enabled: name !== undefined,
  })
}

export function useResult(name: string, enabled = true) {
  return useQuery({
    queryKey: ['experiments', 'result', name],
    queryFn: ({ signal }) => call('get', '/api/v1/experiments/{name}/results', { path: { name }, signal }),
    refetchInterval: (query) => (query.state.data?.experiment.state === 'running' ? AGAIN_MS : false),
    enabled,
  })
}

export function useSet() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, body }: { name: string; body: Change }) => call('put', '/api/v1/experiments/{name}', { path: { name }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['experiments'] }),
  })
}

export function useTurn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, state }: { name: string; state: Exclude<State, 'draft'> }) => call('put', '/api/v1/experiments/{name}/state', { path: { name }, body: { state } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['experiments'] }),
  })
}

/** What would have been earned: asked when a person wants to know, as it reads the log. */
export function useReplay() {
  return useMutation({ mutationFn: (body: Schema<'ReplayRequest'>) => call('post', '/api/v1/reports/policy', { body }) })
}

/** Whom an arm moves: asked when a person wants to know, as models are learnt for it. */
export function useUplift(name: string) {
  return useMutation({ mutationFn: (query: { metric: string; arm: string }) => call('get', '/api/v1/experiments/{name}/uplift', { path: { name }, query }) })
}

export function useDelete() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('delete', '/api/v1/experiments/{name}', { path: { name } }),
    onSuccess: (_, name) => {
      client.removeQueries({ queryKey: ['experiments', 'one', name] })
      client.removeQueries({ queryKey: ['experiments', 'result', name] })
      return client.invalidateQueries({ queryKey: ['experiments', 'list'] })
    },
  })
}
