// Erasures, read while something is being done, and one asked for.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, type Schema } from '../shared/client'

const LOOK_MS = 3000

export function useErasures() {
  return useQuery({
    queryKey: ['erasures'],
    queryFn: ({ signal }) => call('get', '/api/v1/erasures', { query: { limit: 200 }, signal }),
    refetchInterval: (query) => ((query.state.data?.work.waiting ?? 0) > 0 ? LOOK_MS : false),
  })
}

export function useErase() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Schema<'ErasureNew'>) => call('post', '/api/v1/erasures', { body }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['customer'] })
      void client.invalidateQueries({ queryKey: ['customers'] })
      return client.invalidateQueries({ queryKey: ['erasures'] })
    },
  })
}

/** The receipt as a file of the browser's own making. */
export async function saveReceipt(number: string): Promise<void> {
  const receipt = await call('get', '/api/v1/erasures/{number}', { path: { number } })
  const url = URL.createObjectURL(new Blob([JSON.stringify(receipt, null, 2), '\n'], { type: 'application/json' }))
  Object.assign(document.createElement('a'), { href: url, download: `erasure-${number}.json` }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
