// The opened event: beside the list where there is room, over it where there is not.
import { useEffect, useState, type KeyboardEvent } from 'react'
import { Drawer } from '../raw/Drawer'
import { WholeEvent } from '../raw/WholeEvent'
import { CrossIcon, DownIcon, UpIcon } from '../shared/icons'
import { toneOf } from '../shared/tone'
import { useEventName, useWords } from '../shared/words'
import { positionOf, type EventRow } from './stream'

const narrow = '(max-width: 1100px)' // as in live.css

function useNarrow(): boolean {
  const [is, setIs] = useState(() => matchMedia(narrow).matches)
  useEffect(() => {
    const media = matchMedia(narrow)
    const onChange = () => setIs(media.matches)
    media.addEventListener('change', onChange)
    return () => media.removeEventListener('change', onChange)
  }, [])
  return is
}

interface Opened {
  place: string
  row: EventRow | undefined // undefined: not in the list, e.g. from a link
  previous: EventRow | undefined
  next: EventRow | undefined
  onOpen: (row: EventRow | null) => void
}

function Steps({ previous, next, onOpen }: Opened) {
  const { t } = useWords()
  return (
    <>
      <button type="button" className="icon-button" aria-label={t('live.panel.previous')} title={t('live.panel.previous')} disabled={previous === undefined} onClick={() => previous && onOpen(previous)}>
        <UpIcon />
      </button>
      <button type="button" className="icon-button" aria-label={t('live.panel.next')} title={t('live.panel.next')} disabled={next === undefined} onClick={() => next && onOpen(next)}>
        <DownIcon />
      </button>
    </>
  )
}

export function EventPanel(opened: Opened) {
  const { t } = useWords()
  const eventName = useEventName()
  const over = useNarrow()
  const { place, row, onOpen } = opened
  const title = row === undefined ? t('raw.whole') : eventName(row.event)
  const close = () => {
    onOpen(null)
    if (!over) document.querySelector<HTMLElement>(`.live-row[data-place="${CSS.escape(place)}"]`)?.focus()
  }
  const whole = <WholeEvent key={place} position={positionOf(place)} source={row?.source} />
  if (over) {
    return (
      <Drawer title={title} onClose={close}>
        <div className="live-steps"><Steps {...opened} /></div>
        {whole}
      </Drawer>
    )
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close()
  }
  return (
    <aside className="card live-panel" aria-labelledby="live-panel" onKeyDown={onKey}>
      <header className="card-head">
        <div className="card-titles live-panel-title">
          {row !== undefined && <i className={`event-mark event-${toneOf(row)}`} aria-hidden="true" />}
          <h2 className="card-title" id="live-panel">{title}</h2>
        </div>
        <div className="card-extra live-panel-steps">
          <Steps {...opened} />
          <button type="button" className="icon-button" aria-label={t('raw.close')} title={t('raw.close')} onClick={close}>
            <CrossIcon />
          </button>
        </div>
      </header>
      <div className="live-panel-body" role="group" aria-labelledby="live-panel" tabIndex={0}>{whole}</div>
    </aside>
  )
}
