// Where a journey is made: the graph, beside it the chosen card as a form or the whole as JSON; undone and done again, saved, handed on.
import { useEffect, useReducer, useState } from 'react'
import { started, step } from '../builder/history'
import { nameIsGood } from '../channels/definition'
import { mayApprove, mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { CallError } from '../shared/client'
import { Choices } from '../shared/Choices'
import { Button, TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import { AlertIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { Acts } from './Acts'
import { Canvas, type Counts } from './Canvas'
import { DryRun } from './DryRun'
import { ENTRY } from './graph'
import { placeOf, read, textOf, type Definition, type Detail, type Preview } from './journey'
import { JourneyForm } from './JourneyForm'
import { NodeForm } from './NodeForm'
import { Code } from './Parts'
import { useDefineJourney, useDryRun, useJourneyReport } from './useJourneys'

/** What the engine refused, with the place it names. */
export function Refused({ error, onOpen }: { error: unknown; onOpen?: (name: string) => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  if (error === null) return null
  const known = error instanceof CallError && error.detail !== undefined ? error.detail : undefined
  const place = error instanceof CallError ? placeOf(error.field) : undefined
  const node = place?.node
  return (
    <p className="journey-bad" role="alert">
      <AlertIcon size={14} /> {error instanceof CallError && error.code === 'own_approval' ? t('journeys.ownApproval') : known === undefined ? errorText(error) : place === undefined ? known : (
        <>{node !== undefined && onOpen !== undefined ? <button type="button" className="journey-place" onClick={() => onOpen(node)}>{error instanceof CallError && error.field}</button> : error instanceof CallError && error.field}: {known}</>
      )}
    </p>
  )
}

/** How many customers are and were at each card, of the version that is shown or the newest that was led. */
function useCounts(detail: Detail | undefined): ReadonlyMap<string, Counts> | undefined {
  const report = useJourneyReport(detail?.name ?? '', detail !== undefined && detail.activeFrom !== null)
  const version = report.data?.versions.find((one) => one.version === detail?.version) ?? report.data?.versions[0]
  if (version === undefined) return undefined
  return new Map<string, Counts>([[ENTRY, { at: 0, visited: version.entered }], ...version.nodes.map(({ node, at, visited }) => [node, { at, visited }] as const)])
}

const spans = ['7', '30', '90'] as const // days of a dry run
const countsOf = (found: Preview) => new Map<string, Counts>([[ENTRY, { at: 0, visited: found.entered }], ...found.nodes.map(({ node, at, visited }) => [node, { at, visited }] as const)])

function Source({ definition, draft, onDraft }: { definition: Definition; draft: string | undefined; onDraft: (text: string) => void }) {
  const { t } = useWords()
  const text = draft ?? textOf(definition)
  return (
    <div className="journey-source">
      <Code label={t('journeys.json')} hint={t('journeys.jsonHint')} rows={26} value={text} invalid={draft !== undefined && read(draft) === undefined} onText={onDraft} />
      {draft !== undefined && read(draft) === undefined && <p className="journey-bad" role="alert"><AlertIcon size={14} /> {t('journeys.noJson')}</p>}
    </div>
  )
}

export function Workbench({ detail, start, onKept }: { detail: Detail | undefined; start: Definition; onKept?: (name: string) => void }) {
  const { t } = useWords()
  const role = useSession().data?.role
  const may = mayDefine(role)
  const [history, dispatch] = useReducer(step<Definition>, start, started<Definition>)
  const [draft, setDraft] = useState<string>() // the text as it is typed, while it says something else than the graph
  const [saved, setSaved] = useState(detail === undefined ? '' : textOf(start))
  const [name, setName] = useState(detail?.name ?? '')
  const [view, setView] = useState<'form' | 'json'>('form')
  const [address, change] = useAddress()
  const define = useDefineJourney()
  const dry = useDryRun()
  const [days, setDays] = useState<(typeof spans)[number]>('7')
  const [refusal, setRefusal] = useState<unknown>(null) // of an act
  const definition = history.now
  const asked = address.get('node') ?? undefined
  const selected = asked !== undefined && (asked === ENTRY || definition.nodes[asked] !== undefined) ? asked : undefined
  const select = (next: string) => {
    setView('form')
    change((now) => {
      now.set('node', next)
      return now
    }, { replace: true })
  }
  const edit = (to: Definition, typing?: string) => {
    setDraft(undefined)
    define.reset()
    dry.reset()
    setRefusal(null)
    dispatch({ is: 'change', to, typing })
  }
  const type = (text: string) => {
    const found = read(text)
    if (found !== undefined) edit(found, 'json')
    setDraft(text)
  }
  const error = define.error ?? refusal
  const fault = error instanceof CallError && error.detail !== undefined ? placeOf(error.field) : undefined
  const faultNode = fault?.node
  useEffect(() => {
    if (faultNode !== undefined) select(faultNode)
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [error])
  const why = error instanceof CallError ? error.detail : undefined
  const frozen = detail !== undefined && (detail.state === 'running' || detail.state === 'ended') ? t(`journeys.frozen.${detail.state}`) : undefined
  const closed = !may || frozen !== undefined
  const broken = draft !== undefined && read(draft) === undefined
  const isSaved = textOf(definition) === saved && !broken
  const led = useCounts(detail)
  const counts = dry.data === undefined ? led : countsOf(dry.data)
  const node = selected === undefined || selected === ENTRY ? undefined : definition.nodes[selected]
  const keep = () => define.mutate({ name, definition }, {
    onSuccess: () => {
      setSaved(textOf(definition))
      onKept?.(name)
    },
  })
  const at = (node: string | undefined) => (fault !== undefined && fault.node === node && why !== undefined ? { member: fault.member, why } : undefined)
  return (
    <Card
      id="journey-canvas" title={t('journeys.canvas.title')} className="journey-work"
      extra={!closed && <><Button kind="text" disabled={history.past.length === 0} onClick={() => { setDraft(undefined); dispatch({ is: 'undo' }) }}>{t('journeys.undo')}</Button><Button kind="text" disabled={history.future.length === 0} onClick={() => { setDraft(undefined); dispatch({ is: 'redo' }) }}>{t('journeys.redo')}</Button></>}
    >
      <div className="journey-bench">
        <Canvas definition={definition} counts={counts} selected={selected} bad={fault === undefined ? undefined : faultNode ?? ENTRY} onSelect={select} />
        <div className="journey-side">
          <Choices label={t('journeys.side.label')} value={view} options={(['form', 'json'] as const).map((value) => ({ value, name: t(`journeys.side.${value}`) }))} onChange={setView} />
          <fieldset className="journey-fields" disabled={closed}>
            {view === 'json' ? <Source definition={definition} draft={draft} onDraft={type} />
              : node === undefined || selected === undefined ? <JourneyForm definition={definition} fault={at(undefined)} onChange={edit} onSelect={select} />
                : <NodeForm key={selected} name={selected} node={node} definition={definition} fault={at(selected)} onChange={edit} onSelect={select} />}
          </fieldset>
        </div>
      </div>
      {mayApprove(role) && (
        <div className="journey-foot">
          {detail === undefined && <Field className="journey-called" label={t('journeys.name')} hint={t(name !== '' && !nameIsGood(name) ? 'journeys.nameBad' : 'journeys.nameHint')}><TextInput value={name} onText={setName} maxLength={64} autoComplete="off" spellCheck={false} /></Field>}
          <Refused error={define.error} onOpen={select} />
          {may && (
            <div className="journey-acts">
              <Button kind={isSaved ? 'plain' : 'primary'} loading={define.isPending} disabled={closed || broken || !nameIsGood(name) || isSaved} onClick={keep}>{t('journeys.save')}</Button>
              {frozen !== undefined && <span className="less">{frozen}</span>}
              {!closed && !isSaved && detail !== undefined && <span className="warn">{t('journeys.unsaved')}</span>}
              {define.isSuccess && isSaved && <span className="less" role="status">{t('journeys.saved')}</span>}
            </div>
          )}
          <div className="journey-acts journey-try">
            <Button loading={dry.isPending} disabled={broken} onClick={() => dry.mutate({ name, definition, days: Number(days) })}>{t('journeys.dry.run')}</Button>
            <Choices label={t('journeys.dry.span')} value={days} options={spans.map((value) => ({ value, name: t('journeys.dry.last', { days: value }) }))} onChange={setDays} />
            {dry.data !== undefined && <Button kind="text" onClick={() => dry.reset()}>{t('journeys.dry.close')}</Button>}
          </div>
          <Refused error={dry.error} onOpen={select} />
          {dry.data !== undefined && <DryRun found={dry.data} />}
          {detail !== undefined && <Acts detail={detail} isSaved={isSaved} onRefused={setRefusal} onOpen={select} />}
        </div>
      )}
    </Card>
  )
}
