// Where events come from: sources and their keys, when each was last seen, and how a new sender is connected.
// A key is shown once, when it is made; it stays in this page's memory until the page is left, and nowhere else.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../shared/Controls'
import { call, CallError } from '../shared/client'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Connect } from './Connect'
import { Limit } from './Limit'
import { NewKey } from './NewKey'
import { Revoke } from './Revoke'
import { senderOf } from './snippets'
import { calledOf, groupsOf, isLive, whenOf, type Group, type Key, type Source } from './sources'
import './sources.css'

function useSources() {
  return useQuery({ queryKey: ['sources'], queryFn: ({ signal }) => call('get', '/api/v1/sources', { query: { limit: 500 }, signal }), refetchInterval: 10_000 })
}

function useKeys() {
  return useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => call('get', '/api/v1/keys', { query: { limit: 500 }, signal }) })
}

function Seen({ source, onLimit }: { source: Source; onLimit?: (source: Source) => void }) {
  const { t, language } = useWords()
  return (
    <dl className="source-seen">
      <div>
        <dt>{t('sources.list.events')}</dt>
        <dd>{source.events === undefined ? '–' : format.count(source.events, language)}</dd>
      </div>
      <div>
        <dt>{t('sources.list.last')}</dt>
        <dd>
          {typeof source.lastEventAt === 'string' ? (
            <time dateTime={source.lastEventAt} title={format.date(source.lastEventAt, language, 'moment')}>{format.ago(source.lastEventAt, Date.now(), language)}</time>
          ) : (
            <span className="less">{t('sources.list.never')}</span>
          )}
        </dd>
      </div>
      <div>
        <dt>{t('sources.limit.name')}</dt>
        <dd>
          {source.limit == null ? t('sources.limit.none') : t('sources.limit.some', { number: format.count(source.limit.eventsPerSecond, language) })}
          {onLimit !== undefined && <button type="button" className="text-button" aria-label={t('sources.limit.change', { source: source.name })} onClick={() => onLimit(source)}>{t('sources.limit.button')}</button>}
        </dd>
      </div>
    </dl>
  )
}

function KeyLine({ one, onRevoke }: { one: Key; onRevoke?: (key: Key) => void }) {
  const { t, language } = useWords()
  const gone = !isLive(one)
  return (
    <li className={gone ? 'key-line key-gone' : 'key-line'}>
      <code>{one.hint}</code>
      <span className={one.kind === 'write' ? 'chip chip-accent' : 'chip'}>{t(`sources.kinds.${one.kind}`)}</span>
      <span className="key-name" title={one.origins.join(' ')}>{one.name}{one.origins.length > 0 && <> <span className="less">{t('sources.keys.origins', { origins: one.origins.join(' ') })}</span></>}</span>
      <span className="key-when less">
        {whenOf(one).map((when) => t(`sources.keys.${when.word}`, { at: format.date(when.at, language, 'day') })).join(' · ')}
      </span>
      {onRevoke !== undefined && (
        <button type="button" className="text-button" aria-label={t('sources.revoke.name', { hint: calledOf(one) })} onClick={() => onRevoke(one)}>{t('sources.revoke.button')}</button>
      )}
    </li>
  )
}

function SourceRow({ group, known, onRevoke, onLimit }: { group: Group; known: boolean; onRevoke: (key: Key) => void; onLimit: (source: Source) => void }) {
  const { t } = useWords()
  return (
    <li className="source-row">
      <div className="source-head">
        <h3 className="source-name">{group.source.name}</h3>
        {(group.source.dialects ?? []).map((dialect) => <span key={dialect} className="chip">{dialect}</span>)}
        <Seen source={group.source} {...(known ? { onLimit } : {})} />
      </div>
      {known && (
        <>
          <ul className="keys" aria-label={t('sources.keys.of', { source: group.source.name })}>
            {group.live.map((one) => (
              <KeyLine key={one.id} one={one} onRevoke={onRevoke} />
            ))}
          </ul>
          {group.live.length === 0 && <p className="source-none less">{t('sources.keys.none')}</p>}
          {group.revoked.length > 0 && (
            <details className="keys-gone">
              <summary>{t('sources.keys.revoked', { count: group.revoked.length })}</summary>
              <ul className="keys">{group.revoked.map((one) => <KeyLine key={one.id} one={one} />)}</ul>
            </details>
          )}
        </>
      )}
    </li>
  )
}

export default function SourcesPage() {
  const { t } = useWords()
  const [search, setAddress] = useAddress()
  const sources = useSources()
  const keys = useKeys()
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<Key | undefined>()
  const [limiting, setLimiting] = useState<Source | undefined>()
  const [written, setWritten] = useState('')
  const denied = keys.error instanceof CallError && keys.error.status === 403
  const all = keys.data?.items ?? []
  const newKey = <Button kind="primary" onClick={() => setMaking(true)}>{t('sources.make.button')}</Button>
  return (
    <Page title={t('sources.title')} help="sources">
      <div className="sources">
        <Card id="source-list" title={t('sources.list.title')} note={<span className="wide-only">{t('sources.list.note')}</span>} extra={denied ? undefined : newKey}>
          <View query={sources} lines={8} empty={(list) => list.items.length === 0} whenEmpty={<Empty title={t('sources.list.emptyTitle')}>{t('sources.list.empty')}</Empty>}>
            {(list) => (
              <ul className="source-list">
                {groupsOf(list.items, all).map((group) => (
                  <SourceRow key={group.source.id} group={group} known={keys.data !== undefined} onRevoke={setRevoking} onLimit={setLimiting} />
                ))}
              </ul>
            )}
          </View>
          {denied && sources.data !== undefined && <p className="source-denied less">{t('sources.keys.denied')}</p>}
          {keys.isError && !denied && sources.data !== undefined && (
            <p className="source-denied" role="alert">{t('sources.keys.failed')} <Button kind="text" onClick={() => void keys.refetch()}>{t('shared.states.retry')}</Button></p>
          )}
        </Card>
        <Connect
          sender={senderOf(search)}
          onSender={(sender) => setAddress((old) => {
            const next = new URLSearchParams(old)
            next.set('sdk', sender)
            return next
          })}
          written={written}
          onWritten={setWritten}
          keys={all}
        />
      </div>
      {making && (
        <NewKey
          sources={sources.data?.items ?? []}
          onMade={(made) => {
            if (made.kind === 'write') setWritten(made.key)
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {limiting !== undefined && <Limit source={limiting} onClose={() => setLimiting(undefined)} />}
      {revoking !== undefined && <Revoke one={revoking} onClose={() => setRevoking(undefined)} />}
    </Page>
  )
}
