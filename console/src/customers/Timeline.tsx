// What a customer did, newest first. Which kind is shown and which event is open stand in the address.
import { useInfiniteQuery, type UseQueryResult } from '@tanstack/react-query'
import { Button } from '../shared/Controls'
import { Drawer } from '../raw/Drawer'
import { WholeEvent } from '../raw/WholeEvent'
import { Choices } from '../shared/Choices'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { toneOf } from '../shared/tone'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { byDay, kindOf } from './portrait'

const kinds = ['all', 'order', 'cart', 'view'] as const

function Line({ row, onOpen }: { row: Schema<'CustomerEvent'>; onOpen: (position: string) => void }) {
  const { t, language } = useWords()
  const eventName = useEventName()
  const { position } = row
  const body = (
    <>
      <span className="timeline-head">
        <span className="event-name">{eventName(row.event)}</span>
        {row.valueCents !== undefined && row.currency !== undefined && (
          <span className={`event-value event-value-${toneOf(row)}`}>{format.money(row.valueCents, row.currency, language)}</span>
        )}
      </span>
      {row.summary !== '' && <span className="timeline-summary">{row.summary}</span>}
    </>
  )
  return (
    <li className="timeline-event">
      <time dateTime={row.timestamp}>{format.date(row.timestamp, language, 'clock')}</time>
      <i className={`event-mark event-${toneOf(row)}`} aria-hidden="true" />
      {position === undefined ? (
        <span className="timeline-body">{body}</span>
      ) : (
        <button type="button" className="timeline-body timeline-open" title={t('customers.one.open')} onClick={() => onOpen(position)}>{body}</button>
      )}
    </li>
  )
}

export function Timeline({ id }: { id: string }) {
  const { t, language } = useWords()
  const eventName = useEventName()
  const [search, setAddress] = useAddress()
  const events = useInfiniteQuery({
    queryKey: ['customer', id, 'events'],
    queryFn: ({ pageParam, signal }) =>
      call('get', '/api/v1/customers/{id}/events', { path: { id }, query: { limit: 40, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  type Pages = NonNullable<typeof events.data>
  const kind = kinds.find((one) => one === search.get('show')) ?? 'all'
  const open = search.get('event')
  const put = (name: string, value: string | null) =>
    setAddress(
      (old) => {
        const next = new URLSearchParams(old)
        if (value === null) next.delete(name)
        else next.set(name, value)
        return next
      },
      { replace: true },
    )
  const all = events.data?.pages.flatMap((page) => page.items) ?? []
  const rows = kind === 'all' ? all : all.filter((row) => kindOf(row) === kind)
  const expired = events.data?.pages.at(-1)?.expiredBefore
  const opened = all.find((row) => row.position === open)
  return (
    <Card id="timeline" className="timeline-card" title={t('customers.one.timeline')}>
      <View
        // View reads data, isError, error and refetch only; both kinds of result have them.
        query={events as unknown as UseQueryResult<Pages, Error>}
        lines={8}
        empty={() => all.length === 0}
        whenEmpty={<Empty title={t('customers.one.timelineEmpty')}>{typeof expired === 'string' ? t('customers.one.expired', { date: format.date(expired, language, 'day') }) : t('customers.one.timelineEmptyText')}</Empty>}
      >
        {() => (
          <div className="timeline">
            <Choices
              className="timeline-kinds"
              label={t('customers.one.show.label')}
              value={kind}
              onChange={(next) => put('show', next === 'all' ? null : next)}
              options={kinds.map((one) => ({ value: one, name: t(`customers.one.show.${one}`) }))}
            />
            {rows.length === 0 && <p className="less timeline-none" role="status">{t('customers.one.noneShown')}</p>}
            {byDay(rows, (at) => format.date(at, language, 'dayLong')).map(({ day, events: ofDay }) => (
              <section key={`${day} ${ofDay[0]?.messageId ?? ''}`}>
                <h3 className="timeline-day">{day}</h3>
                <ol className="timeline-list">
                  {ofDay.map((row) => (
                    <Line key={row.messageId} row={row} onOpen={(position) => put('event', position)} />
                  ))}
                </ol>
              </section>
            ))}
            {!events.hasNextPage && typeof expired === 'string' && <p className="less timeline-none">{t('customers.one.expired', { date: format.date(expired, language, 'day') })}</p>}
            {events.hasNextPage && (
              <Button block loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
                {kind === 'all' ? t('shared.more') : t('customers.one.older')}
              </Button>
            )}
          </div>
        )}
      </View>
      {open !== null && (
        <Drawer title={opened === undefined ? t('raw.whole') : eventName(opened.event)} onClose={() => put('event', null)}>
          <WholeEvent position={open} source={opened?.source} />
        </Drawer>
      )}
    </Card>
  )
}
