// The log of messages, page by page; one of them; what the filters offer.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { call } from '../shared/client'

const LINES = 50
const NAMES_MS = 60_000
export const fields = ['state', 'why', 'channel', 'template', 'campaign', 'customerId'] as const
export type Asked = Record<(typeof fields)[number], string>

export function useMessages(asked: Asked) {
  return useInfiniteQuery({
    queryKey: ['messages', asked],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/messages', { query: { ...asked, limit: LINES, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
}

/** Asked again each time it is opened: of one that waits the policy answers as of now. */
export function useMessage(messageId: string) {
  return useQuery({ queryKey: ['messages', 'one', messageId], queryFn: ({ signal }) => call('get', '/api/v1/messages/{messageId}', { path: { messageId }, signal }), staleTime: 0 })
}

/** The newest few of one customer. */
export function useFew(customerId: string, limit: number) {
  return useQuery({ queryKey: ['messages', 'few', customerId], queryFn: ({ signal }) => call('get', '/api/v1/messages', { query: { customerId, limit }, signal }) })
}

export function useChannelNames() {
  return useQuery({ queryKey: ['channels'], queryFn: ({ signal }) => call('get', '/api/v1/channels', { signal }), staleTime: NAMES_MS })
}

export function useTemplateNames() {
  return useQuery({ queryKey: ['templates'], queryFn: ({ signal }) => call('get', '/api/v1/templates', { signal }), staleTime: NAMES_MS })
}
