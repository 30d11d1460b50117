// Keeping an expression: its name for programs, its title and description for people. What the engine refuses stands at its field.
import { useState, type FormEvent } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { CallError, type Schema } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import { Field } from '../shared/Fields'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { isSegmentName, type Kept } from './kept'
import { useKeep, useTitles } from './useKept'
import { isAboutExpression, Wrong } from './Wrong'

const KNOWN = ['name', 'title', 'description', 'expression'] as const

/** The field a refusal is about, and what to say there. */
function useRefusal(error: unknown): { field: (typeof KNOWN)[number] | undefined; text: string } | undefined {
  const { t } = useWords()
  const errorText = useErrorText()
  if (error === null || isAboutExpression(error)) return undefined
  const field = error instanceof CallError ? KNOWN.find((one) => one === error.field) : undefined
  const text = error instanceof CallError && field !== undefined ? t(`segments.keep.refused.${error.code}_${field}`, { defaultValue: '' }) : ''
  return { field, text: text === '' ? errorText(error) : text }
}

export function Keep(props: { expression: string; editing?: Kept | undefined; onKept: (one: Schema<'SegmentDetail'>) => void; onClose: () => void }) {
  const { t } = useWords()
  const { editing } = props
  const [name, setName] = useState(editing?.name ?? '')
  const [title, setTitle] = useState(editing?.title ?? '')
  const [description, setDescription] = useState(editing?.description ?? '')
  const keep = useKeep()
  const refusal = useRefusal(keep.error)
  const good = isSegmentName(name)
  // One of this name would be overwritten: said before, not after.
  const replaces = useTitles().has(name) && editing === undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (good) keep.mutate({ name, body: { expression: props.expression, title: title.trim(), description: description.trim() } }, { onSuccess: props.onKept })
  }
  const hint = (field: (typeof KNOWN)[number], usual?: string) => (refusal?.field === field ? <span className="segment-warn" role="alert">{refusal.text}</span> : usual)
  const heading = editing === undefined ? t('segments.keep.title') : t('segments.keep.titleChange')
  return (
    <Dialog label={heading} className="segment-dialog" onClose={props.onClose} sturdy>
      <h2 className="segment-dialog-title">{heading}</h2>
      <form className="segment-dialog-form" onSubmit={submit}>
        <Field
          label={t('segments.keep.name')}
          hint={name !== '' && !good ? <span className="segment-warn" role="alert">{t('segments.keep.nameBad')}</span> : replaces ? <span className="segment-warn" role="status">{t('segments.keep.replaces')}</span> : hint('name', t('segments.keep.nameHint'))}
        >
          <TextInput value={name} onText={setName} maxLength={64} required readOnly={editing !== undefined} autoComplete="off" spellCheck={false} />
        </Field>
        <Field label={t('segments.keep.called')} hint={hint('title', t('segments.keep.calledHint'))}>
          <TextInput value={title} onText={setTitle} maxLength={200} autoComplete="off" />
        </Field>
        <Field label={t('segments.keep.description')} hint={hint('description')}>
          <textarea className="segment-text" rows={2} maxLength={2000} value={description} onChange={(change) => setDescription(change.target.value)} />
        </Field>
        <div className="field-in">
          <span className="field-name">{t('segments.label')}</span>
          <pre className="segment-expression" tabIndex={0} aria-label={t('segments.label')}>{props.expression}</pre>
          {refusal?.field === 'expression' && hint('expression')}
          {isAboutExpression(keep.error) && <Wrong expression={keep.variables?.body.expression ?? ''} error={keep.error} />}
        </div>
        {refusal !== undefined && refusal.field === undefined && <p className="segment-warn" role="alert">{refusal.text}</p>}
        <p className="less">{t('segments.keep.note')}</p>
        <div className="segment-do">
          <Button onClick={props.onClose}>{t('segments.cancel')}</Button>
          <Button kind="primary" type="submit" loading={keep.isPending} disabled={!good}>{t(replaces ? 'segments.keep.replace' : 'segments.keep.submit')}</Button>
        </div>
      </form>
    </Dialog>
  )
}
