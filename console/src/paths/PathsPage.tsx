// Paths: what customers do after an event, or before one, step by step; each node opens to its customers.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { Figure, Opened, type Opening } from '../reports/Opened'
import { DaysIn, SegmentIn, spans, TakeAway, USUAL, useSpan } from '../reports/Parts'
import { Learnt, StepFields } from '../reports/StepFields'
import { plain, stepOf, stepsRead, written, type Step } from '../reports/steps'
import { maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import { call, CallError, table, type Schema } from '../shared/client'
import { Choices } from '../shared/Choices'
import { Button } from '../shared/Controls'
import { saveCsv } from '../shared/csv'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import { drawing, WIDE } from './sankey'
import '../views/views.css'
import './paths.css'

type Report = Schema<'PathsReport'>
type Direction = 'forward' | 'backward'
type Open = NonNullable<Schema<'PathsRequest'>['open']>

const WIDTH = 1000
const HEIGHT = 360
const depths = ['2', '3', '4', '5', '6'] as const

interface Ask {
  event: Step
  direction: Direction
  depth: string
  days: string
  segment: string
}

const askOf = (search: URLSearchParams): Ask => ({
  event: stepsRead(search.get('event'))?.[0] ?? plain('Product Viewed'), direction: search.get('direction') === 'backward' ? 'backward' : 'forward',
  depth: depths.find((one) => one === search.get('depth')) ?? '4', days: spans.find((one) => one === search.get('days')) ?? USUAL, segment: search.get('segment') ?? '',
})
const addressOf = (ask: Ask): URLSearchParams => new URLSearchParams({ event: written([ask.event]), direction: ask.direction, depth: ask.depth, days: ask.days, ...(ask.segment === '' ? {} : { segment: ask.segment }) })
const requestOf = (ask: Ask, span: { from?: string }): Schema<'PathsRequest'> => ({ [ask.direction === 'forward' ? 'start' : 'end']: stepOf(ask.event), depth: Number(ask.depth), names: 6, ...span, ...(ask.segment === '' ? {} : { segment: ask.segment }) })

function Form({ asked, wrong, onAsk }: { asked: Ask; wrong: string | undefined; onAsk: (ask: Ask) => void }) {
  const { t } = useWords()
  const [ask, setAsk] = useState(asked)
  const key = addressOf(asked).toString()
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useEffect(() => setAsk(asked), [key]) // another address: a view that was opened, or a step back
  const put = (part: Partial<Ask>) => setAsk((now) => ({ ...now, ...part }))
  const isGood = ask.event.event.trim() !== ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isGood) onAsk(ask)
  }
  return (
    <Learnt>
      <form className="report-ask" onSubmit={submit}>
        <Choices<Direction> label={t('paths.direction')} value={ask.direction} options={(['forward', 'backward'] as const).map((one) => ({ value: one, name: t(`paths.directions.${one}`) }))} onChange={(direction) => put({ direction })} />
        <StepFields label={t(`paths.event.${ask.direction}`)} step={ask.event} onStep={(event) => put({ event })} wrong={wrong} />
        <div className="report-fields">
          <Choose label={t('paths.depth')} value={ask.depth} options={depths.map((one) => ({ value: one, name: one }))} onChange={(depth) => put({ depth })} />
          <DaysIn value={ask.days} onChange={(days) => put({ days })} />
          <SegmentIn label={t('funnels.segment')} value={ask.segment} none={t('funnels.everybody')} onChange={(segment) => put({ segment })} />
          <Button kind="primary" type="submit" disabled={!isGood}>{t('reports.ask')}</Button>
        </div>
      </form>
    </Learnt>
  )
}

function Flow({ report, nameOf, onOpen }: { report: Report; nameOf: (event: string | null, folded?: number) => string; onOpen: ((open: Open, title: string) => void) | undefined }) {
  const { t, language } = useWords()
  const isBackward = report.direction === 'backward'
  const { boxes, bands } = drawing(report, WIDTH - 190, HEIGHT, isBackward)
  return (
    <div className="paths-flow table-wrap" role="group" aria-label={t('paths.flow')} tabIndex={0}>
      <svg viewBox={`-2 -14 ${WIDTH} ${HEIGHT + 24}`} aria-hidden="true" focusable="false">
        {bands.map((band) => {
          const middle = (band.left.x + band.right.x) / 2
          return (
            <path key={`${band.step} ${band.from ?? ''} ${band.to ?? ''}`} className="paths-band" strokeWidth={Math.max(0.5, band.thick)} d={`M${band.left.x} ${band.left.y} C ${middle} ${band.left.y}, ${middle} ${band.right.y}, ${band.right.x} ${band.right.y}`}>
              <title>{`${nameOf(band.from)} → ${nameOf(band.to)}: ${format.count(band.paths, language)}`}</title>
            </path>
          )
        })}
        {boxes.map((box) => (
          <g key={`${box.step} ${box.node.event ?? ''}`} className={onOpen === undefined ? '' : 'paths-node'} onClick={onOpen === undefined ? undefined : () => onOpen({ step: box.step, event: box.node.event }, t('paths.open', { n: box.step, event: nameOf(box.node.event, box.node.folded) }))}>
            <rect className={box.node.event === null ? 'paths-others' : 'paths-box'} x={box.x} y={box.y} width={WIDE} height={box.height} rx="2" />
            <text x={box.x + WIDE + 5} y={box.y + Math.max(6, box.height / 2)} dominantBaseline="middle">{nameOf(box.node.event, box.node.folded)} {format.share(box.node.share, language)}</text>
          </g>
        ))}
      </svg>
    </div>
  )
}

