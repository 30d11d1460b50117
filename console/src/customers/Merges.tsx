// Which merges made this customer one, and taking one back. Asked twice: it changes figures, and the engine opens itself anew.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { Button } from '../shared/Controls'
import { call, type Schema } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import * as format from '../shared/format'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { idsOf } from './merges'
import { Part } from './Part'

type Identity = Schema<'CustomerIdentity'>
type Merge = Schema<'CustomerMerge'>

const SHOWN_MAX = 8 // a test login may have hundreds; the rest are behind a button

function Unmerge({ identity, merge, onClose }: { identity: Identity; merge: Merge; onClose: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const errorText = useErrorText()
  const unmerge = useMutation({
    mutationFn: () => call('post', '/api/v1/customers/{id}/unmerge', { path: { id: identity.id }, body: { number: merge.number } }),
    onSuccess: (now) => {
      client.setQueryData(['customer', identity.id, 'identity'], now)
      void client.invalidateQueries({ queryKey: ['customer', identity.id] })
      onClose()
    },
  })
  const title = t('customers.one.merges.title', { number: merge.number, id: identity.id })
  return (
    <Dialog label={title} className="merge-dialog" onClose={onClose}>
      <h2 className="merge-dialog-title">{title}</h2>
      <p>{t('customers.one.merges.text', { ids: idsOf(identity, merge.number).map(({ id }) => id).join(', ') || `#${merge.number}` })}</p>
      <p className="less">{t('customers.one.merges.restart')}</p>
      {unmerge.isError && <p className="merge-failed" role="alert">{errorText(unmerge.error)}</p>}
      <div className="merge-do">
        <Button onClick={onClose}>{t('customers.one.merges.cancel')}</Button>
        <Button className="merge-danger" loading={unmerge.isPending} onClick={() => unmerge.mutate()}>{t('customers.one.merges.confirm')}</Button>
      </div>
    </Dialog>
  )
}

function MergeRow({ identity, merge, onUnmerge }: { identity: Identity; merge: Merge; onUnmerge: () => void }) {
  const { t, language } = useWords()
  const ids = idsOf(identity, merge.number)
  return (
    <li className="merge">
      <span className="merge-what">
        <b>#{merge.number}</b> {t(`customers.one.merges.why.${merge.why}`)}
        <span className="less"> · {format.date(merge.at, language, 'moment')}</span>
      </span>
      {ids.map(({ kind, id, customers }) => (
        <span key={kind + id} className="merge-id">
          {id}
          {customers !== undefined && customers > 1 && <span className="chip">{t('customers.one.merges.device', { count: customers })}</span>}
        </span>
      ))}
      <button type="button" className="text-button merge-button" aria-label={t('customers.one.merges.name', { number: merge.number })} onClick={onUnmerge}>
        {t('customers.one.merges.button')}
      </button>
    </li>
  )
}

function Undone({ identity }: { identity: Identity }) {
  const { t, language } = useWords()
  return identity.unmerged.map(({ merge, at, by, state }) => {
    const other = merge.number === identity.id ? merge.into : merge.number
    return (
      <li key={merge.number} className="merge merge-undone">
        <span className="merge-what">
          <Link to={`/customers/${other}`}>#{other}</Link> {t(`customers.one.merges.${state}`)}
          <span className="less"> · {format.date(at, language, 'moment')}{by !== '' && ` · ${by}`}</span>
        </span>
      </li>
    )
  })
}

export function Merges({ id }: { id: string }) {
  const { t } = useWords()
  const [asked, ask] = useState<Merge>()
  const [all, setAll] = useState(false)
  const { data } = useQuery({
    queryKey: ['customer', id, 'identity'],
    queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}/identity', { path: { id }, signal }),
    refetchInterval: (query) => (query.state.data?.unmerged.some(({ state }) => state === 'undoing') ? 2000 : false),
  })
  if (data === undefined || data.merges.length + data.unmerged.length === 0) return null
  const shown = all ? data.merges : data.merges.slice(0, SHOWN_MAX)
  return (
    <Part title={t('customers.one.merges.heading')}>
      <ul className="merges">
        {shown.map((merge) => <MergeRow key={merge.number} identity={data} merge={merge} onUnmerge={() => ask(merge)} />)}
        <Undone identity={data} />
      </ul>
      {shown.length < data.merges.length && (
        <button type="button" className="text-button" onClick={() => setAll(true)}>{t('customers.one.merges.more', { count: data.merges.length - shown.length })}</button>
      )}
      {asked !== undefined && <Unmerge identity={data} merge={asked} onClose={() => ask(undefined)} />}
    </Part>
  )
}
