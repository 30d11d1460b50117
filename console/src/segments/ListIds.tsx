// A static list: ids, pasted or out of a file, come on it or leave it; ids that nobody has are named. And how one is made.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { useNavigate } from 'react-router-dom'
import { Button, TextInput } from '../shared/Controls'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Card, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { idsOf } from '../tags/tags'
import { isSegmentName } from './kept'
import { useKeep } from './useKept'
import '../tags/tags.css'

const AT_ONCE = 2000
const NAMED = 20 // of those that are not known

interface Told { changed: number; already: number; unknown: number; unknownIds: string[] }

function useListChange(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ act, ids }: { act: 'add' | 'remove'; ids: string[] }): Promise<Told> => {
      const told: Told = { changed: 0, already: 0, unknown: 0, unknownIds: [] }
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const one = await call('post', '/api/v1/segments/{name}/list', { path: { name }, body: { act, userIds: ids.slice(at, at + AT_ONCE) } })
        told.changed += one.added ?? one.removed ?? 0
        told.already += one.already
        told.unknown += one.unknown
        told.unknownIds.push(...one.unknownIds)
      }
      return told
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['segments'], predicate: (query) => query.queryKey[1] !== 'preview' }),
  })
}

export function ListIds({ name }: { name: string }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const id = useId()
  const [text, setText] = useState('')
  const change = useListChange(name)
  const ids = idsOf(text)
  const go = (act: 'add' | 'remove') => change.mutate({ act, ids }, { onSuccess: () => setText('') })
  const told = change.data
  const act = change.variables?.act ?? 'add'
  return (
    <Card id="segment-list" className="segment-wide" title={t('segments.list.ids')} note={t('segments.list.idsNote')}>
      <div className="list-form">
        <label htmlFor={id}>{t('segments.list.paste')}</label>
        <textarea id={id} className="segment-text" rows={4} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
        <label>
          {t('segments.list.file')}{' '}
          <input
            type="file" accept=".csv,.txt,text/csv,text/plain"
            onChange={(event) => {
              void event.target.files?.[0]?.text().then(setText)
              event.target.value = ''
            }}
          />
        </label>
        <div className="segment-actions">
          <Button kind="primary" loading={change.isPending && act === 'add'} disabled={ids.length === 0 || change.isPending} onClick={() => go('add')}>{t('segments.list.add', { count: ids.length })}</Button>
          <Button loading={change.isPending && act === 'remove'} disabled={ids.length === 0 || change.isPending} onClick={() => go('remove')}>{t('segments.list.remove', { count: ids.length })}</Button>
        </div>
        {told !== undefined && (
          <p role="status">{t(act === 'add' ? 'segments.list.added' : 'segments.list.removed', { changed: format.count(told.changed, language), already: format.count(told.already, language) })}</p>
        )}
        {told !== undefined && told.unknown > 0 && <p className="segment-warn" role="alert">{t('segments.list.unknown', { count: told.unknown, ids: told.unknownIds.slice(0, NAMED).join(', ') })}</p>}
        {change.error !== null && <p className="segment-warn" role="alert">{errorText(change.error)}</p>}
      </div>
    </Card>
  )
}

export function NewList() {
  const { t } = useWords()
  const errorText = useErrorText()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const keep = useKeep()
  const good = isSegmentName(name)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (good) keep.mutate({ name, body: { kind: 'list', title: title.trim() } }, { onSuccess: () => navigate(`/segments/${name}`) })
  }
  return (
    <Card id="segment-new-list" title={t('segments.list.new')} note={t('segments.list.newNote')}>
      <form className="tag-add" onSubmit={submit}>
        <TextInput value={name} onText={setName} maxLength={64} placeholder={t('segments.keep.name')} aria-label={t('segments.list.name')} autoComplete="off" spellCheck={false} />
        <TextInput value={title} onText={setTitle} maxLength={200} placeholder={t('segments.keep.called')} aria-label={t('segments.list.called')} autoComplete="off" />
        <Button type="submit" loading={keep.isPending} disabled={!good}>{t('segments.list.make')}</Button>
        {keep.error !== null && <p className="segment-warn" role="alert">{errorText(keep.error)}</p>}
      </form>
    </Card>
  )
}
