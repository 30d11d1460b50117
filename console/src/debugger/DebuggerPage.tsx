// The live debugger: the latest requests of a source, the event each became, what it changed. Off until it is started.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { Json, RawText } from '../raw/Json'
import { call, CallError, type Schema } from '../shared/client'
import { Button } from '../shared/Controls'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { PlayIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { changesOf, joinedOf, readable, toneOf, type Change, type Event, type Request } from './changes'
import './debugger.css'

const MINUTES = 10 // what one press starts it for
const ASK_MS = 1_500

function Line({ request, open, onOpen }: { request: Request; open: boolean; onOpen: () => void }) {
  const { t, language } = useWords()
  const first = request.events[0]
  return (
    <li>
      <button type="button" className={open ? 'debug-row debug-row-open' : 'debug-row'} aria-current={open} onClick={onOpen}>
        <time className="debug-time" dateTime={request.at}>{format.date(request.at, language, 'time')}</time>
        <span className={`debug-status debug-${toneOf(request)}`}>{request.status}</span>
        <span className="debug-path">{request.method} {request.path}</span>
        <span className="debug-what less">
          {first === undefined ? t('debugger.list.none') : first.event || first.type}
          {request.eventsAll > 1 && ` ${t('debugger.list.more', { count: request.eventsAll - 1 })}`}
          {request.rejected > 0 && ` · ${t('debugger.list.rejected', { count: request.rejected })}`}
        </span>
      </button>
    </li>
  )
}

const NOTHING = '–'
const shown = (value: unknown) => (value === undefined ? NOTHING : typeof value === 'string' ? value : JSON.stringify(value))

function ChangeLine({ change }: { change: Change }) {
  const { t, language } = useWords()
  const values = (before: string, after: string) => (
    <>
      {before === NOTHING ? <span className="less">{before}</span> : <s className="less">{before}</s>} <span aria-hidden="true">→</span> <b>{after}</b>
    </>
  )
  switch (change.kind) {
    case 'trait': return <li><code>{change.name}</code> {values(shown(change.before), shown(change.after))}</li>
    case 'personal': return <li><code>{change.name}</code> <span className="less">{t('debugger.change.sealed')}</span></li>
    case 'orders': return <li>{t('debugger.change.orders')} {values(format.count(change.before, language), format.count(change.after, language))}</li>
    case 'revenue': return <li>{t('debugger.change.revenue')} {values(format.count(change.before / 100, language), format.count(change.after / 100, language))}</li>
  }
}

function Whose({ event }: { event: Event }) {
  const { t } = useWords()
  const { customer, kind } = event.identity
  const others = joinedOf(event)
  if (customer === null) return null
  return (
    <p>
      {t(`debugger.identity.${kind}`)} <Link to={`/customers/${customer}`}>#{customer}</Link>
      {others.length > 0 && <span className="less"> {t('debugger.identity.were', { list: others.map((one) => `#${one}`).join(', ') })}</span>}
    </p>
  )
}

function EventPart({ event, raw }: { event: Event; raw: boolean }) {
  const { t } = useWords()
  const changes = changesOf(event)
  return (
    <section className="debug-event" aria-label={event.event || event.type}>
      <h3 className="debug-event-title">
        <span className="chip">{event.type}</span> {event.event}
        <span className={event.outcome === 'accepted' ? 'chip chip-accent' : 'chip'}>{t(`debugger.outcome.${event.outcome}`)}</span>
      </h3>
      <p className="less debug-id">{event.messageId}</p>
      <div className="debug-changed">
        <h4 className="field-name">{t('debugger.change.title')}</h4>
        <Whose event={event} />
        {changes === undefined ? <p className="less">{t('debugger.change.waiting')}</p>
          : changes.length > 0 ? <ul>{changes.map((change) => <ChangeLine key={`${change.kind} ${'name' in change ? change.name : ''}`} change={change} />)}</ul>
            : <p className="less">{t(raw ? 'debugger.change.nothing' : 'debugger.change.masked')}</p>}
      </div>
      {event.raw !== null && <Json value={event.raw} what={t('debugger.event.raw')} />}
    </section>
  )
}

function Body({ request }: { request: Schema<'DebugBody'> }) {
  const { t, language } = useWords()
  const body = request.body === null ? undefined : readable(request.body)
  return (
    <>
      <dl className="debug-headers">
        {Object.entries(request.headers).map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
        ))}
      </dl>
      {request.query !== '' && <RawText text={request.query} what={t('debugger.request.query')} />}
      {body === undefined ? <p className="less">{t('debugger.request.binary', { count: request.bodyBytes, size: format.count(request.bodyBytes, language) })}</p>
        : request.bodyBytes === 0 ? null
          : 'json' in body ? <Json value={body.json} what={t('debugger.request.body')} /> : <RawText text={body.text} what={t('debugger.request.body')} />}
    </>
  )
}

