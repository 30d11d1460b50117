import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useReducer, useState } from 'react'
import type { Schema } from '../shared/client'
import { nothing, stepLive, withStats, type EventRow, type Overview } from './live'

export const overviewKey = ['overview'] as const
export type Wire = 'connecting' | 'open' | 'lost'

/** The stream of the overview: rows for the list, numbers into the overview's query. */
export function useLive() {
  const client = useQueryClient()
  const [live, step] = useReducer(stepLive, nothing)
  const [wire, setWire] = useState<Wire>('connecting')

  useEffect(() => {
    const stream = new EventSource('/api/v1/live')
    // The browser connects again by itself; after a refusal (session ended, engine starting) it does not, so we ask again.
    let again: ReturnType<typeof setTimeout> | undefined
    let current = stream
    const listen = (source: EventSource) => {
      current = source
      source.onopen = () => setWire('open')
      source.onerror = () => {
        setWire('lost')
        if (source.readyState === EventSource.CLOSED) {
          void client.invalidateQueries({ queryKey: ['system'] })
          again = setTimeout(() => listen(new EventSource('/api/v1/live')), 3_000)
        }
      }
      // The interface states what `data` holds.
      source.addEventListener('batch', (event: MessageEvent<string>) => step({ kind: 'batch', rows: JSON.parse(event.data) as EventRow[] }))
      source.addEventListener('stats', (event: MessageEvent<string>) => {
        const stats = JSON.parse(event.data) as Schema<'LiveStats'>
        client.setQueryData<Overview>(overviewKey, (old) => (old === undefined ? old : withStats(old, stats)))
      })
    }
    listen(stream)
    return () => {
      clearTimeout(again)
      current.close()
    }
  }, [client])

  return { live, step, wire }
}
