// Saved views of a page: choose one, save what the page filters by now, share it, begin with it, rename and delete it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { call } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import { Choose, Field } from '../shared/Fields'
import { useAddress } from '../shared/useAddress'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { filterOf, fits, freshId, inOrder, viewOf, type View, type ViewPage } from './views'
import './views.css'

type Wanted = Pick<View, 'id' | 'title' | 'query' | 'isShared' | 'isDefault'>

function useViews(page: ViewPage) {
  return useQuery({ queryKey: ['views', page], queryFn: ({ signal }) => call('get', '/api/v1/views', { query: { page }, signal }) })
}

function useSave(page: ViewPage) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ wanted, before }: { wanted: Wanted; before: View | undefined }) => {
      const { id, title, query, isShared, isDefault } = wanted
      if (before === undefined || before.mayChange) await call('put', '/api/v1/views/{id}', { path: { id }, body: { page, title, query, isShared } })
      if (isDefault !== (before?.isDefault ?? false)) await call('put', '/api/v1/views/{id}/default', { path: { id }, body: { isDefault } })
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['views', page] }),
  })
}

function Edit({ page, view, views, query, onClose, onGone }: { page: ViewPage; view: View | undefined; views: readonly View[]; query: string; onClose: () => void; onGone: (view: View) => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const client = useQueryClient()
  const [title, setTitle] = useState(view?.title ?? '')
  const [isShared, setShared] = useState(view?.isShared ?? false)
  const [isDefault, setDefault] = useState(view?.isDefault ?? false)
  const save = useSave(page)
  const remove = useMutation({
    mutationFn: (id: string) => call('delete', '/api/v1/views/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['views', page] }),
  })
  const mayChange = view === undefined || view.mayChange
  // One of this title that is mine is replaced: said before, not after.
  const same = view === undefined ? views.find((one) => one.isMine && one.title === title.trim()) : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const before = view ?? same
    save.mutate({ wanted: { id: before?.id ?? freshId(), title: title.trim(), query: view?.query ?? query, isShared, isDefault }, before }, { onSuccess: onClose })
  }
  const heading = t(view === undefined ? 'views.save' : 'views.change')
  const error = save.error ?? remove.error
  return (
    <Dialog label={heading} className="views-dialog" onClose={onClose} sturdy>
      <h2 className="views-heading">{heading}</h2>
      <form className="views-form" onSubmit={submit}>
        <Field label={t('views.title')} hint={same !== undefined ? <span role="status">{t('views.replaces')}</span> : view !== undefined && !view.isMine ? t('views.by', { owner: view.owner ?? t('views.someone') }) : undefined}>
          <TextInput value={title} onText={setTitle} maxLength={200} required readOnly={!mayChange} autoComplete="off" />
        </Field>
        <label className="views-check"><input type="checkbox" checked={isShared} disabled={!mayChange} onChange={(change) => setShared(change.target.checked)} />{t('views.shared')}</label>
        <label className="views-check"><input type="checkbox" checked={isDefault} onChange={(change) => setDefault(change.target.checked)} />{t('views.default')}</label>
        {page === 'customers' && <p className="less">{t('views.noSearch')}</p>}
        {error !== null && <p className="views-bad" role="alert">{errorText(error)}</p>}
        <div className="views-do">
          {view !== undefined && mayChange && <Button className="views-danger" loading={remove.isPending} onClick={() => remove.mutate(view.id, { onSuccess: () => onGone(view) })}>{t('views.delete')}</Button>}
          <Button onClick={onClose}>{t('views.cancel')}</Button>
          <Button kind="primary" type="submit" loading={save.isPending} disabled={!fits(title)}>{t('views.keep')}</Button>
        </div>
      </form>
    </Dialog>
  )
}

export function Views({ page }: { page: ViewPage }) {
  const { t, language } = useWords()
  const [search, setAddress] = useAddress()
  const [editing, setEditing] = useState<'new' | View>()
  const [gone, setGone] = useState<View>()
  const views = useViews(page)
  const save = useSave(page)
  const all = inOrder(views.data?.items ?? [], language)
  const now = filterOf(page, search)
  const open = viewOf(all, page, search)
  const show = (view: View, how?: { replace: boolean }) => setAddress(() => new URLSearchParams(view.query), how)

  // A page that is opened without a filter begins with the view of one's choice: once, so that it can be cleared.
  const begun = useRef(search.toString() !== '')
  const standard = all.find((one) => one.isDefault)
  useEffect(() => {
    if (begun.current || views.data === undefined) return
    begun.current = true
    if (standard !== undefined && window.location.search === '') show(standard, { replace: true })
  })

  const name = (one: View) => [one.title, one.isDefault ? t('views.isDefault') : undefined, one.isMine ? undefined : t('views.isShared')].filter((part) => part !== undefined).join(' · ')
  return (
    <div className="views">
      {all.length > 0 && (
        <Choose
          label={t('views.label')} value={open?.id ?? ''}
          options={[{ value: '', name: t(now === '' ? 'views.none' : 'views.unsaved') }, ...all.map((one) => ({ value: one.id, name: name(one) }))]}
          onChange={(id) => {
            const view = all.find((one) => one.id === id)
            if (view === undefined) setAddress(() => new URLSearchParams())
            else show(view)
          }}
        />
      )}
      {open !== undefined && <Button onClick={() => setEditing(open)}>{t('views.change')}</Button>}
      {open === undefined && now !== '' && <Button onClick={() => setEditing('new')}>{t('views.save')}</Button>}
      {gone !== undefined && (
        <span className="views-gone" role="status">
          {t('views.gone', { title: gone.title })}
          <button type="button" className="text-button" onClick={() => save.mutate({ wanted: gone, before: undefined }, { onSuccess: () => setGone(undefined) })}>{t('views.undo')}</button>
        </span>
      )}
      {editing !== undefined && (
        <Edit
          page={page} view={editing === 'new' ? undefined : editing} views={all} query={now} onClose={() => setEditing(undefined)}
          onGone={(view) => {
            setEditing(undefined)
            setGone(view)
          }}
        />
      )}
    </div>
  )
}
