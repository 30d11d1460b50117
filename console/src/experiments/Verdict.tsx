// Better, worse or not decided: a sign, a colour and the word.
import { AlertIcon, CheckIcon, SameIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import type { Compared } from './experiments'

const icons = { better: CheckIcon, worse: AlertIcon, open: SameIcon }

export function Verdict({ verdict, arm, guardrail = false }: { verdict: Compared['verdict']; arm?: string | undefined; guardrail?: boolean }) {
  const { t } = useWords()
  const Icon = icons[verdict]
  const word = t(guardrail ? `experiments.guardrail.${verdict}` : `experiments.verdict.${verdict}`)
  return (
    <span className={`experiment-verdict experiment-verdict-${verdict}`}>
      <Icon size={14} /> {arm === undefined ? word : t('experiments.verdict.ofArm', { arm, verdict: word })}
    </span>
  )
}
