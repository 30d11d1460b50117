// How many customers and days it takes to find an effect of a size; the smaller the effect, the longer.
import { useId, useState } from 'react'
import { CallError } from '../shared/client'
import * as format from '../shared/format'
import { Card, Loading, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { curveOf } from './draft'
import { usePlan } from './usePlan'

const EFFECTS = Array.from({ length: 30 }, (_, at) => (at + 1) / 100)
const WIDE = 300
const HIGH = 90

function Curve({ values, at, days }: { values: readonly (number | null)[]; at: number; days: number | null }) {
  const { t, language } = useWords()
  const most = Math.max(1, 4 * (days ?? 1))
  const points = values.flatMap((value, i) => (value === null || value > most ? [] : [`${((i + 0.5) / values.length) * WIDE},${HIGH - (value / most) * HIGH}`]))
  const x = ((EFFECTS.findIndex((each) => each >= at - 1e-9) + 0.5) / values.length) * WIDE
  return (
    <svg className="plan-curve" viewBox={`0 0 ${WIDE} ${HIGH + 18}`} role="img" aria-label={t('experiments.plan.curve')}>
      <rect width={WIDE} height={HIGH} />
      <polyline points={points.join(' ')} />
      {days !== null && <circle cx={x} cy={HIGH - (days / most) * HIGH} r={4} />}
      <text x={2} y={HIGH + 14}>{format.percent(0.01, language)}</text>
      <text x={WIDE - 2} y={HIGH + 14} textAnchor="end">{format.percent(0.3, language)}</text>
    </svg>
  )
}

export function Planner({ metric, arms, windowDays, share }: { metric: string; arms: number; windowDays: number; share: number }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const id = useId()
  const [percent, setPercent] = useState(5)
  const plan = usePlan({ metric, effect: percent / 100, arms, windowDays })
  const found = plan.data
  const aDay = (found?.customersADay ?? 0) * share
  const daysOf = (units: number) => curveOf(units, 1, arms, aDay, windowDays, [1])[0] ?? null
  return (
    <Card id="experiment-plan" title={t('experiments.plan.title')} note={t('experiments.plan.note')}>
      <div className="plan">
        <label htmlFor={id}>{t('experiments.plan.effect')}</label>
        <input id={id} type="range" min={1} max={30} value={percent} onChange={(event) => setPercent(Number(event.target.value))} />
        <output htmlFor={id}>{format.percent(percent / 100, language)}</output>
        {plan.isError && <p className="experiment-warn" role="alert">{plan.error instanceof CallError && plan.error.code === 'no_baseline' ? t('experiments.plan.noBaseline') : errorText(plan.error)}</p>}
        {found === undefined && !plan.isError && <Loading lines={2} />}
        {found !== undefined && !plan.isError && (
          <>
            <dl>
              {(['sequential', 'fixed'] as const).map((key) => {
                const days = daysOf(found[key].unitsAnArm)
                return (
                  <div key={key}>
                    <dt>{t(`experiments.plan.${key}`)}</dt>
                    <dd><b>{format.count(found[key].unitsAnArm, language)}</b> {t('experiments.plan.units')}{days !== null && <> · <b>{format.count(days, language)}</b> {t('experiments.plan.days')}</>}</dd>
                  </div>
                )
              })}
            </dl>
            <Curve values={curveOf(found.sequential.unitsAnArm, percent / 100, arms, aDay, windowDays, EFFECTS)} at={percent / 100} days={daysOf(found.sequential.unitsAnArm)} />
          </>
        )}
      </div>
    </Card>
  )
}
