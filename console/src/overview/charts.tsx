import { useState } from 'react'
import { ChartTable, TableToggle, TimeChart, type Panel } from '../shared/charts/TimeChart'
import * as format from '../shared/format'
import { Card, Empty } from '../shared/View'
import { useWords } from '../shared/words'
import { ratesOf, type Overview } from './live'

export function RateChart({ overview }: { overview: Overview }) {
  const { t, language } = useWords()
  const [table, setTable] = useState(false)
  const rates = ratesOf(overview.series)
  const title = t('overview.rate.title')
  const panels: Panel[] = [
    {
      label: t('overview.rate.series'),
      kind: 'area',
      tone: 'accent',
      height: 150,
      values: rates.map((point) => point.perSecond),
      format: (value) => format.rate(value, language),
      tick: (value) => format.compact(value, language),
    },
  ]
  const pointText = rates.map((point) => format.date(point.at, language, 'time'))
  return (
    <Card id="rate" title={title} extra={<TableToggle table={table} onChange={setTable} />}>
      {table ? (
        <ChartTable caption={title} axisLabel={t('overview.rate.time')} xText={pointText} panels={panels} />
      ) : (
        <TimeChart label={title} axisText={rates.map((point) => format.date(point.at, language, 'clock'))} pointText={pointText} panels={panels} />
      )}
    </Card>
  )
}

export function DailyChart({ overview }: { overview: Overview }) {
  const { t, language } = useWords()
  const [table, setTable] = useState(false)
  const { daily, orders } = overview
  const title = t('overview.daily.title')
  const panels: Panel[] = [
    {
      label: t('overview.daily.revenue'),
      kind: 'bars',
      tone: 'accent',
      height: 196,
      values: daily.map((day) => day.revenueCents),
      format: (value) => format.money(value, orders.currency, language, 'round'),
      tick: (value) => format.money(value, orders.currency, language, 'short'),
    },
    {
      label: t('overview.daily.orders'),
      kind: 'bars',
      tone: 'second',
      height: 84,
      whole: true,
      values: daily.map((day) => day.orders),
      format: (value) => format.count(value, language),
      tick: (value) => format.compact(value, language),
    },
  ]
  return (
    <Card
      id="daily"
      title={title}
      note={daily.length > 0 ? t('overview.daily.note', { count: daily.length }) : undefined}
      extra={daily.length > 0 ? <TableToggle table={table} onChange={setTable} /> : undefined}
    >
      {daily.length === 0 ? (
        <Empty title={t('overview.daily.emptyTitle')}>{t('overview.daily.empty')}<br /><code>{t('overview.daily.emptyCode')}</code></Empty>
      ) : table ? (
        <ChartTable caption={title} axisLabel={t('overview.daily.day')} xText={daily.map((day) => format.calendarDay(day.day, language, 'day'))} panels={panels} />
      ) : (
        <TimeChart
          label={title}
          axisText={daily.map((day) => format.calendarDay(day.day, language))}
          pointText={daily.map((day) => format.calendarDay(day.day, language, 'day'))}
          panels={panels}
        />
      )}
    </Card>
  )
}