function Whole({ request, raw }: { request: Request; raw: boolean }) {
  const { t, language } = useWords()
  return (
    <Card id="debug-whole" title={`${request.method} ${request.path}`} note={t('debugger.request.answer', { status: request.status, ms: format.count(Math.round(request.tookUs / 100) / 10, language) })} className="debug-whole">
      <div className="debug-parts">
        <section aria-label={t('debugger.request.title')}>
          <h3 className="debug-part">{t('debugger.request.title')}</h3>
          {request.request === null ? <p className="less">{t('debugger.request.masked')}</p> : <Body request={request.request} />}
        </section>
        <section aria-label={t('debugger.event.title')}>
          <h3 className="debug-part">{t('debugger.event.title')}</h3>
          {request.events.length === 0 && (request.rejects ?? []).length === 0 && <p className="less">{t('debugger.event.none')}</p>}
          {(request.rejects ?? []).map((one) => (
            <div key={one.index} className="debug-reject">
              <p><span className="chip debug-bad">{t('debugger.event.letter')}</span> <code>{one.reason}</code> {one.detail !== '' && <code className="less">{one.detail}</code>}</p>
              <p className="less">{one.text}</p>
            </div>
          ))}
          {request.events.map((event) => <EventPart key={event.messageId} event={event} raw={raw} />)}
          {request.eventsAll > request.events.length && <p className="less">{t('debugger.event.rest', { count: request.eventsAll - request.events.length })}</p>}
        </section>
      </div>
    </Card>
  )
}

function Switch({ state, source, onDone }: { state: Schema<'Debugger'>; source: string; onDone: (now: Schema<'Debugger'>) => void }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const turn = useMutation({
    mutationFn: (minutes: number) => call('put', '/api/v1/sources/{id}/debugger', { path: { id: source }, body: { minutes } }),
    onSuccess: onDone,
  })
  const denied = turn.error instanceof CallError && turn.error.status === 403
  return (
    <div className="debug-switch">
      {state.on && typeof state.until === 'string' && <span className="debug-on" role="status">{t('debugger.until', { at: format.date(state.until, language, 'time') })}</span>}
      {state.on ? <Button loading={turn.isPending} onClick={() => turn.mutate(0)}>{t('debugger.stop')}</Button>
        : <Button kind="primary" loading={turn.isPending} onClick={() => turn.mutate(MINUTES)}><PlayIcon size={15} />{t('debugger.start', { count: MINUTES })}</Button>}
      {turn.isError && <span className="source-failed" role="alert">{denied ? t('debugger.denied') : errorText(turn.error)}</span>}
    </div>
  )
}

function Watch({ source }: { source: string }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [search, setAddress] = useAddress()
  const key = ['debugger', source]
  const seen = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => call('get', '/api/v1/sources/{id}/debugger', { path: { id: source }, signal }),
    refetchInterval: (query) => (query.state.data?.on === true ? ASK_MS : 10_000),
  })
  const chosen = search.get('n')
  const open = (number: string) => setAddress((now) => {
    now.set('n', number)
    return now
  }, { replace: true })
  return (
    <View query={seen} lines={8}>
      {(state) => {
        const request = state.items.find((one) => one.number === chosen) ?? state.items[0]
        return (
          <div className="debug">
            <Card id="debug-list" title={t('debugger.list.title')} extra={<Switch state={state} source={source} onDone={(now) => client.setQueryData(key, now)} />}>
              {state.items.length === 0 ? (
                <Empty title={t(state.on ? 'debugger.list.waitingTitle' : 'debugger.list.offTitle')}>{t(state.on ? 'debugger.list.waiting' : 'debugger.list.off')}</Empty>
              ) : (
                <ol className="debug-list">
                  {state.items.map((one) => <Line key={one.number} request={one} open={one.number === request?.number} onOpen={() => open(one.number)} />)}
                </ol>
              )}
            </Card>
            {request !== undefined && <Whole request={request} raw={state.raw} />}
          </div>
        )
      }}
    </View>
  )
}

export default function DebuggerPage() {
  const { t } = useWords()
  const [search, setAddress] = useAddress()
  const sources = useQuery({ queryKey: ['sources'], queryFn: ({ signal }) => call('get', '/api/v1/sources', { query: { limit: 500 }, signal }) })
  return (
    <Page title={t('debugger.title')} help="debugger">
      <View query={sources} lines={8} empty={(list) => list.items.length === 0} whenEmpty={<Empty title={t('debugger.noSource')}><Link to="/sources">{t('debugger.toSources')}</Link></Empty>}>
        {(list) => {
          const source = list.items.find((one) => one.id === search.get('source')) ?? list.items[0]
          return (
            <>
              <div className="debug-choice">
                <Choose
                  label={t('debugger.source')}
                  value={source?.id ?? ''}
                  options={list.items.map((one) => ({ value: one.id, name: one.name }))}
                  onChange={(id) => setAddress(() => new URLSearchParams({ source: id }))}
                />
              </div>
              {source !== undefined && <Watch key={source.id} source={source.id} />}
            </>
          )
        }}
      </View>
    </Page>
  )
}
