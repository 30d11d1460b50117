// Where customers stand: the RFM grid, lifecycle, AIPL and its flows, cohorts.
import { useQuery } from '@tanstack/react-query'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Choices } from '../shared/Choices'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Cohorts } from './Cohorts'
import { FlowChart } from './FlowChart'
import { Grid, Sums } from './Grid'
import { Lifecycle } from './Lifecycle'
import { useDraw } from './useDraw'
import './standing.css'

const spans = ['7', '30', '90'] as const
type Span = (typeof spans)[number]

export default function StandingPage() {
  const { t, language } = useWords()
  const [search, setAddress] = useAddress()
  const asked = search.get('days')
  const days: Span = spans.find((one) => one === asked) ?? '30'
  const rfm = useQuery({ queryKey: ['standing', 'rfm'], queryFn: ({ signal }) => call('get', '/api/v1/reports/rfm', { signal }) })
  const life = useQuery({ queryKey: ['standing', 'lifecycle', days], queryFn: ({ signal }) => call('get', '/api/v1/reports/lifecycle', { query: { days: Number(days) }, signal }) })
  const aipl = useQuery({ queryKey: ['standing', 'aipl', days], queryFn: ({ signal }) => call('get', '/api/v1/reports/aipl', { query: { days: Number(days) }, signal }) })
  const cohorts = useQuery({ queryKey: ['standing', 'cohorts'], queryFn: ({ signal }) => call('get', '/api/v1/reports/cohorts', { query: { months: 13 }, signal }) })
  const draw = useDraw()
  const none = <Empty title={t('standing.empty.title')}>{t('standing.empty.text')}</Empty>
  const last = rfm.data?.boundaries
  return (
    <Page
      title={t('standing.title')}
      help="standing"
      note={last == null ? undefined : t('standing.drawn', { at: format.date(last.at, language, 'moment'), buyers: format.count(last.buyers, language), days: format.rate(last.intervalDays, language) })}
      extra={<Button loading={draw.isPending} onClick={() => draw.mutate()}>{t('standing.draw')}</Button>}
    >
      <div className="standing">
        {draw.isError && <p className="standing-warn" role="alert">{t('standing.drawFailed')}</p>}
        <Card id="standing-grid" title={t('standing.grid.title')} note={t('standing.grid.note')} className="standing-wide">
          <View query={rfm} empty={(data) => data.boundaries === null || data.buyers.customers === 0} whenEmpty={none} lines={8}>
            {(data) => <Grid report={data} />}
          </View>
        </Card>
        <Card id="standing-classes" title={t('standing.classes.title')} note={t('standing.classes.note')}>
          <View query={rfm} empty={(data) => data.boundaries === null || data.buyers.customers === 0} whenEmpty={none} lines={8}>
            {(data) => <Sums kind="classes" rows={data.classes.map((row) => ({ key: row.class, ...row }))} currency={data.boundaries?.currency ?? ''} />}
          </View>
        </Card>
        <Card id="standing-segments" title={t('standing.segments.title')} note={t('standing.segments.note')}>
          <View query={rfm} empty={(data) => data.boundaries === null || data.buyers.customers === 0} whenEmpty={none} lines={8}>
            {(data) => <Sums kind="segments" rows={data.segments.map((row) => ({ key: row.segment, ...row }))} currency={data.boundaries?.currency ?? ''} />}
          </View>
        </Card>
        <Card id="standing-life" title={t('standing.life.title')} note={t('standing.life.note')}>
          <View query={life} empty={(data) => data.customers === 0} whenEmpty={none} lines={6}>
            {(data) => <Lifecycle report={data} />}
          </View>
        </Card>
        <Card
          id="standing-aipl" title={t('standing.aipl.title')} note={t('standing.aipl.note')}
          extra={<Choices label={t('standing.aipl.since')} value={days} options={spans.map((one) => ({ value: one, name: t('standing.aipl.days', { count: Number(one) }) }))} onChange={(next) => setAddress(() => new URLSearchParams({ days: next }))} />}
        >
          <View query={aipl} empty={(data) => data.customers === 0} whenEmpty={none} lines={6}>
            {(data) => <FlowChart report={data} />}
          </View>
        </Card>
        <Card id="standing-cohorts" title={t('standing.cohorts.title')} note={t('standing.cohorts.note')} className="standing-wide">
          <View query={cohorts} empty={(data) => data.cohorts.length === 0} whenEmpty={none} lines={8}>
            {(data) => <Cohorts report={data} />}
          </View>
        </Card>
      </div>
    </Page>
  )
}
