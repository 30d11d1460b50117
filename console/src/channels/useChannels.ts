// Channels: listed, one opened, defined, deleted, its secret put or taken away.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../shared/client'
import type { Definition } from './definition'

const key = ['channels'] as const

export function useChannels() {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => call('get', '/api/v1/channels', { signal }) })
}

export function useChannel(name: string) {
  return useQuery({ queryKey: [...key, 'one', name], queryFn: ({ signal }) => call('get', '/api/v1/channels/{name}', { path: { name }, signal }) })
}

export function useDefineChannel() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, definition }: { name: string; definition: Definition }) => call('put', '/api/v1/channels/{name}', { path: { name }, body: definition }),
    onSuccess: (detail, { name }) => {
      client.setQueryData([...key, 'one', name], detail)
      return client.invalidateQueries({ queryKey: key, exact: true })
    },
  })
}

export function useDropChannel() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('delete', '/api/v1/channels/{name}', { path: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key, exact: true }),
  })
}

export function useSecret(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (secret: string | null) => call('put', '/api/v1/channels/{name}/secret', { path: { name }, body: { secret } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
}
