// Does what a customer sees become narrower: entropy by day, the figures of the span, and where what is shown drifts from what is bought.
import { useState } from 'react'
import { ChartTable, TableToggle, TimeChart, type Panel } from '../shared/charts/TimeChart'
import * as format from '../shared/format'
import { Card } from '../shared/View'
import { useWords } from '../shared/words'
import { Look } from './Exposure'
import { asMany, gapsOf, isNarrower, isWorse, weeksOf, type Bubble } from './fairness'
import { Between } from './Groups'

const HEIGHT = 84
const ROWS_MAX = 15 // categories: a person reads no more

export function Days({ report }: { report: Bubble }) {
  const { t, language } = useWords()
  const [asTable, setAsTable] = useState(false)
  const { days } = report
  const bits = (value: number) => t('fairness.bits', { n: format.decimal(value, language) })
  const line = (label: string, values: Panel['values'], tone: Panel['tone'], more: Partial<Panel> = {}): Panel => ({ label, kind: 'line', tone, height: HEIGHT, values, format: bits, tick: (value) => format.amount(value, language), ...more })
  const panels: Panel[] = [
    line(t('fairness.variety.shown'), days.map((day) => day.shownBits), 'accent', { before: { label: t('fairness.anybody'), values: days.map((day) => day.controlBits) } }),
    line(t('fairness.variety.customer'), days.map((day) => day.customerBits), 'accent'),
    line(t('fairness.variety.clicked'), days.map((day) => day.clickedBits), 'second'),
    line(t('fairness.variety.bought'), days.map((day) => day.boughtBits), 'second'),
  ]
  const texts = days.map(({ day }) => format.calendarDay(day, language, 'day'))
  const weeks = weeksOf(days.map((day) => day.customerBits))
  const title = t('fairness.variety.title')
  return (
    <Card id="fair-days" title={title} note={t('fairness.variety.note')} extra={<TableToggle table={asTable} onChange={setAsTable} />}>
      {weeks !== undefined && (
        <p className="fair-says" role="status">
          {t('fairness.variety.weeks', { first: bits(weeks.first), last: bits(weeks.last) })} <Look when={isNarrower(weeks)}>{t('fairness.variety.narrower')}</Look>
        </p>
      )}
      {asTable ? <ChartTable caption={title} axisLabel={t('fairness.day')} xText={texts} panels={panels} /> : <TimeChart label={title} axisText={days.map(({ day }) => format.calendarDay(day, language))} pointText={texts} panels={panels} now={t('fairness.personal')} />}
      <p className="report-foot">{t('fairness.variety.means')}</p>
    </Card>
  )
}

export function Span({ report }: { report: Bubble }) {
  const { t, language } = useWords()
  const { all } = report
  const bits = (value: number | null) => (value === null ? '–' : <><b>{t('fairness.bits', { n: format.decimal(value, language) })}</b><span className="fair-between">{t('fairness.asMany', { n: format.decimal(asMany(value), language, 1) })}</span></>)
  const share = (value: number | null) => (value === null ? '–' : <b>{format.share(value, language)}</b>)
  const rows = [
    { key: 'shown', value: bits(all.shownBits), look: isWorse(all.shownBits, all.controlBits, 'more') },
    { key: 'control', value: bits(all.controlBits) },
    { key: 'customer', value: <Between of={all.customerBits} text={(value) => t('fairness.bits', { n: format.decimal(value, language) })} /> },
    { key: 'clicked', value: bits(all.clickedBits) },
    { key: 'bought', value: bits(all.boughtBits) },
    { key: 'topShare', value: share(all.topShare) },
    { key: 'newClicked', value: share(all.newClicked) },
    { key: 'newBought', value: share(all.newBought) },
    { key: 'jaccard', value: <Between of={all.jaccard} text={(value) => format.decimal(value, language)} /> },
    { key: 'gap', value: all.gap === null ? '–' : <><b>{format.decimal(all.gap, language)}</b>{all.steck !== null && <span className="fair-between">{t('fairness.span.steck', { n: format.decimal(all.steck, language) })}</span>}</> },
  ]
  return (
    <div className="table-wrap" role="group" aria-label={t('fairness.span.title')} tabIndex={0}>
      <table className="table fair-table">
        <thead>
          <tr>
            <th scope="col">{t('fairness.figure')}</th>
            <th scope="col" className="number">{t('fairness.value')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{t(`fairness.span.${row.key}`)} <Look when={row.look === true}>{t('fairness.span.narrow')}</Look><span className="less">{t(`fairness.span.${row.key}Means`)}</span></th>
              <td className="number">{row.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Bars from the middle: to the right what is shown more than it is bought. */
export function Gaps({ report }: { report: Bubble }) {
  const { t, language } = useWords()
  const rows = gapsOf(report.categories)
  const widest = Math.max(0.01, ...rows.map((one) => Math.abs(one.gap)))
  return (
    <>
      <div className="table-wrap" role="group" aria-label={t('fairness.gaps.title')} tabIndex={0}>
        <table className="table fair-gaps">
          <thead>
            <tr>
              <th scope="col">{t('fairness.gaps.category')}</th>
              <th scope="col">{t('fairness.gaps.bar')}</th>
              <th scope="col" className="number">{t('fairness.gaps.points')}</th>
              <th scope="col" className="number">{t('fairness.gaps.shown')}</th>
              <th scope="col" className="number">{t('fairness.gaps.bought')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS_MAX).map((row) => (
              <tr key={row.category}>
                <th scope="row">{row.category === '' ? t('fairness.gaps.unnamed') : row.category}</th>
                <td><span className="fair-gap" aria-hidden="true"><i className={row.gap < 0 ? 'fair-under' : 'fair-over'} style={{ width: `${((50 * Math.abs(row.gap)) / widest).toFixed(1)}%` }} /></span></td>
                <td className="number"><b>{format.signedPoints(row.gap, language)}</b></td>
                <td className="number">{format.share(row.shown, language)}</td>
                <td className="number">{format.share(row.bought, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="report-foot">{t('fairness.gaps.means')}{rows.length > ROWS_MAX && <> {t('fairness.gaps.rests', { shown: ROWS_MAX, all: rows.length })}</>}</p>
    </>
  )
}
