// The lines of the stream: one stop for the Tab key, up and down keys between the lines.
import { memo, useRef, type KeyboardEvent } from 'react'
import * as format from '../shared/format'
import { toneOf } from '../shared/tone'
import { useEventName, useWords } from '../shared/words'
import { keyOf, placeOf, type EventRow } from './stream'

const Line = memo(function Line({ row, open, reachable, onOpen }: { row: EventRow; open: boolean; reachable: boolean; onOpen: (row: EventRow) => void }) {
  const { t, language } = useWords()
  const eventName = useEventName()
  return (
    <li>
      <button type="button" className={open ? 'live-row live-row-open' : 'live-row'} aria-current={open} tabIndex={reachable ? 0 : -1} data-place={placeOf(row)} onClick={() => onOpen(row)}>
        <time className="live-time" dateTime={row.receivedAt}>{format.date(row.receivedAt, language, 'time')}</time>
        <i className={`event-mark event-${toneOf(row)}`} aria-hidden="true" />
        <span className="event-name">{eventName(row.event)}</span>
        <span className="live-about" title={row.summary}>{row.summary}</span>
        <span className={`live-value event-value event-value-${toneOf(row)}`}>
          {row.valueCents !== undefined && row.currency !== undefined && format.money(row.valueCents, row.currency, language)}
        </span>
        <span className="live-customer" title={row.customer.userId ?? t('shared.anonymous')}>#{row.customer.id}</span>
        <span className="live-source">{row.source ?? ''}</span>
      </button>
    </li>
  )
})

export function EventList({ rows, open, onOpen }: { rows: readonly EventRow[]; open: string | null; onOpen: (row: EventRow | null) => void }) {
  const { t } = useWords()
  const list = useRef<HTMLOListElement>(null)
  const latest = useRef(onOpen)
  latest.current = onOpen
  const openStable = useRef((row: EventRow) => latest.current(row)).current // the same function each time, so that lines are not drawn anew
  const current = rows.some((row) => placeOf(row) === open) ? open : rows[0] && placeOf(rows[0])

  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && open !== null) return onOpen(null)
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('.live-row') ?? [])]
    const from = buttons.indexOf(document.activeElement as HTMLButtonElement) // -1 where it is none of them
    if (from < 0) return
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1 : by === undefined ? undefined : from + by
    const target = to === undefined ? undefined : buttons[to]
    if (to === undefined) return
    event.preventDefault()
    target?.focus()
    const row = rows[to]
    if (open !== null && target !== undefined && row !== undefined) onOpen(row) // an open panel follows
  }
  return (
    <div className="live-list">
      <div className="live-row live-names" aria-hidden="true">
        <span className="live-time">{t('live.list.time')}</span>
        <i />
        <span>{t('live.list.event')}</span>
        <span className="live-about">{t('live.list.summary')}</span>
        <span className="live-value">{t('live.list.value')}</span>
        <span className="live-customer">{t('live.list.customer')}</span>
        <span className="live-source">{t('live.list.source')}</span>
      </div>
      <p className="visually-hidden" id="live-keys">{t('live.list.keys')}</p>
      <ol ref={list} aria-label={t('live.list.title')} aria-describedby="live-keys" onKeyDown={onKey}>
        {rows.map((row) => (
          <Line key={keyOf(row)} row={row} open={placeOf(row) === open} reachable={placeOf(row) === current} onOpen={openStable} />
        ))}
      </ol>
    </div>
  )
}
