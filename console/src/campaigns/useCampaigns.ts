// Campaigns: listed, one opened, defined, moved from state to state, tried dry, deleted; what came of one and of whom; the calendar of the engine.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../shared/client'
import type { Act, Definition } from './campaign'
import type { Figure } from './report'

const key = ['campaigns'] as const

export function useCampaigns() {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => call('get', '/api/v1/campaigns', { signal }) })
}

export function useCampaign(name: string) {
  return useQuery({ queryKey: [...key, 'one', name], queryFn: ({ signal }) => call('get', '/api/v1/campaigns/{name}', { path: { name }, signal }) })
}

export function useCampaignReport(name: string) {
  return useQuery({ queryKey: [...key, 'report', name], queryFn: ({ signal }) => call('get', '/api/v1/campaigns/{name}/report', { path: { name }, signal }) })
}

export function useMembers(name: string, figure: Figure['figure'], why: string | undefined) {
  return useInfiniteQuery({
    queryKey: [...key, 'members', name, figure, why ?? ''],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/campaigns/{name}/members', { path: { name }, query: { figure, limit: 20, cursor: pageParam, ...(why === undefined ? {} : { why }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || null,
  })
}

export function useDefineCampaign() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, definition }: { name: string; definition: Definition }) => call('put', '/api/v1/campaigns/{name}', { path: { name }, body: definition }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
}

export function useActCampaign(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ act, note }: { act: Act; note: string }) => call('post', `/api/v1/campaigns/{name}/${act}`, { path: { name }, body: note === '' ? {} : { note } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
}

export function useDropCampaign() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('delete', '/api/v1/campaigns/{name}', { path: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key, exact: true }),
  })
}

export function useDryRun() {
  return useMutation({ mutationFn: (definition: Definition) => call('post', '/api/v1/campaigns/preview', { body: { definition } }) })
}

export function useCalendar(from: string, days: number) {
  return useQuery({ queryKey: ['calendar', from, days], queryFn: ({ signal }) => call('get', '/api/v1/calendar', { query: { from, days }, signal }) })
}
