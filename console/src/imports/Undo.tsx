// Taking an import back is asked twice: it changes every figure, and the engine opens itself anew.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import * as format from '../shared/format'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import type { Import } from './imports'

export function Undo({ one, onClose }: { one: Import; onClose: () => void }) {
  const { t, language } = useWords()
  const client = useQueryClient()
  const errorText = useErrorText()
  const undo = useMutation({
    mutationFn: () => call('post', '/api/v1/imports/{id}/undo', { path: { id: one.id } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['imports'] })
      onClose()
    },
  })
  const title = t('imports.undo.title', { name: one.name })
  return (
    <Dialog label={title} className="import-dialog" onClose={onClose}>
      <h2 className="import-dialog-title">{title}</h2>
      <div className="import-step">
        <p>{t('imports.undo.text', { events: format.count(one.events, language), items: format.count(one.items, language) })}</p>
        <p className="less">{t('imports.undo.restart')}</p>
        {undo.isError && <p className="import-failed" role="alert">{errorText(undo.error)}</p>}
        <div className="import-do">
          <Button onClick={onClose}>{t('imports.cancel')}</Button>
          <Button className="import-danger" loading={undo.isPending} onClick={() => undo.mutate()}>{t('imports.undo.confirm')}</Button>
        </div>
      </div>
    </Dialog>
  )
}
