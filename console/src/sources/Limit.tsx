// How many events a source may send: shown beside it, set in a panel.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { call } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import { Field } from '../shared/Fields'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { limitOf, type Source } from './sources'

export function Limit({ source, onClose }: { source: Source; onClose: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const errorText = useErrorText()
  const [text, setText] = useState(source.limit == null ? '' : String(source.limit.eventsPerSecond))
  const perSecond = limitOf(text)
  const set = useMutation({
    mutationFn: () => call('put', '/api/v1/sources/{id}/limit', { path: { id: source.id }, body: { eventsPerSecond: perSecond ?? null } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['sources'] })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (perSecond !== undefined) set.mutate()
  }
  const title = t('sources.limit.title', { source: source.name })
  return (
    <Dialog label={title} className="source-dialog" onClose={onClose}>
      <h2 className="source-dialog-title">{title}</h2>
      <form className="source-form" onSubmit={submit}>
        <Field label={t('sources.limit.perSecond')} hint={perSecond === undefined ? <span className="warn" role="alert">{t('sources.limit.bad')}</span> : t('sources.limit.hint')}>
          <TextInput value={text} onText={setText} inputMode="numeric" maxLength={8} autoComplete="off" />
        </Field>
        {set.isError && <p className="source-failed" role="alert">{errorText(set.error)}</p>}
        <div className="source-do">
          <Button onClick={onClose}>{t('sources.cancel')}</Button>
          <Button kind="primary" type="submit" loading={set.isPending} disabled={perSecond === undefined}>{t('sources.limit.submit')}</Button>
        </div>
      </form>
    </Dialog>
  )
}
