// What a bandit has learnt: who gets more and why, how the chances went, what was missed, whether an arm has changed, whether one has won.
import * as format from '../shared/format'
import { AlertIcon, CheckIcon } from '../shared/icons'
import { Card } from '../shared/View'
import { useWords } from '../shared/words'
import { chanceSteps, differenceText, meanText, type BanditResult, type Result } from './experiments'

const WIDE = 200
const HIGH = 40

/** The chance of one arm over the customers drawn, from 0 to 1; a line where a change was noticed. */
function Chances({ bandit, at, label }: { bandit: BanditResult; at: number; label: string }) {
  const steps = chanceSteps(bandit.allocations, at)
  const points = steps.flatMap(({ from, to, chance }) => [`${from * WIDE},${HIGH - chance * HIGH}`, `${to * WIDE},${HIGH - chance * HIGH}`])
  return (
    <svg className="bandit-chances" viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <rect width={WIDE} height={HIGH} />
      {steps.filter((step) => step.drift).map((step) => <line key={step.from} x1={step.from * WIDE} x2={step.from * WIDE} y1={0} y2={HIGH} />)}
      <polyline points={points.join(' ')} />
    </svg>
  )
}

function Standing({ bandit }: { bandit: BanditResult }) {
  const { t, language } = useWords()
  if (bandit.winner !== null) {
    return <p className="bandit-standing"><span className="experiment-fits"><CheckIcon size={14} /> {t('experiments.bandit.won', { arm: bandit.winner, at: bandit.at === null ? '' : format.date(bandit.at, language, 'moment') })}</span></p>
  }
  return <p className="bandit-standing">{bandit.known ? t('experiments.bandit.leads', { arm: bandit.best ?? '' }) : t('experiments.bandit.begins')}</p>
}

export function Bandit({ result, bandit }: { result: Result; bandit: BanditResult }) {
  const { t, language } = useWords()
  const metric = result.metrics[0]
  const currency = result.experiment.currency ?? ''
  const mean = (value: number | null) => (metric === undefined || value === null ? '–' : meanText(metric, value, currency, language))
  const loss = (value: number | null) => (metric === undefined || value === null ? '–' : `${differenceText(metric, value, currency, language).replace(/^\+/, '')}${!metric.money && metric.type !== 'mean' ? ` ${t('experiments.effect.points')}` : ''}`)
  const total = (value: number | null) => (metric === undefined || value === null ? '–' : metric.money ? format.meanMoney(value, currency, language) : format.amount(value, language))
  const drifts = bandit.allocations.filter((one) => one.cause === 'drift')
  return (
    <Card id="experiment-bandit" title={t('experiments.bandit.title')} note={t(`experiments.bandit.strategies.${result.experiment.strategy ?? 'thompson'}`)}>
      <Standing bandit={bandit} />
      <div className="table-wrap" role="group" aria-label={t('experiments.bandit.title')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('experiments.one.arm')}</th>
              <th scope="col">{t('experiments.bandit.overTime')}</th>
              <th scope="col" className="number">{t('experiments.bandit.now')}</th>
              <th scope="col" className="number">{t('experiments.one.units')}</th>
              <th scope="col" className="number">{metric?.title[language] ?? t('experiments.bandit.mean')}</th>
              <th scope="col" className="number">{t('experiments.bandit.best')}</th>
              <th scope="col" className="number">{t('experiments.bandit.loss')}</th>
            </tr>
          </thead>
          <tbody>
            {bandit.arms.map((arm, at) => (
              <tr key={arm.arm}>
                <th scope="row">{arm.arm} {at === 0 && <span className="chip">{t('experiments.one.control')}</span>}</th>
                <td><Chances bandit={bandit} at={at} label={t('experiments.bandit.chart', { arm: arm.arm, from: format.percent(bandit.allocations[0]?.chances[at] ?? 0, language), to: format.percent(arm.chance, language) })} /></td>
                <td className="number"><b>{format.percent(arm.chance, language)}</b></td>
                <td className="number">{format.count(arm.units, language)}</td>
                <td className="number">{mean(arm.mean)}</td>
                <td className="number">{arm.best === null ? '–' : format.percent(arm.best, language)}</td>
                <td className="number">{loss(arm.loss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl className="effect-facts bandit-facts">
        <div><dt>{t('experiments.bandit.regret')}</dt><dd>{t('experiments.bandit.regretValue', { so: total(bandit.regret.soFar), even: total(bandit.regret.ifEven) })}</dd></div>
        <div><dt>{t('experiments.bandit.aCustomer')}</dt><dd>{loss(bandit.regret.aCustomer)}</dd></div>
        <div><dt>{t('experiments.bandit.drift')}</dt><dd>{t('experiments.bandit.driftValue', { score: format.amount(bandit.drift.score ?? 0, language), alarm: format.amount(bandit.drift.alarm ?? 0, language) })}</dd></div>
      </dl>
      {drifts.map((one) => (
        <p key={one.number} className="experiment-foot bandit-drift"><AlertIcon size={14} /> {t('experiments.bandit.drifted', { arm: one.drifted ?? '', at: one.at === null ? '' : format.date(one.at, language, 'moment') })}</p>
      ))}
      <p className="experiment-foot less">{t('experiments.bandit.late')}</p>
    </Card>
  )
}
