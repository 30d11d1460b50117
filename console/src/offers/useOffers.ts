// Offers: listed, one opened with its ledger, defined, deleted.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, type Schema } from '../shared/client'

export function useOfferList() {
  return useQuery({ queryKey: ['offers'], queryFn: ({ signal }) => call('get', '/api/v1/offers', { query: { limit: 100 }, signal }) })
}

export function useOffer(name: string) {
  return useQuery({ queryKey: ['offers', 'one', name], queryFn: ({ signal }) => call('get', '/api/v1/offers/{name}', { path: { name }, signal }) })
}

export function useOfferLedger(name: string) {
  return useQuery({ queryKey: ['offers', 'ledger', name], queryFn: ({ signal }) => call('get', '/api/v1/offers/{name}/ledger', { path: { name }, signal }) })
}

/** Other pairs with each seed; 0: not asked. */
export function usePriceReport(seed: number) {
  return useQuery({ queryKey: ['reports', 'prices', seed], queryFn: ({ signal }) => call('get', '/api/v1/reports/prices', { query: { seed }, signal }), enabled: seed > 0, placeholderData: keepPreviousData })
}

export function useDefineOffer() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, definition }: { name: string; definition: Schema<'OfferDefinition'> }) => call('put', '/api/v1/offers/{name}', { path: { name }, body: definition }),
    onSuccess: (detail, { name }) => {
      client.setQueryData(['offers', 'one', name], detail)
      return client.invalidateQueries({ queryKey: ['offers'], exact: true })
    },
  })
}

export function useDropOffer() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('delete', '/api/v1/offers/{name}', { path: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['offers'], exact: true }),
  })
}
