// Funnels: how far customers get through steps in order, of one segment or of two beside each other; each figure opens to its customers.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { DaysIn, SegmentIn, spans, TakeAway, USUAL, useSpan } from '../reports/Parts'
import { Figure, Opened, type Opening } from '../reports/Opened'
import { Learnt, StepFields } from '../reports/StepFields'
import { plain, stepOf, stepsRead, written, type Step } from '../reports/steps'
import { useTitles } from '../segments/useKept'
import { maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import { call, CallError, table, type Schema } from '../shared/client'
import { Button } from '../shared/Controls'
import { saveCsv } from '../shared/csv'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { CrossIcon, DownIcon, UpIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import '../views/views.css'
import './funnels.css'

type Funnel = Schema<'Funnel'>
type Request = Schema<'FunnelRequest'>

const STEPS_MAX = 10
const usual = ['Product Viewed', 'Product Added', 'Order Completed'].map(plain)

interface Ask {
  steps: Step[]
  window: string
  days: string
  segment: string
  against: string
}

function askOf(search: URLSearchParams): Ask {
  const window = search.get('window') ?? ''
  return {
    steps: stepsRead(search.get('steps')) ?? usual,
    window: Number(window) > 0 && Number(window) <= 365 ? window : '7',
    days: spans.find((one) => one === search.get('days')) ?? USUAL,
    segment: search.get('segment') ?? '', against: search.get('against') ?? '',
  }
}

function addressOf(ask: Ask): URLSearchParams {
  const all = new URLSearchParams({ steps: written(ask.steps), window: ask.window, days: ask.days })
  if (ask.segment !== '') all.set('segment', ask.segment)
  if (ask.against !== '') all.set('against', ask.against)
  return all
}

type Span = NonNullable<ReturnType<typeof useSpan>>

function requestOf(ask: Ask, segment: string, span: Span): Request {
  return { steps: ask.steps.map(stepOf), windowDays: Number(ask.window), ...span, ...(segment === '' ? {} : { segment }) }
}

const isGood = (ask: Ask): boolean => ask.steps.length >= 2 && ask.steps.every((step) => step.event.trim() !== '') && Number(ask.window) > 0 && Number(ask.window) <= 365

function useFunnel(ask: Ask, segment: string, span: Span | undefined, enabled: boolean): UseQueryResult<Funnel, Error> {
  return useQuery({
    queryKey: ['reports', 'funnel', addressOf({ ...ask, segment, against: '' }).toString()],
    queryFn: ({ signal }) => call('post', '/api/v1/reports/funnel', { body: requestOf(ask, segment, span ?? {}), signal }),
    enabled: enabled && span !== undefined && isGood(ask),
    staleTime: 60_000,
  })
}

function Form({ asked, wrong, onAsk }: { asked: Ask; wrong: string | undefined; onAsk: (ask: Ask) => void }) {
  const { t } = useWords()
  const [ask, setAsk] = useState(asked)
  const key = addressOf(asked).toString()
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useEffect(() => setAsk(asked), [key]) // another address: a view that was opened, or a step back
  const put = (part: Partial<Ask>) => setAsk((now) => ({ ...now, ...part }))
  const { steps } = ask
  const move = (at: number, by: number) => {
    const next = [...steps]
    const [one] = next.splice(at, 1)
    if (one !== undefined) next.splice(at + by, 0, one)
    put({ steps: next })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isGood(ask)) onAsk(ask)
  }
  return (
    <Learnt>
      <form className="report-ask" onSubmit={submit}>
        <ol className="funnel-steps">
          {steps.map((step, at) => (
            <li key={at}>
              <StepFields
                label={t('funnels.step', { n: at + 1 })} step={step} onStep={(next) => put({ steps: steps.map((one, i) => (i === at ? next : one)) })}
                wrong={wrong?.startsWith(`step ${at + 1},`) === true ? wrong : undefined}
                tools={
                  <>
                    <button type="button" className="rule-icon" aria-label={t('funnels.up', { n: at + 1 })} disabled={at === 0} onClick={() => move(at, -1)}><UpIcon size={14} /></button>
                    <button type="button" className="rule-icon" aria-label={t('funnels.down', { n: at + 1 })} disabled={at === steps.length - 1} onClick={() => move(at, 1)}><DownIcon size={14} /></button>
                    <button type="button" className="rule-icon" aria-label={t('funnels.drop', { n: at + 1 })} disabled={steps.length <= 2} onClick={() => put({ steps: steps.filter((_, i) => i !== at) })}><CrossIcon size={14} /></button>
                  </>
                }
              />
            </li>
          ))}
        </ol>
        <div className="report-fields">
          <Button disabled={steps.length >= STEPS_MAX} onClick={() => put({ steps: [...steps, plain('')] })}>{t('funnels.add')}</Button>
          <Field label={t('funnels.window')}><input className="input" type="number" min={1} max={365} required value={ask.window} onChange={(event) => put({ window: event.target.value })} /></Field>
          <DaysIn value={ask.days} onChange={(days) => put({ days })} />
          <SegmentIn label={t('funnels.segment')} value={ask.segment} none={t('funnels.everybody')} onChange={(segment) => put({ segment })} />
          <SegmentIn label={t('funnels.against')} value={ask.against} none={t('funnels.nothing')} onChange={(against) => put({ against })} />
          <Button kind="primary" type="submit" disabled={!isGood(ask)}>{t('reports.ask')}</Button>
        </div>
      </form>
    </Learnt>
  )
}

interface Group {
  name: string
  segment: string
  funnel: Funnel
}

function Bars({ ask, span, groups, onOpen }: { ask: Ask; span: Span; groups: readonly Group[]; onOpen: ((opening: Opening) => void) | undefined }) {
  const { t, language } = useWords()
  const said = useEventName()
  const open = (group: Group, reached: number, orMore: boolean, title: string) =>
    onOpen === undefined ? undefined : () => onOpen({ title, key: ['funnel', addressOf(ask).toString(), group.segment, reached, orMore], ask: (cursor, signal) => call('post', '/api/v1/reports/funnel', { body: { ...requestOf(ask, group.segment, span), open: { reached, orMore, cursor } }, signal }) })
  const steps = groups[0]?.funnel.steps ?? []
  return (
    <ol className="funnel" aria-label={t('funnels.result')}>
      {steps.map((step, k) => (
        <li key={k} className="funnel-step">
          <h3>{k + 1}. {said(step.event)}{step.where !== undefined && <code>{step.where}</code>}</h3>
          {groups.map((group, at) => {
            const one = group.funnel.steps[k]
            const before = group.funnel.steps[k - 1]
            if (one === undefined) return null
            const of = groups.length > 1 ? `${group.name}: ` : ''
            const reached = `${of}${t('funnels.reached', { n: k + 1, event: said(step.event) })}`
            const lost = `${of}${t('funnels.stopped', { n: k, event: before === undefined ? '' : said(before.event) })}`
            return (
              <div key={at} className={`funnel-group funnel-group-${at}`}>
                {groups.length > 1 && <span className="funnel-name">{group.name}</span>}
                <span className="funnel-bar" aria-hidden="true"><i style={{ width: `${(one.ofFirst * 100).toFixed(2)}%` }} /></span>
                <span className="funnel-facts">
                  <Figure className="funnel-customers" label={`${reached}: ${format.count(one.customers, language)}`} onOpen={open(group, k + 1, true, reached)}>{format.count(one.customers, language)}</Figure>
                  <span>{t('funnels.ofFirst', { share: format.share(one.ofFirst, language) })}</span>
                  {before !== undefined && (
                    <>
                      <span>{t('funnels.ofPrevious', { share: format.share(one.ofPrevious, language) })}</span>
                      {one.customers > 0 && <span>{t('funnels.took', { time: format.duration(one.medianStepMs / 1000, language) })}</span>}
                      <span className="less">{t('funnels.lost')} <Figure label={`${lost}: ${format.count(before.customers - one.customers, language)}`} onOpen={open(group, k, false, lost)}>{format.count(before.customers - one.customers, language)}</Figure></span>
                    </>
                  )}
                </span>
              </div>
            )
          })}
        </li>
      ))}
    </ol>
  )
}

export default function FunnelsPage() {
  const { t, language } = useWords()
  const [search, setAddress] = useAddress()
  const [opening, setOpening] = useState<Opening>()
  const titles = useTitles()
  const may = maySeeCustomers(useSession().data?.role)
  const ask = askOf(search)
  const span = useSpan(ask.days)
  const first = useFunnel(ask, ask.segment, span, true)
  const second = useFunnel(ask, ask.against, span, ask.against !== '')
  const nameOf = (segment: string) => (segment === '' ? t('funnels.everybody') : (titles.get(segment) ?? segment))
  const error = [first.error, second.error].find((one) => one instanceof CallError && one.code === 'bad_expression')
  const groups = (funnel: Funnel): Group[] => [{ name: nameOf(ask.segment), segment: ask.segment, funnel }, ...(ask.against !== '' && second.data !== undefined ? [{ name: nameOf(ask.against), segment: ask.against, funnel: second.data }] : [])]
  const save = async () => {
    saveCsv('funnel.csv', await table('/api/v1/reports/funnel', requestOf(ask, ask.segment, span ?? {})))
    if (ask.against !== '') saveCsv('funnel-2.csv', await table('/api/v1/reports/funnel', requestOf(ask, ask.against, span ?? {})))
  }
  return (
    <Page title={t('funnels.title')} help="funnels" extra={<Views page="funnels" />}>
      <div className="report">
        <Card id="funnel-ask" title={t('funnels.steps')} note={t('funnels.stepsNote')}>
          <Form asked={ask} wrong={error instanceof CallError ? error.detail : undefined} onAsk={(next) => setAddress(() => addressOf(next))} />
        </Card>
        <Card id="funnel-result" title={t('funnels.result')} note={first.data === undefined ? undefined : t('funnels.asked', { customers: format.count(first.data.customers, language) })} extra={first.data === undefined ? undefined : <TakeAway save={save} />}>
          <View query={first} lines={8} empty={(found) => found.customers === 0 || (found.steps[0]?.customers ?? 0) === 0} whenEmpty={<Empty title={t('funnels.empty.title')}>{t('funnels.empty.text')}</Empty>}>
            {(found) => (
              <>
                <Bars ask={ask} span={span ?? {}} groups={groups(found)} onOpen={may ? setOpening : undefined} />
                {ask.against !== '' && second.data === undefined && <View query={second} lines={2}>{() => null}</View>}
                <p className="report-foot">{t('funnels.foot', { days: ask.window })}{found.failed > 0 && <> {t('reports.failed', { count: found.failed })}</>}{!may && <> {t('reports.hidden')}</>}</p>
              </>
            )}
          </View>
          {error instanceof CallError && <p className="report-foot report-warn" role="alert">{error.detail}</p>}
        </Card>
      </div>
      {opening !== undefined && <Opened opening={opening} onClose={() => setOpening(undefined)} />}
    </Page>
  )
}
