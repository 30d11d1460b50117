// Starting, pausing, going on, stopping: each is asked first, in words that say what happens. A draft is deleted at once and brought back.
import { useState } from 'react'
import { Button } from '../shared/Controls'
import { CallError } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { actsOf, changeOf, stateAfter, titleOf, type Act, type Experiment } from './experiments'
import { useDelete, useSet, useTurn } from './useExperiments'

function Ask({ one, act, onClose }: { one: Experiment; act: Act; onClose: () => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const turn = useTurn()
  const { error } = turn
  const title = t(`experiments.acts.${act}.title`, { title: titleOf(one) })
  const known = error instanceof CallError ? t(`experiments.refused.${error.code}`, { defaultValue: '' }) : ''
  return (
    <Dialog label={title} className="experiment-dialog" onClose={onClose}>
      <h2 className="experiment-dialog-title">{title}</h2>
      <div className="experiment-dialog-form">
        <p>{t(one.holdout && act === 'start' ? 'experiments.acts.start.textHoldout' : `experiments.acts.${act}.text`)}</p>
        {error !== null && (
          <div className="experiment-warn" role="alert">
            <p>{known === '' ? errorText(error) : known}</p>
            {known !== '' && error instanceof CallError && error.detail !== undefined && <p className="less">{error.detail}</p>}
          </div>
        )}
        <div className="experiment-do">
          <Button onClick={onClose}>{t('experiments.cancel')}</Button>
          <Button kind={act === 'stop' ? 'plain' : 'primary'} className={act === 'stop' ? 'experiment-danger' : ''} loading={turn.isPending} onClick={() => turn.mutate({ name: one.name, state: stateAfter[act] }, { onSuccess: onClose })}>
            {t(`experiments.acts.${act}.confirm`)}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

export function Acts({ one, onGone }: { one: Experiment; onGone?: (() => void) | undefined }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const [asking, setAsking] = useState<Act>()
  const remove = useDelete()
  const title = titleOf(one)
  return (
    <div className="experiment-acts">
      {actsOf(one.state).map((act) => (
        <button key={act} type="button" className="text-button" aria-label={t(`experiments.acts.${act}.name`, { title })} onClick={() => setAsking(act)}>{t(`experiments.acts.${act}.button`)}</button>
      ))}
      {one.state === 'draft' && onGone !== undefined && (
        <button type="button" className="text-button" aria-label={t('experiments.remove.name', { title })} disabled={remove.isPending} onClick={() => remove.mutate(one.name, { onSuccess: onGone })}>{t('experiments.remove.button')}</button>
      )}
      {remove.error !== null && <span className="experiment-warn" role="alert">{errorText(remove.error)}</span>}
      {asking !== undefined && <Ask one={one} act={asking} onClose={() => setAsking(undefined)} />}
    </div>
  )
}

/** The draft that was just deleted, with the way back. */
export function Gone({ one, onBack }: { one: Experiment; onBack: () => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const set = useSet()
  return (
    <div className="experiment-gone" role="status">
      <span>{t('experiments.remove.gone', { title: titleOf(one) })}</span>
      <Button loading={set.isPending} onClick={() => set.mutate({ name: one.name, body: changeOf(one) }, { onSuccess: onBack })}>{t('experiments.remove.undo')}</Button>
      {set.error !== null && <span className="experiment-warn">{errorText(set.error)}</span>}
    </div>
  )
}
