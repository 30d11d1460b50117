// Whom an arm moves: learnt from what customers were like before, told only where it tells them apart better than chance, else said in words why not.
import { useState } from 'react'
import { Button } from '../shared/Controls'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { Card, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { conditionValue, curvePoints, differenceText, type Result, type UpliftGroup, type UpliftPart, type UpliftReport } from './experiments'
import { useUplift } from './useExperiments'

const WIDE = 320
const HIGH = 140

function useEffectText(report: UpliftReport, currency: string) {
  const { t, language } = useWords()
  const text = (value: number | null) => differenceText(report.metric, value, currency, language)
  const points = !report.metric.money && report.metric.type !== 'mean' ? ` ${t('experiments.effect.points')}` : ''
  return (part: UpliftPart) => ({
    effect: part.effect === null ? '–' : `${text(part.effect)}${points}`,
    interval: part.low === null || part.high === null ? '–' : t('experiments.effect.between', { low: text(part.low), high: text(part.high) }),
  })
}

/** How much is gained when only the most moved are treated; the straight line is treating anybody. */
function Curve({ report, currency }: { report: UpliftReport; currency: string }) {
  const { t, language } = useWords()
  const texts = useEffectText(report, currency)
  const { curve, zero, straight } = curvePoints(report.curve, WIDE, HIGH)
  const best = report.curve.reduce((top, one) => (one.gain > top.gain ? one : top), report.curve[0] ?? { share: 0, gain: 0 })
  const label = t('experiments.uplift.curveLabel', { share: format.percent(best.share, language), gain: texts({ ...report.all, effect: best.gain }).effect })
  return (
    <figure className="uplift-curve">
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={label}>
        <rect width={WIDE} height={HIGH} />
        <line className="uplift-zero" x1={0} x2={WIDE} y1={zero} y2={zero} />
        <polyline className="uplift-anybody" points={straight} />
        <polyline points={curve} />
      </svg>
      <figcaption className="less">{label} {t('experiments.uplift.curveText')}</figcaption>
    </figure>
  )
}

function Rows({ report, currency, caption, head, rows }: { report: UpliftReport; currency: string; caption: string; head: string; rows: readonly { key: string; name: string; part: UpliftPart }[] }) {
  const { t, language } = useWords()
  const texts = useEffectText(report, currency)
  return (
    <div className="table-wrap" role="group" aria-label={caption} tabIndex={0}>
      <table className="table">
        <thead><tr><th scope="col">{head}</th><th scope="col" className="number">{t('experiments.one.units')}</th><th scope="col" className="number">{t('experiments.uplift.effect')}</th><th scope="col" className="number">{t('experiments.uplift.interval')}</th></tr></thead>
        <tbody>
          {rows.map(({ key, name, part }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <td className="number">{format.count(part.customers, language)}</td>
              <td className="number">{texts(part).effect}</td>
              <td className="number">{texts(part).interval}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Offered({ report, currency }: { report: UpliftReport; currency: string }) {
  const { t, language } = useWords()
  const words = (group: UpliftGroup) => group.conditions.map((one) => t(`experiments.uplift.is.${one.is}`, { column: t(`experiments.uplift.columns.${one.column}`), value: conditionValue(one, currency, language) })).join(t('experiments.uplift.and'))
  const groups = report.groups.map((one) => ({ key: words(one), name: one.conditions.length === 0 ? t('experiments.uplift.everybody') : words(one), part: one }))
  const tenths = report.tenths.map((one, at) => ({ key: String(at), name: format.count(at + 1, language), part: one }))
  return (
    <>
      <Curve report={report} currency={currency} />
      <Rows report={report} currency={currency} caption={t('experiments.uplift.groups')} head={t('experiments.uplift.groups')} rows={groups} />
      <details className="uplift-tenths">
        <summary>{t('experiments.uplift.tenths')}</summary>
        <Rows report={report} currency={currency} caption={t('experiments.uplift.tenths')} head={t('experiments.uplift.tenthsHead')} rows={tenths} />
      </details>
    </>
  )
}

function Answer({ report, currency }: { report: UpliftReport; currency: string }) {
  const { t, language } = useWords()
  const texts = useEffectText(report, currency)
  return (
    <div className="replay-answer">
      {report.verdict === 'offered' ? <Offered report={report} currency={currency} /> : (
        <p className="replay-refused" role="status"><AlertIcon size={15} /> <b>{t(`experiments.uplift.verdict.${report.verdict}`)}</b> {t(`experiments.uplift.why.${report.verdict}`, { n: format.count(report.unitsMin, language) })}</p>
      )}
      <p className="experiment-foot less">
        <span>{t('experiments.uplift.all', { n: format.count(report.all.customers, language), ...texts(report.all) })}</span>
        {report.drawn && <span>{t('experiments.uplift.drawn', { n: format.count(report.exposed, language) })}</span>}
      </p>
    </div>
  )
}

export function Uplift({ result }: { result: Result }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const { experiment } = result
  const metrics = result.metrics.filter((one) => one.type !== 'ratio')
  const arms = experiment.arms.slice(1)
  const [metric, setMetric] = useState(metrics[0]?.name ?? '')
  const [arm, setArm] = useState(arms[0]?.name ?? '')
  const ask = useUplift(experiment.name)
  if (metrics.length === 0) return null
  return (
    <Card id="experiment-uplift" title={t('experiments.uplift.title')} note={t('experiments.uplift.note')}>
      <form className="replay-form uplift-form" onSubmit={(event) => { event.preventDefault(); ask.mutate({ metric, arm }) }}>
        <Choose label={t('experiments.uplift.metric')} value={metric} options={metrics.map((one) => ({ value: one.name, name: one.title[language] }))} onChange={setMetric} />
        <Choose label={t('experiments.uplift.arm')} value={arm} options={arms.map((one) => ({ value: one.name, name: one.name }))} onChange={setArm} />
        <Button kind="primary" type="submit" loading={ask.isPending}>{t('experiments.uplift.ask')}</Button>
      </form>
      {ask.isError && <p className="experiment-warn replay-error" role="alert">{errorText(ask.error)}</p>}
      {ask.data !== undefined && <Answer report={ask.data} currency={experiment.currency ?? ''} />}
    </Card>
  )
}
