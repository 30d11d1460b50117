// Retention: how many of each cohort come back, period by period, as a triangle and as a curve; and what a customer of it is worth by then.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { Link } from 'react-router-dom'
import { Figure, Opened, type Opening } from '../reports/Opened'
import { SegmentIn, TakeAway } from '../reports/Parts'
import { Learnt, StepFields } from '../reports/StepFields'
import { plain, stepOf, stepsRead, written, type Step } from '../reports/steps'
import { maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import { call, CallError, table, type Schema } from '../shared/client'
import { ChartTable, TableToggle, TimeChart, type Panel } from '../shared/charts/TimeChart'
import { Choices } from '../shared/Choices'
import { Button } from '../shared/Controls'
import { saveCsv } from '../shared/csv'
import { Choose, Field } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import { asLong, countsOf, isRunning, kinds, periods, sharesOf, totalShares, totalWorth, worthOf, type Kind, type Period, type Report } from './retention'
import '../views/views.css'
import './retention.css'

interface Ask {
  first: Step
  back: Step
  by: Period
  periods: string
  segment: string
}

function askOf(search: URLSearchParams): Ask {
  const length = search.get('periods') ?? ''
  return {
    first: stepsRead(search.get('first'))?.[0] ?? plain('Order Completed'), back: stepsRead(search.get('return'))?.[0] ?? plain('Order Completed'),
    by: periods.find((one) => one === search.get('by')) ?? 'week', periods: Number(length) >= 1 && Number(length) <= 60 ? length : '8', segment: search.get('segment') ?? '',
  }
}

const addressOf = (ask: Ask): URLSearchParams => new URLSearchParams({ first: written([ask.first]), return: written([ask.back]), by: ask.by, periods: ask.periods, ...(ask.segment === '' ? {} : { segment: ask.segment }) })
const requestOf = (ask: Ask): Schema<'RetentionReportRequest'> => ({ first: stepOf(ask.first), return: stepOf(ask.back), period: ask.by, periods: Number(ask.periods), value: true, ...(ask.segment === '' ? {} : { segment: ask.segment }) })
const isGood = (ask: Ask): boolean => ask.first.event.trim() !== '' && ask.back.event.trim() !== '' && Number(ask.periods) >= 1 && Number(ask.periods) <= 60

function Form({ asked, wrong, onAsk }: { asked: Ask; wrong: CallError | undefined; onAsk: (ask: Ask) => void }) {
  const { t } = useWords()
  const [ask, setAsk] = useState(asked)
  const key = addressOf(asked).toString()
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useEffect(() => setAsk(asked), [key]) // another address: a view that was opened, or a step back
  const put = (part: Partial<Ask>) => setAsk((now) => ({ ...now, ...part }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isGood(ask)) onAsk(ask)
  }
  const of = (field: string) => (wrong?.field?.startsWith(field) === true ? wrong.detail : undefined)
  return (
    <Learnt>
      <form className="report-ask" onSubmit={submit}>
        <StepFields label={t('retention.first')} step={ask.first} onStep={(first) => put({ first })} wrong={of('first')} />
        <StepFields label={t('retention.back')} step={ask.back} onStep={(back) => put({ back })} wrong={of('return')} />
        <div className="report-fields">
          <Choose label={t('retention.by')} value={ask.by} options={periods.map((one) => ({ value: one, name: t(`retention.periods.${one}`) }))} onChange={(by) => put({ by: by as Period /* the options above */ })} />
          <Field label={t('retention.length')}><input className="input" type="number" min={1} max={60} required value={ask.periods} onChange={(event) => put({ periods: event.target.value })} /></Field>
          <SegmentIn label={t('funnels.segment')} value={ask.segment} none={t('funnels.everybody')} onChange={(segment) => put({ segment })} />
          <Button kind="primary" type="submit" disabled={!isGood(ask)}>{t('reports.ask')}</Button>
        </div>
      </form>
    </Learnt>
  )
}

function Triangle({ report, kind, ask, onOpen }: { report: Report; kind: Kind; ask: Ask; onOpen: ((opening: Opening) => void) | undefined }) {
  const { t, language } = useWords()
  const columns = Math.max(0, ...report.cohorts.map((cohort) => cohort.classic.length))
  const open = (cohort: string, what: 'size' | Kind, period: number, title: string) =>
    onOpen === undefined ? undefined : () => onOpen({ title, key: ['retention', addressOf(ask).toString(), cohort, what, period], ask: (cursor, signal) => call('post', '/api/v1/reports/retention', { body: { ...requestOf(ask), open: { cohort, kind: what, period, cursor } }, signal }) })
  const total = totalShares(report.total, kind)
  return (
    <div className="table-wrap" role="group" aria-label={t('retention.triangle')} tabIndex={0}>
      <table className="table retention">
        <thead>
          <tr>
            <th scope="col">{t(`retention.cohorts.${report.period}`)}</th>
            <th scope="col" className="number">{t('retention.size')}</th>
            {Array.from({ length: columns }, (_, k) => <th key={k} scope="col" className="number">{k === 0 ? t('retention.same') : `+${k}`}</th>)}
          </tr>
        </thead>
        <tbody>
          <tr className="retention-total">
            <th scope="row">{t('retention.total')}</th>
            <td className="number">{format.count(report.cohorts.reduce((sum, cohort) => sum + cohort.customers, 0), language)}</td>
            {Array.from({ length: columns }, (_, k) => <td key={k} className="number">{total[k] == null ? '–' : format.share(total[k], language)}</td>)}
          </tr>
          {report.cohorts.map((cohort) => {
            const day = format.calendarDay(cohort.cohort, language, 'day')
            const shares = sharesOf(cohort, kind)
            const counts = countsOf(cohort, kind)
            const whole = t('retention.openSize', { cohort: day })
            return (
              <tr key={cohort.cohort}>
                <th scope="row">{day}</th>
                <td className="number"><Figure label={`${whole}: ${format.count(cohort.customers, language)}`} onOpen={open(cohort.cohort, 'size', 0, whole)}>{format.count(cohort.customers, language)}</Figure></td>
                {Array.from({ length: columns }, (_, k) => {
                  const share = shares[k]
                  if (share == null) return <td key={k} />
                  const title = t(`retention.open.${kind}`, { cohort: day, k })
                  return (
                    <td key={k} className={`number retention-cell ${isRunning(cohort, k) ? 'retention-running' : ''}`} style={{ '--strength': `${Math.round(share * 100)}%` } as React.CSSProperties} title={format.count(counts[k] ?? 0, language)}>
                      {counts[k] === 0 ? format.share(0, language) : <Figure label={`${title}: ${format.share(share, language)}`} onOpen={open(cohort.cohort, kind, k, title)}>{format.share(share, language)}</Figure>}
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** All cohorts together, and one of them dashed beside it. */
function Curves({ report, kind }: { report: Report; kind: Kind }) {
  const { t, language } = useWords()
  const [asTable, setAsTable] = useState(false)
  const [chosen, setChosen] = useState('')
  const one = report.cohorts.find((cohort) => cohort.cohort === chosen)
  const shares = totalShares(report.total, kind)
  const worth = totalWorth(report.total)
  const points = shares.length
  const currency = report.currency ?? ''
  const day = one === undefined ? '' : format.calendarDay(one.cohort, language, 'day')
  const beside = (values: (cohort: NonNullable<typeof one>) => Panel['values']) => (one === undefined ? {} : { before: { label: t('retention.ofCohort', { cohort: day }), values: asLong(values(one), points) } })
  const percent = (value: number) => format.share(value, language)
  const panels: Panel[] = [
    { label: t(`retention.kinds.${kind}`), kind: 'line', tone: 'accent', height: 130, values: shares, format: percent, tick: (value) => format.percent(value, language), ...beside((cohort) => sharesOf(cohort, kind)) },
    ...(worth.some((value) => value !== null && value !== 0) ? [{ label: t('retention.worth'), kind: 'line', tone: 'second', height: 130, values: worth, format: (value: number) => format.meanMoney(value, currency, language), tick: (value: number) => format.money(value, currency, language, 'short'), ...beside(worthOf) } satisfies Panel] : []),
  ]
  const texts = shares.map((_, k) => (k === 0 ? t('retention.same') : t(`retention.later.${report.period}`, { count: k })))
  const title = t('retention.curves')
  return (
    <Card id="retention-curves" title={title} note={t('retention.curvesNote')} extra={<TableToggle table={asTable} onChange={setAsTable} />}>
      <div className="retention-choose"><Choose label={t('retention.beside')} value={chosen} options={[{ value: '', name: t('funnels.nothing') }, ...report.cohorts.map((cohort) => ({ value: cohort.cohort, name: format.calendarDay(cohort.cohort, language, 'day') }))]} onChange={setChosen} /></div>
      {asTable ? <ChartTable caption={title} axisLabel={t('retention.by')} xText={texts} panels={panels} /> : <TimeChart label={title} axisText={shares.map((_, k) => (k === 0 ? '0' : `+${k}`))} pointText={texts} panels={panels} />}
    </Card>
  )
}

export default function RetentionPage() {
  const { t, language } = useWords()
  const [search, setAddress] = useAddress()
  const [opening, setOpening] = useState<Opening>()
  const may = maySeeCustomers(useSession().data?.role)
  const ask = askOf(search)
  const kind = kinds.find((one) => one === search.get('kind')) ?? 'classic'
  const report = useQuery({ queryKey: ['reports', 'retention', addressOf(ask).toString()], queryFn: ({ signal }) => call('post', '/api/v1/reports/retention', { body: requestOf(ask), signal }), enabled: isGood(ask), staleTime: 60_000 })
  const wrong = report.error instanceof CallError && report.error.field !== undefined ? report.error : undefined
  const show = (next: Ask, how: Kind) => setAddress(() => new URLSearchParams([...addressOf(next), ...(how === 'classic' ? [] : [['kind', how]])]))
  const none = (found: Report) => found.cohorts.every((cohort) => cohort.customers === 0)
  return (
    <Page title={t('retention.title')} help="retention" extra={<Views page="retention" />}>
      <div className="report">
        <Card id="retention-ask" title={t('retention.ask')} note={<Link className="retention-link" to="/standing#standing-cohorts">{t('retention.standing')}</Link>}>
          <Form asked={ask} wrong={wrong} onAsk={(next) => show(next, kind)} />
        </Card>
        <Card
          id="retention-triangle" title={t('retention.triangle')} note={report.data === undefined ? undefined : t('funnels.asked', { customers: format.count(report.data.customers, language) })}
          extra={<><Choices label={t('retention.kind')} value={kind} options={kinds.map((one) => ({ value: one, name: t(`retention.kinds.${one}`) }))} onChange={(next) => show(ask, next)} />{report.data !== undefined && <TakeAway save={async () => saveCsv('retention.csv', await table('/api/v1/reports/retention', requestOf(ask)))} />}</>}
        >
          <View query={report} lines={8} empty={none} whenEmpty={<Empty title={t('retention.empty.title')}>{t('retention.empty.text')}</Empty>}>
            {(found) => (
              <>
                <Triangle report={found} kind={kind} ask={ask} onOpen={may ? setOpening : undefined} />
                <p className="report-foot">{t(`retention.foot.${kind}`)} {t('retention.running')}{found.failed > 0 && <> {t('reports.failed', { count: found.failed })}</>}{!may && <> {t('reports.hidden')}</>}</p>
              </>
            )}
          </View>
        </Card>
        {report.data !== undefined && !none(report.data) && <Curves report={report.data} kind={kind} />}
      </div>
      {opening !== undefined && <Opened opening={opening} onClose={() => setOpening(undefined)} />}
    </Page>
  )
}
