// Setting up an experiment, new or a draft: what is tried, on whom, decided by what; beside it how long that will take.
import { useState, type FormEvent } from 'react'
import { Link, useNavigate, useParams } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button, TextInput } from '../shared/Controls'
import { CallError } from '../shared/client'
import { Choose, Field } from '../shared/Fields'
import * as format from '../shared/format'
import { BackIcon } from '../shared/icons'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { assigned, assignments, blank, decidedBy, draftOf, holdout, isName, toggled, type Assignment, type Draft } from './draft'
import { EditArms } from './EditArms'
import { EditMode } from './EditMode'
import { Planner } from './Planner'
import { useMetrics, usePlacements } from './usePlan'
import { useExperiment, useSet } from './useExperiments'
import './experiments.css'

function Checks({ legend, all, on, onToggle }: { legend: string; all: readonly { value: string; name: string }[]; on: readonly string[]; onToggle: (value: string, on: boolean) => void }) {
  return (
    <fieldset className="edit-checks">
      <legend>{legend}</legend>
      {all.map((one) => (
        <label key={one.value} className="edit-check">
          <input type="checkbox" checked={on.includes(one.value)} onChange={(event) => onToggle(one.value, event.target.checked)} /> {one.name}
        </label>
      ))}
    </fieldset>
  )
}

