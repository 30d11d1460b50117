// The first metric day by day: the interval that holds at every look narrows around the estimate.
import { useState } from 'react'
import { ChartTable, TableToggle, TimeChart, type Panel } from '../shared/charts/TimeChart'
import { Choices } from '../shared/Choices'
import * as format from '../shared/format'
import { Card, Empty } from '../shared/View'
import { useWords } from '../shared/words'
import { bandOf, differenceText, type Result } from './experiments'

export function History({ result }: { result: Result }) {
  const { t, language } = useWords()
  const [table, setTable] = useState(false)
  const arms = result.arms.slice(1).map((arm) => arm.name)
  const [chosen, setChosen] = useState(arms[0] ?? '')
  const metric = result.metrics[0]
  const band = bandOf(result.history, chosen)
  const title = t('experiments.history.title')
  if (metric === undefined || band.days.length < 2) {
    return <Card id="experiment-history" title={title}><Empty title={t('experiments.history.few')}>{t('experiments.history.fewText')}</Empty></Card>
  }
  const text = (value: number) => (band.relative ? format.signedPercent(value, language) : differenceText(metric, value, result.experiment.currency ?? '', language))
  const panels: Panel[] = [{ label: t('experiments.history.panel', { metric: metric.title[language], arm: chosen }), kind: 'band', tone: 'accent', height: 190, values: band.values, low: band.low, high: band.high, format: text, tick: text }]
  const pointText = band.days.map((day) => format.calendarDay(day, language, 'day'))
  return (
    <Card id="experiment-history" title={title} note={t('experiments.history.note')} extra={<TableToggle table={table} onChange={setTable} />}>
      {arms.length > 1 && <Choices className="experiment-choices" label={t('experiments.one.arm')} value={chosen} options={arms.map((arm) => ({ value: arm, name: arm }))} onChange={setChosen} />}
      {table ? <ChartTable caption={title} axisLabel={t('experiments.history.day')} xText={pointText} panels={panels} /> : <TimeChart label={title} axisText={band.days.map((day) => format.calendarDay(day, language))} pointText={pointText} panels={panels} />}
      {band.leftOut > 0 && <p className="experiment-foot less">{t('experiments.history.leftOut', { n: format.count(band.leftOut, language) })}</p>}
    </Card>
  )
}
