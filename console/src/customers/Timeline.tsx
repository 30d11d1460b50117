import { useInfiniteQuery, type UseQueryResult } from '@tanstack/react-query'
import { Button } from 'antd'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { toneOf } from '../shared/tone'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { byDay } from './portrait'

export function Timeline({ id }: { id: string }) {
  const { t, language } = useWords()
  const eventName = useEventName()
  const events = useInfiniteQuery({
    queryKey: ['customer', id, 'events'],
    queryFn: ({ pageParam, signal }) =>
      call('get', '/api/v1/customers/{id}/events', { path: { id }, query: { limit: 40, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  type Pages = NonNullable<typeof events.data>
  return (
    <Card id="timeline" className="timeline-card" title={t('customers.one.timeline')}>
      <View
        // View reads data, isError, error and refetch only; both kinds of result have them.
        query={events as unknown as UseQueryResult<Pages, Error>}
        lines={8}
        empty={(data) => data.pages.every((page) => page.items.length === 0)}
        whenEmpty={<Empty title={t('customers.one.timelineEmpty')}>{t('customers.one.timelineEmptyText')}</Empty>}
      >
        {(data) => (
          <div className="timeline">
            {byDay(data.pages.flatMap((page) => page.items), (at) => format.date(at, language, 'dayLong')).map(({ day, events: rows }) => (
              <section key={`${day} ${rows[0]?.messageId ?? ''}`}>
                <h3 className="timeline-day">{day}</h3>
                <ol className="timeline-list">
                  {rows.map((row) => (
                    <li key={row.messageId} className="timeline-event">
                      <time dateTime={row.timestamp}>{format.date(row.timestamp, language, 'clock')}</time>
                      <i className={`event-mark event-${toneOf(row)}`} aria-hidden="true" />
                      <span className="timeline-body">
                        <span className="timeline-head">
                          <span className="event-name">{eventName(row.event)}</span>
                          {row.valueCents !== undefined && row.currency !== undefined && (
                            <span className={`event-value event-value-${toneOf(row)}`}>{format.money(row.valueCents, row.currency, language)}</span>
                          )}
                        </span>
                        {row.summary !== '' && <span className="timeline-summary">{row.summary}</span>}
                      </span>
                    </li>
                  ))}
                </ol>
              </section>
            ))}
            {events.hasNextPage && (
              <Button block loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
                {t('shared.more')}
              </Button>
            )}
          </div>
        )}
      </View>
    </Card>
  )
}
