// How an experiment is set up, to be read: folded away once it runs.
import * as format from '../shared/format'
import { ChevronIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import type { Experiment } from './experiments'

function policyText(policy: Record<string, number | boolean> | undefined): string {
  return Object.entries(policy ?? {}).map(([name, value]) => `${name}: ${String(value)}`).join(', ')
}

export function SetUp({ one, open }: { one: Experiment; open: boolean }) {
  const { t, language } = useWords()
  const everywhere = one.placements.length === 0
  const rows: [string, string][] = [
    ...(one.assignment === undefined ? [] : [['assignment', t(`experiments.assignment.${one.assignment}`)] as [string, string]]),
    ['placements', one.assignment !== undefined ? '–' : everywhere ? t('experiments.set.everywhere') : one.placements.join(', ')],
    ['share', format.share(one.share, language)],
    ['layer', one.layer === '' ? t('experiments.set.noLayer') : t('experiments.set.layerValue', { layer: one.layer, from: format.count(one.layerFrom, language), to: format.count(one.layerTo, language) })],
    ['eligibility', one.eligibility === '' ? t('experiments.set.everybody') : one.eligibility],
    ['metrics', one.metrics.join(', ')],
    ['guardrails', one.guardrails.length === 0 ? '–' : one.guardrails.join(', ')],
    ['windowDays', t('experiments.set.days', { n: one.windowDays })],
    ['beforeDays', one.beforeDays === 0 ? t('experiments.set.unused') : t('experiments.set.days', { n: one.beforeDays })],
    ['alpha', format.amount(one.alpha, language)],
    ...(one.currency === undefined ? [] : [['currency', one.currency] as [string, string]]),
    ['mode', one.mode === 'bandit' ? t('experiments.set.banditValue', { strategy: t(`experiments.mode.${one.strategy ?? 'thompson'}`), floor: format.percent(one.floor ?? 0, language), n: one.everyCustomers ?? 0 }) : t('experiments.mode.ab')],
    ...(one.mode === 'bandit' && (one.winnerLoss ?? 0) > 0 ? [['winnerLoss', format.amount(one.winnerLoss ?? 0, language)] as [string, string]] : []),
  ]
  return (
    <details className="card experiment-set" open={open}>
      <summary><ChevronIcon size={13} /> {t('experiments.set.title')}</summary>
      <dl>
        {rows.map(([key, text]) => (
          <div key={key}>
            <dt>{t(`experiments.set.${key}`)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
        {one.arms.map((arm, at) => (
          <div key={arm.name}>
            <dt>{t('experiments.set.armName', { arm: arm.name })}</dt>
            <dd>{t('experiments.set.armValue', { weight: arm.weight ?? 1, policy: policyText(arm.policy) === '' ? t(at === 0 ? 'experiments.set.asUsual' : 'experiments.set.noChange') : policyText(arm.policy) })}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
