// Undo and redo. Typing in one field is one step.
import type { Group } from './rows'

const STEPS_MAX = 100
export interface History {
  past: readonly Group[]
  now: Group
  future: readonly Group[]
  /** The field that was typed in last. */
  typing: string | undefined
}
export type Step = { is: 'load'; group: Group } | { is: 'change'; group: Group; typing?: string | undefined } | { is: 'undo' } | { is: 'redo' }

export const started = (now: Group): History => ({ past: [], now, future: [], typing: undefined })

export function step(history: History, by: Step): History {
  const { past, now, future } = history
  switch (by.is) {
    case 'load': return started(by.group)
    case 'change':
      if (by.typing !== undefined && by.typing === history.typing) return { ...history, now: by.group, future: [] }
      return { past: [...past, now].slice(-STEPS_MAX), now: by.group, future: [], typing: by.typing }
    case 'undo': {
      const before = past.at(-1)
      return before === undefined ? history : { past: past.slice(0, -1), now: before, future: [now, ...future], typing: undefined }
    }
    case 'redo': {
      const [after, ...rest] = future
      return after === undefined ? history : { past: [...past, now], now: after, future: rest, typing: undefined }
    }
  }
}
