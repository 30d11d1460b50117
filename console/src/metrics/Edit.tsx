// A metric of one's own, new or changed: an event, what is counted of it, and at once what that is among real customers.
import { useEffect, useState, type FormEvent } from 'react'
import { Pick as PickIn } from '../builder/Parts'
import { useNames } from '../builder/useNames'
import { CallError } from '../shared/client'
import { Button, TextInput } from '../shared/Controls'
import { Dialog } from '../shared/Dialog'
import { Choose, Field } from '../shared/Fields'
import { Loading, useErrorText } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { isName, perUnits, windowOf, type Change, type Metric, type Unit } from './metrics'
import { Numbers } from './Numbers'
import { useMetricDays, useMetricSet } from './useMetrics'

const DAYS = 30
const STILL_MS = 400 // so long nothing is typed before all customers are asked

/** What was typed, once it stands still. */
function useStill(text: string): string {
  const [still, setStill] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setStill(text), STILL_MS)
    return () => clearTimeout(timer)
  }, [text])
  return still
}

function Preview({ kind, event, where, unit }: { kind: NonNullable<Metric['kind']>; event: string; where: string; unit: Unit }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const still = useStill(event.trim())
  const stillWhere = useStill(where.trim())
  const found = useMetricDays(still === '' ? undefined : { kind, event: still, where: stillWhere, unit }, DAYS, true)
  if (still === '') return <p className="less">{t('metrics.edit.previewNone')}</p>
  if (found.isError) return <p className="metric-warn" role="alert">{found.error instanceof CallError && found.error.detail !== undefined ? found.error.detail : errorText(found.error)}</p>
  if (found.data === undefined) return <Loading lines={1} />
  return <Numbers found={found.data} days={DAYS} />
}

export function Edit({ metric, taken, onClose, onDone }: { metric: Metric | undefined; taken: readonly string[]; onClose: () => void; onDone: (now: Metric) => void }) {
  const { t, language } = useWords()
  const said = useEventName()
  const errorText = useErrorText()
  const names = useNames()
  const set = useMetricSet()
  const [name, setName] = useState(metric?.name ?? '')
  const [title, setTitle] = useState(metric?.title[language] ?? '')
  const [kind, setKind] = useState<NonNullable<Metric['kind']>>(metric?.kind ?? 'did')
  const [event, setEvent] = useState(metric?.event ?? '')
  const [where, setWhere] = useState(metric?.where ?? '')
  const [unit, setUnit] = useState<Unit>(metric?.unit ?? 'customer')
  const [days, setDays] = useState(metric?.windowDays === undefined || metric.windowDays === 0 ? '' : String(metric.windowDays))
  const [better, setBetter] = useState<Metric['better']>(metric?.better ?? 'more')
  const isTaken = metric === undefined && taken.includes(name)
  const heading = t(metric === undefined ? 'metrics.edit.new' : 'metrics.edit.change')
  const windowDays = windowOf(days)
  const ready = isName(name) && !isTaken && event.trim() !== '' && windowDays !== undefined
  // What is shared out among orders has no “did it”.
  const choose = (next: NonNullable<Metric['kind']>) => {
    setKind(next)
    if (next === 'did' && unit === 'order') setUnit('customer')
  }
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault()
    const other = language === 'zh' ? 'en' : 'zh'
    // The title in the other language stays, unless it was the same text.
    const kept = metric !== undefined && metric.title[other] !== metric.title[language] ? metric.title[other] : title.trim()
    const body: Change = { kind, event: event.trim(), where: where.trim(), unit, windowDays: windowDays ?? 0, better, title: title.trim() === '' ? name : language === 'zh' ? { zh: title.trim(), en: kept } : { en: title.trim(), zh: kept } }
    set.mutate({ name, body }, { onSuccess: onDone })
  }
  const hint = name !== '' && !isName(name) ? t('metrics.edit.nameBad') : isTaken ? t('metrics.edit.taken') : undefined
  return (
    <Dialog label={heading} className="views-dialog" onClose={onClose} sturdy>
      <h2 className="views-heading">{heading}</h2>
      <form className="views-form" onSubmit={submit}>
        <Field label={t('metrics.edit.title')}><TextInput value={title} onText={setTitle} maxLength={100} autoComplete="off" /></Field>
        <Field label={t('metrics.edit.name')} hint={hint === undefined ? t('metrics.edit.nameHint') : <span className="metric-warn" role="alert">{hint}</span>}>
          <TextInput value={name} onText={setName} readOnly={metric !== undefined} maxLength={64} required autoComplete="off" spellCheck={false} />
        </Field>
        <Choose label={t('metrics.edit.kind')} value={kind} options={(['did', 'count', 'sum'] as const).map((one) => ({ value: one, name: t(`metrics.edit.kinds.${one}`) }))} onChange={(next) => choose(next as typeof kind /* the options above */)} />
        <div className="field-in">
          <span className="field-name" aria-hidden="true">{t('metrics.edit.event')}</span>
          <PickIn label={t('metrics.edit.event')} value={event} options={names.events.map((one) => ({ value: one.name, name: said(one.name), count: one.count }))} onText={setEvent} />
        </div>
        <Field label={t('metrics.edit.where')} hint={t('metrics.edit.whereHint')}>
          <textarea className="input edit-area edit-code" rows={2} maxLength={4000} spellCheck={false} value={where} onChange={(typed) => setWhere(typed.target.value)} />
        </Field>
        <Choose label={t('metrics.edit.unit')} value={unit} options={perUnits.filter((one) => one !== 'order' || kind !== 'did').map((one) => ({ value: one, name: t(`metrics.per.${one}`) }))} onChange={(next) => setUnit(next as typeof unit /* the options above */)} />
        <Field label={t('metrics.edit.window')} hint={windowDays === undefined ? <span className="metric-warn" role="alert">{t('metrics.edit.windowBad')}</span> : t('metrics.edit.windowHint')}>
          <TextInput value={days} onText={setDays} maxLength={3} inputMode="numeric" autoComplete="off" />
        </Field>
        <Choose label={t('metrics.edit.better')} value={better} options={(['more', 'less'] as const).map((one) => ({ value: one, name: t(`metrics.better.${one}`) }))} onChange={(next) => setBetter(next as typeof better /* the options above */)} />
        <div className="metric-preview" role="group" aria-label={t('metrics.edit.preview')} aria-live="polite">
          <span className="field-name">{t('metrics.edit.preview')}</span>
          <Preview kind={kind} event={event} where={where} unit={unit} />
        </div>
        {metric !== undefined && <p className="less">{t('metrics.edit.keeps')}</p>}
        {set.error !== null && <p className="metric-warn" role="alert">{set.error instanceof CallError && set.error.detail !== undefined ? set.error.detail : errorText(set.error)}</p>}
        <div className="views-do">
          <Button onClick={onClose}>{t('metrics.edit.cancel')}</Button>
          <Button kind="primary" type="submit" loading={set.isPending} disabled={!ready}>{t('metrics.edit.keep')}</Button>
        </div>
      </form>
    </Dialog>
  )
}
