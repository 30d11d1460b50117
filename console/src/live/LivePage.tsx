// Events as they come. Filters and the opened event stand in the address.
import { useInfiniteQuery, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useMemo, useReducer, useState } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { CopyButton } from '../raw/CopyButton'
import { Spark } from '../shared/charts/TimeChart'
import { call } from '../shared/client'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { PauseIcon, PlayIcon, SearchIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { choicesOf, filterOf, isFiltering, matches, withFilter, withoutFilters, type Filter } from './filter'
import { EventPanel } from './EventPanel'
import { EventList } from './EventList'
import { nothing, placeOf, stepOf, type EventRow } from './stream'
import { useStream } from './useStream'
import './live.css'

const KEPT_MAX = 1_000 // events in memory: some minutes of a busy shop
const PAGE = 200 // asked for at once
const SHOWN = 100 // drawn at once; more on demand
const FEW = 8 // samples; fewer draw no shape
const SAMPLES = 120 // of the rate, two a second

const step = stepOf(KEPT_MAX)
const types = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const

/** A command that sends the first event, ready to paste but for the key. */
function firstEvent(origin: string): string {
  return `curl -u YOUR_WRITE_KEY: ${origin}/v1/track -d '{"event": "Product Viewed", "anonymousId": "visitor-1", "properties": {"product_id": "TEA-01", "name": "Teapot"}}'`
}

function FirstStep() {
  const { t } = useWords()
  const command = firstEvent(location.origin)
  return (
    <Empty title={t('live.empty.title')}>
      <p>{t('live.empty.text')}</p>
      <div className="command">
        <code>{command}</code>
        <CopyButton named text={command} what={t('live.empty.what')} />
      </div>
    </Empty>
  )
}

function Filters({ filter, rows, onChange, onClear }: { filter: Filter; rows: readonly EventRow[]; onChange: (field: keyof Filter, value: string) => void; onClear: () => void }) {
  const { t } = useWords()
  const eventName = useEventName()
  const [text, setText] = useState(filter.text)
  useEffect(() => setText(filter.text), [filter.text])
  const sources = useQuery({ queryKey: ['sources'], queryFn: ({ signal }) => call('get', '/api/v1/sources', { query: { limit: 100 }, signal }), staleTime: 60_000 })
  const all = { value: '', name: t('live.filter.all') }
  const events = useMemo(() => choicesOf(rows.map((row) => row.event), filter.event), [rows, filter.event])
  const from = useMemo(() => choicesOf([...(sources.data?.items ?? []).map((one) => one.name), ...rows.map((row) => row.source)], filter.source), [sources.data, rows, filter.source])
  return (
    <div className="live-filters" role="search" aria-label={t('live.filter.label')}>
      <Choose label={t('live.filter.type')} value={filter.type} onChange={(value) => onChange('type', value)} options={[all, ...types.map((type) => ({ value: type, name: t(`live.types.${type}`) }))]} />
      <Choose label={t('live.filter.event')} value={filter.event} onChange={(value) => onChange('event', value)} options={[all, ...events.map((event) => ({ value: event, name: eventName(event) }))]} />
      <Choose label={t('live.filter.source')} value={filter.source} onChange={(value) => onChange('source', value)} options={[all, ...from.map((source) => ({ value: source, name: source }))]} />
      <label className="field-in live-text">
        <span className="field-name">{t('live.filter.text')}</span>
        <TextInput
          before={<SearchIcon size={15} />}
          placeholder={t('live.filter.textPlaceholder')}
          clearable
          value={text}
          onText={(value) => {
            setText(value)
            onChange('text', value.trim())
          }}
        />
      </label>
      {isFiltering(filter) && <Button onClick={onClear}>{t('live.filter.clear')}</Button>}
    </div>
  )
}

export default function LivePage() {
  const { t, language } = useWords()
  const eventName = useEventName()
  const [search, setAddress] = useAddress()
  const [live, tell] = useReducer(step, nothing)
  const [rates, setRates] = useState<readonly number[]>([])
  const [room, setRoom] = useState(SHOWN)
  const wire = useStream({
    batch: (rows) => tell({ kind: 'batch', rows }),
    stats: (stats) => setRates((old) => [...old.slice(1 - SAMPLES), stats.eventsPerSecond]),
  })
  const latest = useInfiniteQuery({
    queryKey: ['events', 'page'],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/events', { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    // The stream brings what is new; without it, ask now and then.
    refetchInterval: wire === 'open' ? false : 5_000,
    refetchOnWindowFocus: false,
  })
  const { refetch } = latest
  useEffect(() => {
    if (wire === 'open') void refetch() // what came between the list and the stream, or while the stream was lost
  }, [wire, refetch])
  const pages = latest.data?.pages
  useEffect(() => {
    if (pages !== undefined) tell({ kind: 'seed', rows: pages.flatMap((page) => page.items) })
  }, [pages])

  const filter = filterOf(search)
  const change = (step: (now: URLSearchParams) => URLSearchParams) => setAddress(step, { replace: true })
  const found = useMemo(
    () => live.rows.filter((row) => matches(row, filter, eventName(row.event))),
    // The filter is made anew from the address at each drawing; the address stands for it.
    [live.rows, search, language],
  )
  const shown = found.slice(0, room)
  const at = search.get('at')
  const open = (row: EventRow | null) => {
    if (row !== null && !live.paused) tell({ kind: 'pause' }) // what is read must not move away
    change((next) => {
      if (row === null) next.delete('at')
      else next.set('at', placeOf(row))
      return next
    })
  }
  const opened = at === null ? -1 : found.findIndex((row) => placeOf(row) === at)
  const state = live.paused ? 'paused' : wire
  const rate = rates.at(-1)
  const canMore = found.length > room || (latest.hasNextPage && live.rows.length < KEPT_MAX)
  return (
    <Page
      title={t('live.title')}
      help="live"
      note={
        <>
          <span className={`wire wire-${state}`}><i aria-hidden="true" />{t(`live.wire.${state}`)}</span>
          {rate !== undefined && <span className="live-rate">{t('live.rate', { rate: format.rate(rate, language) })}</span>}
          {rates.length >= FEW && <span className="live-spark"><Spark values={rates} /></span>}
        </>
      }
    >
      <div className={at === null ? 'live' : 'live live-open'}>
        <Card
          id="live-events"
          className="live-card"
          title={t('live.list.title')}
          extra={
            <button type="button" className="text-button" aria-pressed={live.paused} onClick={() => tell({ kind: live.paused ? 'resume' : 'pause' })}>
              {live.paused ? <PlayIcon size={15} /> : <PauseIcon size={15} />}
              {live.paused ? t('live.resume') : t('live.pause')}
              {live.heldCount > 0 && <b className="held">{t('live.held', { count: live.heldCount })}</b>}
            </button>
          }
          note={live.rows.length === 0 ? undefined : <span role="status">{t('live.filter.count', { shown: format.count(found.length, language), all: format.count(live.rows.length, language) })}</span>}
        >
          <View
            // View reads data, isError, error and refetch only; both kinds of result have them.
            query={latest as unknown as UseQueryResult<NonNullable<typeof latest.data>, Error>}
            lines={14}
            empty={(data) => live.rows.length === 0 && data.pages.every((page) => page.items.length === 0)}
            whenEmpty={<FirstStep />}
          >
            {() => (
              <>
                <Filters filter={filter} rows={live.rows} onChange={(field, value) => change((now) => withFilter(now, field, value))} onClear={() => change(withoutFilters)} />
                {found.length === 0 ? (
                  <Empty title={t('live.none.title')}>{t('live.none.text', { all: format.count(live.rows.length, language) })}</Empty>
                ) : (
                  <EventList rows={shown} open={at} onOpen={open} />
                )}
                {canMore && (
                  <div className="live-more">
                    <Button
                      loading={latest.isFetchingNextPage}
                      onClick={() => {
                        setRoom((old) => old + SHOWN)
                        if (found.length <= room) void latest.fetchNextPage()
                      }}
                    >
                      {found.length > room ? t('live.list.more') : t('live.list.older')}
                    </Button>
                  </div>
                )}
              </>
            )}
          </View>
        </Card>
        {at !== null && (
          <EventPanel
            place={at}
            row={found[opened]}
            previous={opened > 0 ? found[opened - 1] : undefined}
            next={opened >= 0 ? found[opened + 1] : undefined}
            onOpen={open}
          />
        )}
      </div>
    </Page>
  )
}
