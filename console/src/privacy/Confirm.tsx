// Forgetting a customer cannot be taken back: the id is typed a second time.
import { useState, type FormEvent } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { Dialog } from '../shared/Dialog'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { bodyOf, isConfirmed, type Who } from './privacy'
import { useErase } from './usePrivacy'

export function Confirm({ kind, id, reason, onClose, onDone }: { kind: Who; id: string; reason: string; onClose: () => void; onDone: (number: string) => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const erase = useErase()
  const [again, setAgain] = useState('')
  const good = isConfirmed(id, again)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (good) erase.mutate(bodyOf(kind, id, reason), { onSuccess: (one) => onDone(one.id) })
  }
  const title = t('privacy.confirm.title')
  return (
    <Dialog label={title} className="privacy-dialog" onClose={onClose} sturdy>
      <h2 className="privacy-dialog-title">{title}</h2>
      <form className="privacy-step" onSubmit={submit}>
        <p>{t('privacy.confirm.text', { kind: t(`privacy.kinds.${kind}`), id })}</p>
        <p className="less">{t('privacy.confirm.more')}</p>
        <TextInput value={again} onText={setAgain} placeholder={id} aria-label={t('privacy.confirm.again')} autoComplete="off" spellCheck={false} />
        {erase.isError && <p className="privacy-failed" role="alert">{errorText(erase.error)}</p>}
        <div className="privacy-do">
          <Button onClick={onClose}>{t('privacy.confirm.cancel')}</Button>
          <Button type="submit" className="privacy-danger" loading={erase.isPending} disabled={!good}>{t('privacy.confirm.erase')}</Button>
        </div>
      </form>
    </Dialog>
  )
}
