// Keeping a segment no more: asked first, and taken back by keeping it again.
import { Button } from '../shared/Controls'
import { CallError } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { titleOf, userOf, type Kept } from './kept'
import { useKeep, useRemove } from './useKept'

export function Remove({ one, onGone, onClose }: { one: Kept; onGone: () => void; onClose: () => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const remove = useRemove()
  const { error } = remove
  const user = error instanceof CallError && error.code === 'in_use' ? userOf(error.detail) : undefined
  const title = t('segments.remove.title', { title: titleOf(one) })
  return (
    <Dialog label={title} className="segment-dialog" onClose={onClose}>
      <h2 className="segment-dialog-title">{title}</h2>
      <div className="segment-dialog-form">
        <p>{t('segments.remove.text')}</p>
        {error !== null && <p className="segment-warn" role="alert">{user === undefined ? errorText(error) : t('segments.remove.inUse', { name: user })}</p>}
        <div className="segment-do">
          <Button onClick={onClose}>{t('segments.cancel')}</Button>
          <Button className="segment-danger" loading={remove.isPending} onClick={() => remove.mutate(one.name, { onSuccess: onGone })}>{t('segments.remove.confirm')}</Button>
        </div>
      </div>
    </Dialog>
  )
}

/** What was just removed, with the way back. */
export function Gone({ one, onBack }: { one: Kept; onBack: () => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const keep = useKeep()
  const { name, kind, expression, title, description } = one
  return (
    <div className="segment-gone" role="status">
      <span>{t('segments.remove.gone', { title: titleOf(one) })}</span>
      <Button loading={keep.isPending} onClick={() => keep.mutate({ name, body: { ...(kind === 'list' ? { kind } : { expression }), title, description } }, { onSuccess: onBack })}>{t('segments.remove.undo')}</Button>
      {keep.error !== null && <span className="segment-warn">{errorText(keep.error)}</span>}
    </div>
  )
}
