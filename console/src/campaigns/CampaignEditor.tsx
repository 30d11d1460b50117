// The definition of a campaign as text: tried dry, saved as a draft; what is refused is told with its field and line.
import { useId } from 'react'
import { lineOf } from '../channels/definition'
import { CallError } from '../shared/client'
import { Button } from '../shared/Controls'
import { AlertIcon } from '../shared/icons'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import type { Definition } from './campaign'
import { DryRun } from './DryRun'
import { useDefineCampaign, useDryRun } from './useCampaigns'

export function Refused({ error, text = '' }: { error: unknown; text?: string }) {
  const { t } = useWords()
  const errorText = useErrorText()
  if (error === null) return null
  const known = error instanceof CallError && error.detail !== undefined
  const field = known && error.field !== undefined && error.field !== '' ? error.field : undefined
  const line = field === undefined ? undefined : lineOf(text, field)
  const said = !known ? errorText(error) : error.code === 'own_approval' ? t('campaigns.ownApproval') : field === undefined ? error.detail : t(line === undefined ? 'campaigns.refused' : 'campaigns.refusedAt', { field, line, why: error.detail })
  return <p className="campaign-bad" role="alert"><AlertIcon size={14} /> {said}</p>
}

function definitionOf(text: string): Definition | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Definition) : undefined // the engine looks at every member
  } catch {
    return undefined
  }
}

export function CampaignEditor({ name, text, frozen, onText }: { name: string; text: string; frozen?: string; onText: (text: string) => void }) {
  const { t } = useWords()
  const [define, dry] = [useDefineCampaign(), useDryRun()]
  const id = useId() // around the text, a label would be named after all of it
  const definition = definitionOf(text)
  const change = (next: string) => {
    define.reset()
    dry.reset()
    onText(next)
  }
  return (
    <div className="campaign-editor">
      <div className="field-in">
        <label className="field-name" htmlFor={id}>{t('campaigns.definition')}</label>
        <textarea id={id} className="campaign-code" spellCheck={false} rows={Math.min(30, Math.max(8, text.split('\n').length + 1))} value={text} onChange={(event) => change(event.target.value)} />
        <span className="field-hint">{t('campaigns.definitionHint')}</span>
      </div>
      {definition === undefined && <p className="campaign-bad">{t('campaigns.noJson')}</p>}
      <Refused error={define.error ?? dry.error} text={text} />
      <div className="campaign-acts">
        <Button loading={dry.isPending} disabled={definition === undefined} onClick={() => definition !== undefined && dry.mutate(definition)}>{t('campaigns.dry.do')}</Button>
        <Button kind="primary" loading={define.isPending} disabled={definition === undefined || name === '' || frozen !== undefined} onClick={() => definition !== undefined && define.mutate({ name, definition })}>{t('campaigns.save')}</Button>
        {frozen !== undefined && <span className="less">{frozen}</span>}
        {define.isSuccess && <span className="less" role="status">{t('campaigns.saved')}</span>}
      </div>
      {dry.data !== undefined && <DryRun found={dry.data} />}
    </div>
  )
}
