// Each metric and arm: how much it changes with the interval that holds at every look, the verdict in words, and what else is known.
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { saveCsv } from '../shared/csv'
import { Hint } from '../shared/Hint'
import { Card, Empty } from '../shared/View'
import { useWords } from '../shared/words'
import { barOf, csvOf, differenceText, meanText, spanOf, type Compared, type Difference, type Measured, type Result } from './experiments'
import { Verdict } from './Verdict'

function Interval({ one, span, label }: { one: Difference; span: number; label: string }) {
  const bar = barOf(one, span)
  return (
    <span className="effect-bar" role="img" aria-label={label}>
      <i className="effect-zero" />
      <i className="effect-sequential" style={{ left: `${bar.sequential.left}%`, width: `${bar.sequential.width}%` }} />
      <i className="effect-fixed" style={{ left: `${bar.fixed.left}%`, width: `${bar.fixed.width}%` }} />
      <i className="effect-at" style={{ left: `${bar.at}%` }} />
    </span>
  )
}

function Effect({ metric, one, span, currency, named }: { metric: Measured; one: Compared; span: number; currency: string; named: boolean }) {
  const { t, language } = useWords()
  const { absolute, relative, bayes, cuped, q } = one
  const shown = relative ?? absolute
  const change = (value: number | null) => (value === null ? '–' : relative !== null ? format.signedPercent(value, language) : differenceText(metric, value, currency, language))
  const mean = (arm: string | undefined) => meanText(metric, metric.arms.find((each) => each.arm === arm)?.mean ?? null, currency, language)
  const loss = (value: number | null) => meanText(metric, value, currency, language)
  const unit = absolute !== null && !metric.money && metric.type !== 'mean' ? ` ${t('experiments.effect.points')}` : ''
  if (shown === null || absolute === null) {
    return (
      <div className="effect">
        {named && <b className="effect-arm">{one.arm}</b>}
        <p className="less">{t('experiments.effect.none')}</p>
      </div>
    )
  }
  const interval = t('experiments.effect.interval', { low: change(shown.sequential.low), high: change(shown.sequential.high) })
  const facts: [string, string][] = [
    ['means', t('experiments.effect.meansValue', { control: mean(metric.arms[0]?.arm), arm: mean(one.arm) })],
    ['absolute', `${differenceText(metric, absolute.estimate, currency, language)}${unit}`],
    ['fixed', t('experiments.effect.between', { low: change(shown.fixed.low), high: change(shown.fixed.high) })],
    ['chance', bayes.chance === null ? '–' : format.percent(bayes.chance, language)],
    ['loss', t('experiments.effect.lossValue', { arm: loss(bayes.lossOfArm), control: loss(bayes.lossOfControl) })],
    ['cuped', cuped.reduction === null ? '–' : format.percent(cuped.reduction, language)],
    ...(metric.guardrail || q === null ? [] : [['q', format.decimal(q, language, 3)] as [string, string]]),
  ]
  return (
    <div className="effect">
      <div className="effect-head">
        {named && <b className="effect-arm">{one.arm}</b>}
        <Verdict verdict={one.verdict} guardrail={metric.guardrail} />
      </div>
      <div className="effect-main">
        <b className="effect-value">{change(shown.estimate)}</b>
        <Interval one={shown} span={span} label={interval} />
        <span className="effect-interval">{interval}</span>
      </div>
      <dl className="effect-facts">
        {facts.map(([key, text]) => (
          <div key={key}>
            <dt>{t(`experiments.effect.${key}`)} <Hint label={t(`experiments.effect.${key}`)}>{t(`experiments.effect.${key}What`)}</Hint></dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Metric({ metric, currency, first }: { metric: Measured; currency: string; first: boolean }) {
  const { t, language } = useWords()
  const span = spanOf(metric.differences.map((one) => one.relative ?? one.absolute))
  return (
    <section className="effect-metric">
      <h3>
        {metric.title[language]} <code>{metric.name}</code>
        {first && <span className="chip chip-accent">{t('experiments.effect.first')}</span>}
        {metric.better === 'less' && <span className="chip">{t('experiments.effect.less')}</span>}
      </h3>
      {metric.differences.map((one) => <Effect key={one.arm} metric={metric} one={one} span={span} currency={currency} named={metric.differences.length > 1} />)}
    </section>
  )
}

export function Effects({ result }: { result: Result }) {
  const { t } = useWords()
  const { metrics, experiment } = result
  const currency = experiment.currency ?? ''
  const own = metrics.filter((metric) => !metric.guardrail)
  const guards = metrics.filter((metric) => metric.guardrail)
  if (experiment.exposed === 0) return <Card id="experiment-effects" title={t('experiments.one.effects')}><Empty title={t('experiments.one.nobody')}>{t('experiments.one.nobodyText')}</Empty></Card>
  return (
    <>
      <Card id="experiment-effects" title={t('experiments.one.effects')} note={t('experiments.one.effectsNote', { days: experiment.windowDays })} extra={<Button onClick={() => saveCsv(`${experiment.name}.csv`, csvOf(result))}>{t('experiments.one.csv')}</Button>}>
        <p className="effect-legend" aria-hidden="true">
          <span><i className="effect-key effect-key-sequential" />{t('experiments.effect.sequential')}</span>
          <span><i className="effect-key effect-key-fixed" />{t('experiments.effect.fixed')}</span>
        </p>
        {own.map((metric, at) => <Metric key={metric.name} metric={metric} currency={currency} first={at === 0} />)}
      </Card>
      {guards.length > 0 && (
        <Card id="experiment-guards" title={t('experiments.one.guards')} note={t('experiments.one.guardsNote')}>
          {guards.map((metric) => <Metric key={metric.name} metric={metric} currency={currency} first={false} />)}
        </Card>
      )}
    </>
  )
}
