// Undo and redo. Typing in one field is one step.
const STEPS_MAX = 100
export interface History<T> {
  past: readonly T[]
  now: T
  future: readonly T[]
  /** The field that was typed in last. */
  typing: string | undefined
}
export type Step<T> = { is: 'load'; to: T } | { is: 'change'; to: T; typing?: string | undefined } | { is: 'undo' } | { is: 'redo' }

export const started = <T>(now: T): History<T> => ({ past: [], now, future: [], typing: undefined })

export function step<T>(history: History<T>, by: Step<T>): History<T> {
  const { past, now, future } = history
  switch (by.is) {
    case 'load': return started(by.to)
    case 'change':
      if (by.typing !== undefined && by.typing === history.typing) return { ...history, now: by.to, future: [] }
      return { past: [...past, now].slice(-STEPS_MAX), now: by.to, future: [], typing: by.typing }
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