function Form({ from, known }: { from: Draft; known: boolean }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const navigate = useNavigate()
  const [draft, setDraft] = useState(from)
  const set = useSet()
  const metrics = useMetrics().data?.items ?? []
  const places = usePlacements().data?.items ?? []
  const put = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }))
  const { error } = set
  const field = error instanceof CallError ? error.field : undefined
  const wrong = (name: string, usual?: string) => (error !== null && field?.split('.')[0] === name ? <span className="experiment-warn" role="alert">{error instanceof CallError ? error.detail : errorText(error)}</span> : usual)
  const isHoldout = draft.name === 'holdout'
  const assignment = draft.assignment ?? 'placement'
  const first = draft.metrics[0] ?? ''
  const named = metrics.map((one) => ({ value: one.name, name: one.title[language] }))
  const guardrails = draft.guardrails ?? []
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { name, currency, ...rest } = draft
    const body = { ...rest, ...(currency === undefined || currency === '' ? {} : { currency }) }
    if (isName(name)) set.mutate({ name, body }, { onSuccess: () => navigate(`/experiments/${name}`) })
  }
  const shown = ['name', 'assignment', 'eligibility', 'arms', 'metrics', 'guardrails', 'placements', 'layer', 'layerTo', 'mode', 'floor', 'epsilon', 'temperature', 'everyCustomers', 'winnerLoss', 'beforeDays', 'alpha', 'currency']
  return (
    <div className="edit">
      <form className="edit-form" onSubmit={submit}>
        <Card id="edit-what" title={t('experiments.edit.what')} extra={known || isHoldout ? undefined : <Button onClick={() => setDraft({ ...holdout, title: t('experiments.edit.holdoutTitle') })}>{t('experiments.edit.holdout')}</Button>}>
          <div className="edit-part">
            {isHoldout && <p className="less">{t('experiments.edit.holdoutText')}</p>}
            <Field label={t('experiments.edit.name')} hint={draft.name !== '' && !isName(draft.name) ? <span className="experiment-warn" role="alert">{t('experiments.edit.nameBad')}</span> : wrong('name', t('experiments.edit.nameHint'))}>
              <TextInput value={draft.name} onText={(name) => put({ name })} readOnly={known || isHoldout} maxLength={64} required autoComplete="off" spellCheck={false} />
            </Field>
            <Field label={t('experiments.edit.title')}><TextInput value={draft.title ?? ''} onText={(title) => put({ title })} maxLength={200} /></Field>
            <Field label={t('experiments.edit.hypothesis')} hint={t('experiments.edit.hypothesisHint')}><textarea className="input edit-area" rows={2} maxLength={600} value={draft.hypothesis} onChange={(event) => put({ hypothesis: event.target.value })} /></Field>
          </div>
        </Card>
        {!isHoldout && (
          <Card id="edit-who" title={t('experiments.edit.who')}>
            <div className="edit-part">
              <Choose label={t('experiments.set.assignment')} value={assignment} options={assignments.map((one) => ({ value: one, name: t(`experiments.assignment.${one}`) }))} onChange={(next) => setDraft(assigned(draft, next as Assignment /* the options above */))} />
              {assignment !== 'placement' && <p className="less">{t(`experiments.assignment.${assignment}Text`, { name: draft.name === '' ? 'NAME' : draft.name })}</p>}
              {wrong('assignment')}
              {assignment === 'placement' && (
                <>
                  <Checks legend={t('experiments.set.placements')} all={places.map((one) => ({ value: one.id, name: one.name[language] }))} on={draft.placements ?? []} onToggle={(one, on) => put({ placements: toggled(draft.placements, one, on) })} />
                  {wrong('placements', (draft.placements ?? []).length === 0 ? t('experiments.set.everywhere') : undefined)}
                </>
              )}
              {assignment !== 'outside' && (
                <>
                  <Field label={t('experiments.edit.share', { share: format.percent(draft.share ?? 1, language) })}><input type="range" min={1} max={100} value={Math.round((draft.share ?? 1) * 100)} onChange={(event) => put({ share: Number(event.target.value) / 100 })} /></Field>
                  <Field label={t('experiments.set.eligibility')} hint={wrong('eligibility', t('experiments.edit.eligibilityHint'))}><textarea className="input edit-area edit-code" rows={2} spellCheck={false} value={draft.eligibility} onChange={(event) => put({ eligibility: event.target.value })} /></Field>
                  <div className="edit-pair">
                    <Field label={t('experiments.set.layer')} hint={wrong('layer', t('experiments.edit.layerHint'))}><TextInput value={draft.layer ?? ''} onText={(layer) => put({ layer })} maxLength={64} /></Field>
                    <Field label={t('experiments.edit.width')} hint={wrong('layerTo')}><input className="input" type="number" min={1} max={10000} value={draft.layerTo} onChange={(event) => put({ layerTo: Number(event.target.value) })} /></Field>
                  </div>
                </>
              )}
            </div>
          </Card>
        )}
        <Card id="edit-arms" title={t('experiments.one.arms')}>
          <div className="edit-part"><EditArms arms={draft.arms} fixed={isHoldout} onChange={(arms) => put({ arms })} />{wrong('arms')}</div>
        </Card>
        {!isHoldout && assignment !== 'outside' && <Card id="edit-mode" title={t('experiments.mode.title')}><div className="edit-part"><EditMode draft={draft} put={put} wrong={wrong} /></div></Card>}
        <Card id="edit-metrics" title={t('experiments.set.metrics')}>
          <div className="edit-part">
            <Choose label={t('experiments.edit.first')} value={first} options={named} onChange={(name) => put({ metrics: decidedBy(draft.metrics, name), guardrails: toggled(guardrails, name, false) })} />
            <Checks legend={t('experiments.edit.further')} all={named.filter((one) => one.value !== first && !guardrails.includes(one.value))} on={draft.metrics} onToggle={(one, on) => put({ metrics: toggled(draft.metrics, one, on) })} />
            <Checks legend={t('experiments.set.guardrails')} all={named.filter((one) => !draft.metrics.includes(one.value))} on={guardrails} onToggle={(one, on) => put({ guardrails: toggled(guardrails, one, on) })} />
            {wrong('metrics')}{wrong('guardrails')}
            <Field label={t('experiments.edit.window')}><input className="input" type="number" min={1} max={365} required value={draft.windowDays} onChange={(event) => put({ windowDays: Number(event.target.value) })} /></Field>
            <Field label={t('experiments.edit.before')} hint={wrong('beforeDays', t('experiments.edit.beforeHint'))}><input className="input" type="number" min={0} max={365} required value={draft.beforeDays ?? 30} onChange={(event) => put({ beforeDays: Number(event.target.value) })} /></Field>
            <Field label={t('experiments.set.alpha')} hint={wrong('alpha', t('experiments.edit.alphaHint'))}><input className="input" type="number" min={0.0001} max={0.5} step="any" required value={draft.alpha ?? 0.05} onChange={(event) => put({ alpha: Number(event.target.value) })} /></Field>
            <Field label={t('experiments.edit.currency')} hint={wrong('currency', t('experiments.edit.currencyHint'))}><TextInput value={draft.currency ?? ''} onText={(currency) => put({ currency: currency.toUpperCase() })} maxLength={3} pattern="[A-Za-z]{3}" autoComplete="off" spellCheck={false} /></Field>
          </div>
        </Card>
        {error !== null && !shown.includes(field?.split('.')[0] ?? '') && <p className="experiment-warn" role="alert">{error instanceof CallError && error.detail !== undefined ? error.detail : errorText(error)}</p>}
        <div className="experiment-do"><Button kind="primary" type="submit" loading={set.isPending} disabled={!isName(draft.name)}>{t('experiments.edit.save')}</Button></div>
      </form>
      <Planner metric={first} arms={draft.arms.length} windowDays={draft.windowDays ?? 14} share={draft.share ?? 1} />
    </div>
  )
}

export default function EditPage() {
  const { t } = useWords()
  const { name } = useParams()
  const may = mayDefine(useSession().data?.role)
  const found = useExperiment(name)
  return (
    <Page title={t(name === undefined ? 'experiments.edit.new' : 'experiments.edit.change')} before={<Link className="back" to="/experiments"><BackIcon size={15} /> {t('experiments.title')}</Link>} help="experiments">
      {!may ? <Empty title={t('experiments.edit.not')} /> : name === undefined ? <Form from={blank} known={false} /> : <View query={found}>{(one) => (one.state === 'draft' ? <Form from={draftOf(one)} known /> : <Empty title={t('experiments.edit.ran')} />)}</View>}
    </Page>
  )
}
