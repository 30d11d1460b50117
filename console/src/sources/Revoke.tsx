// Taking a key back is asked twice: whoever sends with it is refused at once, and it never comes back.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { calledOf, type Key } from './sources'

export function Revoke({ one, onClose }: { one: Key; onClose: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const errorText = useErrorText()
  const revoke = useMutation({
    mutationFn: () => call('delete', '/api/v1/keys/{id}', { path: { id: one.id } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['keys'] })
      onClose()
    },
  })
  const title = t('sources.revoke.title', { hint: calledOf(one) })
  return (
    <Dialog label={title} className="source-dialog" onClose={onClose}>
      <h2 className="source-dialog-title">{title}</h2>
      <div className="source-form">
        <p>{t('sources.revoke.text', { source: one.source ?? '–' })}</p>
        {revoke.isError && <p className="source-failed" role="alert">{errorText(revoke.error)}</p>}
        <div className="source-do">
          <Button onClick={onClose}>{t('sources.cancel')}</Button>
          <Button className="button-danger" loading={revoke.isPending} onClick={() => revoke.mutate()}>{t('sources.revoke.confirm')}</Button>
        </div>
      </div>
    </Dialog>
  )
}
