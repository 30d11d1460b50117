// The table of a channel as text, and what the engine says of it: the field, its line and why.
import { useId } from 'react'
import { CallError } from '../shared/client'
import { Button } from '../shared/Controls'
import { AlertIcon } from '../shared/icons'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { definitionOf, lineOf } from './definition'
import { useDefineChannel } from './useChannels'

function Refused({ error, text }: { error: unknown; text: string }) {
  const { t } = useWords()
  const errorText = useErrorText()
  if (error === null) return null
  const known = error instanceof CallError && error.detail !== undefined && error.field !== undefined ? { field: error.field, why: error.detail, line: lineOf(text, error.field) } : undefined
  return (
    <p className="channel-bad" role="alert">
      <AlertIcon size={14} /> {known === undefined ? errorText(error) : t(known.line === undefined ? 'channels.refused' : 'channels.refusedAt', known)}
    </p>
  )
}

export function ChannelEditor({ name, text, onText }: { name: string; text: string; onText: (text: string) => void }) {
  const { t } = useWords()
  const define = useDefineChannel()
  const id = useId() // around the text, a label would be named after all of it
  const definition = definitionOf(text)
  return (
    <div className="channel-editor">
      <div className="field-in">
        <label className="field-name" htmlFor={id}>{t('channels.definition')}</label>
        <textarea id={id} className="channel-code" spellCheck={false} rows={Math.min(30, Math.max(8, text.split('\n').length + 1))} value={text} onChange={(event) => onText(event.target.value)} />
        <span className="field-hint">{t('channels.definitionHint')}</span>
      </div>
      {definition === undefined && <p className="channel-bad">{t('channels.noJson')}</p>}
      <Refused error={define.error} text={text} />
      <div className="channel-acts">
        <Button kind="primary" loading={define.isPending} disabled={definition === undefined || name === ''} onClick={() => definition !== undefined && define.mutate({ name, definition })}>{t('channels.save')}</Button>
        {define.isSuccess && <span className="less" role="status">{t('channels.saved')}</span>}
      </div>
    </div>
  )
}
