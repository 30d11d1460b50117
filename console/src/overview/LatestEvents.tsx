import { useQuery } from '@tanstack/react-query'
import { useEffect, type Dispatch } from 'react'
import { Link } from 'react-router-dom'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { ChevronIcon, PauseIcon, PlayIcon } from '../shared/icons'
import { toneOf } from '../shared/tone'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { keyOf, type EventRow, type Live, type LiveStep } from '../live/stream'
import type { Wire } from './useLive'

const SHOWN_MAX = 11 // a glance; the page of live events has them all

function Row({ row }: { row: EventRow }) {
  const { t, language } = useWords()
  const eventName = useEventName()
  return (
    <li className="event">
      <i className={`event-mark event-${toneOf(row)}`} aria-hidden="true" />
      <div className="event-body">
        <div className="event-line">
          <span className="event-name">{eventName(row.event)}</span>
          {row.valueCents !== undefined && row.currency !== undefined && (
            <span className={`event-value event-value-${toneOf(row)}`}>{format.money(row.valueCents, row.currency, language)}</span>
          )}
          <time className="event-time" dateTime={row.receivedAt}>
            {format.date(row.receivedAt, language, 'time')}
          </time>
        </div>
        <div className="event-line event-less">
          <span className="event-summary" title={row.summary}>{row.summary}</span>
          <Link className="event-customer" to={`/customers/${row.customer.id}`} title={row.customer.userId ?? t('shared.anonymous')}>
            #{row.customer.id}
          </Link>
        </div>
      </div>
    </li>
  )
}

export function LatestEvents({ live, step, wire }: { live: Live; step: Dispatch<LiveStep>; wire: Wire }) {
  const { t } = useWords()
  const latest = useQuery({
    queryKey: ['events', 'latest'],
    queryFn: ({ signal }) => call('get', '/api/v1/events', { query: { limit: SHOWN_MAX }, signal }),
    // The stream brings what is new; without it, ask now and then.
    refetchInterval: wire === 'open' ? false : 5_000,
  })
  const rows = latest.data?.items
  useEffect(() => {
    if (rows !== undefined) step({ kind: 'seed', rows })
  }, [rows, step])
  const shown = (live.rows.length > 0 ? live.rows : (rows ?? [])).slice(0, SHOWN_MAX)
  const state = live.paused ? 'paused' : wire
  return (
    <Card
      id="latest-events"
      className="events-card"
      title={t('overview.events.title')}
      note={<span className={`wire wire-${state}`}><i aria-hidden="true" />{t(`overview.live.${state}`)}</span>}
      extra={
        <button type="button" className="text-button" aria-pressed={live.paused} onClick={() => step({ kind: live.paused ? 'resume' : 'pause' })}>
          {live.paused ? <PlayIcon size={15} /> : <PauseIcon size={15} />}
          {live.paused ? t('overview.events.resume') : t('overview.events.pause')}
          {live.heldCount > 0 && <b className="held">{t('overview.events.held', { count: live.heldCount })}</b>}
        </button>
      }
    >
      <View
        query={latest}
        lines={8}
        empty={() => shown.length === 0}
        whenEmpty={<Empty title={t('overview.events.emptyTitle')}>{t('overview.events.empty')}<br /><code>{t('overview.events.emptyCode')}</code></Empty>}
      >
        {() => (
          <>
            <ol className="events-list">
              {shown.map((row) => (
                <Row key={keyOf(row)} row={row} />
              ))}
            </ol>
            <Link className="events-all" to="/live">
              {t('overview.events.all')} <ChevronIcon size={15} />
            </Link>
          </>
        )}
      </View>
    </Card>
  )
}
