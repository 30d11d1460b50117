// An event and conditions on it, with the pieces of the segment builder.
import { useMemo, type ReactNode } from 'react'
import { WhereFields } from '../builder/EventFields'
import { Pick } from '../builder/Parts'
import { KnownProvider, useNames, useSpeech, useTags } from '../builder/useNames'
import { useTitles } from '../segments/useKept'
import { Button } from '../shared/Controls'
import { useEventName, useWords } from '../shared/words'
import type { Step } from './steps'
import '../builder/builder.css'
import './reports.css'

const WHERE_MAX = 8

/** What the engine has learnt, for the fields inside. */
export function Learnt({ children }: { children: ReactNode }) {
  const names = useNames()
  const speech = useSpeech()
  const segments = useTitles()
  const tags = useTags()
  const known = useMemo(() => ({ names, segments, tags, speech, isRefused: false }), [names, segments, tags, speech])
  return <KnownProvider value={known}>{children}</KnownProvider>
}

export function StepFields({ label, step, onStep, wrong, tools }: { label: string; step: Step; onStep: (step: Step) => void; wrong?: string | undefined; tools?: ReactNode }) {
  const { t } = useWords()
  const said = useEventName()
  const names = useNames()
  const put = (where: Step['where']) => onStep({ ...step, where })
  return (
    <div className={`rule report-step ${wrong === undefined ? '' : 'rule-wrong'}`} role="group" aria-label={label}>
      <div className="rule-line">
        <span className="rule-kind">{label}</span>
        <Pick label={t('builder.event')} value={step.event} invalid={step.event.trim() === ''} options={names.events.map((one) => ({ value: one.name, name: said(one.name), count: one.count }))} onText={(event) => onStep({ ...step, event })} />
        {step.text === undefined
          ? step.where.map((where, at) => <WhereFields key={at} where={where} onWhere={(next) => put(step.where.map((one, i) => (i === at ? next : one)))} onRemove={() => put(step.where.filter((_, i) => i !== at))} />)
          : <input className="input report-text" type="text" aria-label={t('reports.text')} placeholder="e.value > 100.0" spellCheck={false} value={step.text} onChange={(event) => onStep({ ...step, text: event.target.value })} />}
        <span className="rule-more">
          {step.text === undefined && step.where.length < WHERE_MAX && <Button kind="text" onClick={() => put([...step.where, { any: false, property: 'category', op: '==', values: [] }])}>{t('builder.addWhere')}</Button>}
          {step.text === undefined && step.where.length === 0 && <Button kind="text" onClick={() => onStep({ ...step, text: '' })}>{t('reports.asText')}</Button>}
          {step.text !== undefined && <Button kind="text" onClick={() => onStep({ event: step.event, where: [] })}>{t('reports.noText')}</Button>}
        </span>
        {tools !== undefined && <span className="rule-tools">{tools}</span>}
      </div>
      {wrong !== undefined && <p className="rule-fault" role="alert">{wrong}</p>}
    </div>
  )
}
