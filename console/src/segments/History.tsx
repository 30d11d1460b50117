// How many were in a segment on each day, and how many came and went.
import { useState } from 'react'
import { ChartTable, TableToggle, TimeChart, type Panel } from '../shared/charts/TimeChart'
import * as format from '../shared/format'
import { Card, Empty } from '../shared/View'
import { useWords } from '../shared/words'
import { daily, type Kept } from './kept'

const DAYS = 90

export function History({ one }: { one: Kept }) {
  const { t, language } = useWords()
  const [table, setTable] = useState(false)
  const days = daily(one, Date.now(), DAYS)
  const whole = { whole: true, format: (value: number) => format.count(value, language), tick: (value: number) => format.compact(value, language) }
  const panels: Panel[] = [
    { label: t('segments.one.sizeByDay'), kind: 'line', tone: 'accent', height: 130, values: days.map((day) => day.size), ...whole },
    { label: t('segments.one.entered'), kind: 'bars', tone: 'accent', height: 60, values: days.map((day) => day.entered), ...whole },
    { label: t('segments.one.left'), kind: 'bars', tone: 'second', height: 60, values: days.map((day) => day.left), ...whole },
  ]
  const few = days.length < 2
  const title = t('segments.one.history')
  const pointText = days.map((day) => format.calendarDay(day.date, language, 'day'))
  return (
    <Card id="segment-history" title={title} note={t('segments.one.historyNote')} extra={few ? undefined : <TableToggle table={table} onChange={setTable} />}>
      {few ? (
        <Empty title={t('segments.one.historyFew')}>{t('segments.one.historyFewText')}</Empty>
      ) : table ? (
        <ChartTable caption={title} axisLabel={t('segments.one.day')} xText={pointText} panels={panels} />
      ) : (
        <TimeChart label={title} axisText={days.map((day) => format.calendarDay(day.date, language))} pointText={pointText} panels={panels} />
      )}
    </Card>
  )
}