function Nodes({ report, nameOf, onOpen }: { report: Report; nameOf: (event: string | null, folded?: number) => string; onOpen: ((open: Open, title: string) => void) | undefined }) {
  const { t, language } = useWords()
  return (
    <div className="table-wrap" role="group" aria-label={t('paths.table')} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('paths.step')}</th>
            <th scope="col">{t('builder.event')}</th>
            <th scope="col" className="number">{t('paths.paths')}</th>
            <th scope="col" className="number">{t('paths.share')}</th>
            <th scope="col" className="number">{t('paths.customers')}</th>
            <th scope="col" className="number">{t(`paths.dropped.${report.direction}`)}</th>
          </tr>
        </thead>
        <tbody>
          {report.steps.flatMap((step, k) =>
            step.nodes.map((node) => {
              const title = t('paths.open', { n: k, event: nameOf(node.event, node.folded) })
              const ended = t('paths.openDropped', { n: k, event: nameOf(node.event, node.folded) })
              return (
                <tr key={`${k} ${node.event ?? ''}`}>
                  <td>{k}</td>
                  <th scope="row">{nameOf(node.event, node.folded)}</th>
                  <td className="number">{format.count(node.paths, language)}</td>
                  <td className="number">{format.share(node.share, language)}</td>
                  <td className="number"><Figure label={`${title}: ${format.count(node.customers, language)}`} onOpen={onOpen === undefined ? undefined : () => onOpen({ step: k, event: node.event }, title)}>{format.count(node.customers, language)}</Figure></td>
                  <td className="number">{node.dropped === null ? '–' : node.dropped === 0 ? '0' : <Figure label={`${ended}: ${format.count(node.dropped, language)}`} onOpen={onOpen === undefined ? undefined : () => onOpen({ step: k, event: node.event, dropped: true }, ended)}>{format.count(node.dropped, language)}</Figure>}</td>
                </tr>
              )
            }),
          )}
        </tbody>
      </table>
    </div>
  )
}

export default function PathsPage() {
  const { t, language } = useWords()
  const said = useEventName()
  const [search, setAddress] = useAddress()
  const [opening, setOpening] = useState<Opening>()
  const may = maySeeCustomers(useSession().data?.role)
  const ask = askOf(search)
  const span = useSpan(ask.days)
  const key = addressOf(ask).toString()
  const report = useQuery({ queryKey: ['reports', 'paths', key], queryFn: ({ signal }) => call('post', '/api/v1/reports/paths', { body: requestOf(ask, span ?? {}), signal }), enabled: span !== undefined && ask.event.event.trim() !== '', staleTime: 60_000 })
  const wrong = report.error instanceof CallError && report.error.field !== undefined ? report.error.detail : undefined
  const nameOf = (event: string | null, folded = 0) => (event === null ? t('paths.others', { count: folded }) : said(event))
  const open = may ? (which: Open, title: string) => setOpening({ title, key: ['paths', key, which], ask: (cursor, signal) => call('post', '/api/v1/reports/paths', { body: { ...requestOf(ask, span ?? {}), open: { ...which, cursor } }, signal }) }) : undefined
  return (
    <Page title={t('paths.title')} help="paths" extra={<Views page="paths" />}>
      <div className="report">
        <Card id="paths-ask" title={t('paths.ask')}><Form asked={ask} wrong={wrong} onAsk={(next) => setAddress(() => addressOf(next))} /></Card>
        <Card
          id="paths-flow" title={t('paths.flow')} note={report.data === undefined ? undefined : t('paths.found', { paths: format.count(report.data.paths, language), customers: format.count(report.data.walkers, language) })}
          extra={report.data === undefined ? undefined : <TakeAway save={async () => saveCsv('paths.csv', await table('/api/v1/reports/paths', requestOf(ask, span ?? {})))} />}
        >
          <View query={report} lines={8} empty={(found) => found.paths === 0} whenEmpty={<Empty title={t('paths.empty.title')}>{t('paths.empty.text')}</Empty>}>
            {(found) => (
              <>
                <Flow report={found} nameOf={nameOf} onOpen={open} />
                <Nodes report={found} nameOf={nameOf} onOpen={open} />
                <p className="report-foot">{t('paths.foot', { minutes: found.sessionMinutes ?? 30 })}{found.failed > 0 && <> {t('reports.failed', { count: found.failed })}</>}{!may && <> {t('reports.hidden')}</>}</p>
              </>
            )}
          </View>
        </Card>
      </div>
      {opening !== undefined && <Opened opening={opening} onClose={() => setOpening(undefined)} />}
    </Page>
  )
}
