import { useQueryClient } from '@tanstack/react-query'
import { useReducer } from 'react'
import { useStream } from '../live/useStream'
import { nothing, stepLive } from '../live/stream'
import { withStats, type Overview } from './live'

export const overviewKey = ['overview'] as const
export type { Wire } from '../live/useStream'

/** The stream of the overview: rows for the list, numbers into the overview's query. */
export function useLive() {
  const client = useQueryClient()
  const [live, step] = useReducer(stepLive, nothing)
  const wire = useStream({
    batch: (rows) => step({ kind: 'batch', rows }),
    stats: (stats) => client.setQueryData<Overview>(overviewKey, (old) => (old === undefined ? old : withStats(old, stats))),
  })
  return { live, step, wire }
}
