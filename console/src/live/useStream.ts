// The stream of events and figures, as long as the page that asked for it is open.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { Schema } from '../shared/client'
import type { EventRow } from './stream'

export type Wire = 'connecting' | 'open' | 'lost'

export function useStream(hear: { batch: (rows: EventRow[]) => void; stats: (stats: Schema<'LiveStats'>) => void }): Wire {
  const client = useQueryClient()
  const [wire, setWire] = useState<Wire>('connecting')
  const now = useRef(hear)
  now.current = hear

  useEffect(() => {
    // The browser connects again by itself; after a refusal (session ended, engine starting) it does not, so we ask again.
    let again: ReturnType<typeof setTimeout> | undefined
    let current: EventSource | undefined
    const listen = () => {
      const source = new EventSource('/api/v1/live')
      current = source
      source.onopen = () => setWire('open')
      source.onerror = () => {
        setWire('lost')
        if (source.readyState === EventSource.CLOSED) {
          void client.invalidateQueries({ queryKey: ['system'] })
          again = setTimeout(listen, 3_000)
        }
      }
      // The interface states what `data` holds.
      source.addEventListener('batch', (event: MessageEvent<string>) => now.current.batch(JSON.parse(event.data) as EventRow[]))
      source.addEventListener('stats', (event: MessageEvent<string>) => now.current.stats(JSON.parse(event.data) as Schema<'LiveStats'>))
    }
    listen()
    return () => {
      clearTimeout(again)
      current?.close()
    }
  }, [client])

  return wire
}
