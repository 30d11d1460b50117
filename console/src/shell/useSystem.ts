import { useQuery } from '@tanstack/react-query'
import { call } from '../shared/client'
import { tellTimesIn } from '../shared/format'

/** The engine's state; it also says in which time zone the workspace lives. */
export function useSystem() {
  return useQuery({
    queryKey: ['system'],
    queryFn: async ({ signal }) => {
      const system = await call('get', '/api/v1/system', { signal })
      tellTimesIn(system.timeZone)
      return system
    },
    refetchInterval: 5_000,
  })
}
