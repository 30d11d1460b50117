// Of a draft: do the arms keep their shares, or do they follow what is learnt? Of the second, in plain words, how.
import type { ReactNode } from 'react'
import { Choose, Field } from '../shared/Fields'
import { useWords } from '../shared/words'
import type { Draft } from './draft'

type Put = (part: Partial<Draft>) => void
type NumberOf = 'floor' | 'epsilon' | 'temperature' | 'everyCustomers' | 'winnerLoss'

function Amount({ of, value, put, hint, step }: { of: NumberOf; value: number; put: Put; hint?: ReactNode; step: 'any' | 1 }) {
  const { t } = useWords()
  return (
    <Field label={t(`experiments.mode.${of}`)} hint={hint ?? t(`experiments.mode.${of}Hint`)}>
      <input className="input" type="number" min={0} step={step} required value={value} onChange={(event) => put({ [of]: Number(event.target.value) })} />
    </Field>
  )
}

export function EditMode({ draft, put, wrong }: { draft: Draft; put: Put; wrong: (name: string, usual?: string) => ReactNode }) {
  const { t } = useWords()
  const mode = draft.mode ?? 'ab'
  const strategy = draft.strategy ?? 'thompson'
  const amounts: [NumberOf, number, 'any' | 1][] = [
    ...(strategy === 'epsilon_greedy' ? [['epsilon', draft.epsilon ?? 0.1, 'any'] as [NumberOf, number, 'any']] : []),
    ...(strategy === 'softmax' ? [['temperature', draft.temperature ?? 0.1, 'any'] as [NumberOf, number, 'any']] : []),
    ['floor', draft.floor ?? 0.05, 'any'], ['everyCustomers', draft.everyCustomers ?? 100, 1], ['winnerLoss', draft.winnerLoss ?? 0, 'any'],
  ]
  return (
    <>
      <Choose label={t('experiments.mode.label')} value={mode} options={(['ab', 'bandit'] as const).map((value) => ({ value, name: t(`experiments.mode.${value}`) }))} onChange={(value) => put({ mode: value === 'bandit' ? 'bandit' : 'ab' })} />
      <p className="less">{t(`experiments.mode.${mode}Text`)}</p>
      {wrong('mode')}
      {mode === 'bandit' && (
        <>
          <Choose label={t('experiments.mode.strategy')} value={strategy} options={(['thompson', 'epsilon_greedy', 'softmax'] as const).map((value) => ({ value, name: t(`experiments.mode.${value}`) }))} onChange={(value) => put({ strategy: value as NonNullable<Draft['strategy']> })} />
          <p className="less">{t(`experiments.bandit.strategies.${strategy}`)}</p>
          {amounts.map(([of, value, step]) => <Amount key={of} of={of} value={value} put={put} step={step} hint={wrong(of)} />)}
        </>
      )}
    </>
  )
}
