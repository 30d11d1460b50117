import { useQuery } from '@tanstack/react-query'
import { Spark } from '../shared/charts/TimeChart'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { DailyChart, RateChart } from './charts'
import { Kpi } from './Kpi'
import { LatestEvents } from './LatestEvents'
import { ratesOf } from './live'
import { overviewKey, useLive } from './useLive'
import './overview.css'

export default function OverviewPage() {
  const { t, language } = useWords()
  const { live, step, wire } = useLive()
  const overview = useQuery({
    queryKey: overviewKey,
    queryFn: ({ signal }) => call('get', '/api/v1/overview', { signal }),
    refetchInterval: wire === 'open' ? 60_000 : 5_000,
  })
  const now = overview.data?.now
  return (
    <Page title={t('overview.title')} note={now === undefined ? undefined : <time>{format.date(now, language, 'dayLong')} {format.date(now, language, 'clock')}</time>}>
      <div className="overview">
        <View query={overview} lines={12}>
          {(data) => (
            <div className="overview-left">
              <dl className="kpis">
                <Kpi
                  name={t('overview.kpi.rate')}
                  value={format.rate(data.eventsPerSecond, language)}
                  note={t('overview.kpi.rateNote', {
                    events: format.compact(data.totals.events, language),
                    duplicates: format.compact(data.totals.duplicates, language),
                    rejected: format.compact(data.totals.rejected, language),
                  })}
                >
                  <dd className="kpi-spark"><Spark values={ratesOf(data.series).slice(-48).map((point) => point.perSecond)} /></dd>
                </Kpi>
                <Kpi name={t('overview.kpi.customers')} value={format.count(data.totals.customers, language)} note={t('overview.kpi.customersNote', { items: format.count(data.totals.items, language) })} />
                <Kpi
                  name={t('overview.kpi.orders')}
                  value={format.count(data.orders.count, language)}
                  note={data.orders.count === 0 ? ' ' : t('overview.kpi.ordersNote', { mean: format.money(format.meanOrderCents(data.orders.revenueCents, data.orders.count), data.orders.currency, language) })}
                />
                <Kpi
                  name={t('overview.kpi.revenue')}
                  value={data.orders.currency === '' ? '–' : format.money(data.orders.revenueCents, data.orders.currency, language, 'round')}
                  note={data.orders.count === 0 ? ' ' : t('overview.kpi.revenueNote', { refunded: format.money(data.orders.refundedCents, data.orders.currency, language, 'round') })}
                />
              </dl>
              <RateChart overview={data} />
              <DailyChart overview={data} />
            </div>
          )}
        </View>
        <LatestEvents live={live} step={step} wire={wire} />
      </div>
    </Page>
  )
}
