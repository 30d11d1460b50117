// The first page of the day: what comes in now, the figures of the chosen days, what needs somebody, what the engine brings.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router-dom'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { useRange } from '../shared/range/useRange'
import { View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { marked } from './attention'
import { Kpis } from './Kpis'
import { LatestEvents } from './LatestEvents'
import { LiveStrip } from './LiveStrip'
import { isMetric, type MetricKey } from './metrics'
import { Policies } from './Policies'
import { Todo } from './Todo'
import { Trend } from './Trend'
import { overviewKey, useLive } from './useLive'
import './overview.css'

const REFRESH_MS = 10_000 // figures of a day that goes on; queries rest while the tab is hidden

export default function OverviewPage() {
  const { t, language } = useWords()
  const { live, step, wire } = useLive()
  const range = useRange()
  const [search, setSearch] = useSearchParams()
  const said = search.get('metric')
  const metric: MetricKey = isMetric(said) ? said : 'revenue'
  const choose = (key: MetricKey) =>
    setSearch((old) => {
      const next = new URLSearchParams(old)
      if (key === 'revenue') next.delete('metric')
      else next.set('metric', key)
      return next
    }, { replace: true })

  const overview = useQuery({
    queryKey: overviewKey,
    queryFn: ({ signal }) => call('get', '/api/v1/overview', { signal }),
    refetchInterval: wire === 'open' ? 60_000 : 5_000,
  })
  const { from, to } = range.days
  const report = useQuery({
    queryKey: ['reports', 'kpis', from, to, range.compare],
    queryFn: ({ signal }) => call('get', '/api/v1/reports/kpis', { query: { from, to, compare: range.compare }, signal }),
    refetchInterval: range.includesToday ? REFRESH_MS : false,
    placeholderData: keepPreviousData, // other days: the old figures stay, faint, until the new ones are there
  })
  const attention = useQuery({
    queryKey: ['attention'],
    queryFn: ({ signal }) => call('get', '/api/v1/attention', { signal }),
    refetchInterval: REFRESH_MS,
  })
  const now = report.data?.now ?? overview.data?.now
  // Findings are about today alone: figures of other days are not marked.
  const unusual = marked(range.choice === 'today' ? (attention.data?.items ?? []) : [])
  return (
    <Page
      title={t('overview.title')}
      help="overview"
      range
      note={now === undefined ? undefined : <time>{format.date(now, language, 'dayLong')} {format.date(now, language, 'clock')}</time>}
    >
      {overview.data !== undefined && <LiveStrip overview={overview.data} wire={wire} />}
      <div className="overview">
        <div className="overview-left">
          <View query={report} lines={10}>
            {(data) => (
              <div className={`overview-figures ${report.isPlaceholderData ? 'overview-old' : ''}`} aria-busy={report.isPlaceholderData}>
                <Kpis report={data} chosen={metric} marked={unusual} onChoose={choose} />
                <Trend report={data} metricKey={metric} />
              </div>
            )}
          </View>
          <Policies example={overview.data?.example?.customerId ?? null} />
        </div>
        <div className="overview-right">
          <Todo query={attention} />
          <LatestEvents live={live} step={step} wire={wire} />
        </div>
      </div>
    </Page>
  )
}
