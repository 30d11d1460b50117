// How an experiment stands: a colour, a sign and the word.
import { CheckIcon, PauseIcon, PlanIcon, PlayIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import type { State } from './experiments'

const icons = { draft: PlanIcon, running: PlayIcon, paused: PauseIcon, stopped: CheckIcon }

export function StateChip({ state }: { state: State }) {
  const { t } = useWords()
  const Icon = icons[state]
  return (
    <span className={`experiment-state experiment-state-${state}`}>
      <Icon size={13} /> {t(`experiments.states.${state}`)}
    </span>
  )
}
