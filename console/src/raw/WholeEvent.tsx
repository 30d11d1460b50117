// One event in full: what it counts as, what was odd, whose it is, and its JSON. Read by its place in the log.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { View } from '../shared/View'
import { useWords } from '../shared/words'
import { Copyable } from './CopyButton'
import { itemsOf } from './items'
import { Json } from './Json'

const LATE_MS = 1_000 // less is the way from a browser to the engine

function Times({ event }: { event: Schema<'Event'> }) {
  const { t, language } = useWords()
  const later = Date.parse(event.receivedAt) - Date.parse(event.timestamp)
  return (
    <>
      <div>
        <dt>{t('raw.happened')}</dt>
        <dd>
          <time dateTime={event.timestamp}>{format.date(event.timestamp, language, 'day')} {format.date(event.timestamp, language, 'time')}</time>
        </dd>
      </div>
      <div>
        <dt>{t('raw.received')}</dt>
        <dd>
          <time dateTime={event.receivedAt}>{format.date(event.receivedAt, language, 'day')} {format.date(event.receivedAt, language, 'time')}</time>
          {later >= LATE_MS && <span className="less"> · {t('raw.later', { span: format.duration(later / 1000, language) })}</span>}
        </dd>
      </div>
    </>
  )
}

function Facts({ whole, source }: { whole: Schema<'EventWhole'>; source: string | undefined }) {
  const { t } = useWords()
  const items = itemsOf(whole.event.properties)
  return (
    <dl className="event-facts">
      <div>
        <dt>{t('raw.act')}</dt>
        <dd>{t(`raw.acts.${whole.act}`, { defaultValue: whole.act })}</dd>
      </div>
      <div>
        <dt>{t('raw.marks')}</dt>
        <dd>
          {whole.marks.length === 0 && <span className="less">{t('raw.marksNone')}</span>}
          {whole.marks.map((mark) => (
            <span key={mark} className="event-mark-line">
              <b>{t(`raw.markKinds.${mark}.name`, { defaultValue: mark })}</b> {t(`raw.markKinds.${mark}.text`, { defaultValue: '' })}
            </span>
          ))}
        </dd>
      </div>
      <div>
        <dt>{t('raw.customer')}</dt>
        <dd>
          <Link to={`/customers/${whole.customerId}`}>#{whole.customerId}</Link>
        </dd>
      </div>
      {items.length > 0 && (
        <div>
          <dt>{t('raw.items')}</dt>
          <dd>
            {items.map(({ itemId, title }) => (
              <Link key={itemId} className="event-item" to={`/items/${encodeURIComponent(itemId)}`}>{title ?? itemId}</Link>
            ))}
          </dd>
        </div>
      )}
      <Times event={whole.event} />
      {source !== undefined && (
        <div>
          <dt>{t('raw.source')}</dt>
          <dd>{source}</dd>
        </div>
      )}
      <div>
        <dt>{t('raw.messageId')}</dt>
        <dd><Copyable text={whole.event.messageId} what={t('raw.messageId')} /></dd>
      </div>
      <div>
        <dt>{t('raw.position')}</dt>
        <dd><Copyable text={whole.position} what={t('raw.position')} /></dd>
      </div>
    </dl>
  )
}

/** `position` undefined: the list it stands in did not say where it is in the log. */
export function WholeEvent({ position, source }: { position: string | undefined; source?: string | undefined }) {
  const { t } = useWords()
  const whole = useQuery({
    queryKey: ['event', position],
    queryFn: ({ signal }) => call('get', '/api/v1/events/{position}', { path: { position: position ?? '' }, signal }),
    enabled: position !== undefined,
    staleTime: Infinity, // the log never changes
  })
  if (position === undefined) return <p className="less">{t('raw.noPosition')}</p>
  return (
    <View query={whole} lines={10}>
      {(found) => (
        <div className="event-whole">
          <Facts whole={found} source={source} />
          <Json value={found.event} what={t('raw.json')} />
        </div>
      )}
    </View>
  )
}
