// A set-up while it is written: what is asked, the numbers an arm may set, how a plan is drawn.
import type { Change, Experiment } from './experiments'
import { changeOf } from './experiments'

export interface Draft extends Change {
  name: string
}

/** The numbers of the policy that an arm may set, with their range. `personal` is a switch. */
export const numbers = {
  explore: [0, 1], tired_weight: [0, 100], tired_half_life_days: [1, 36_500], bought_weight: [0, 100], wanted_weight: [0, 100], viewed_weight: [0, 100],
  page_viewed_weight: [0, 100], bought_half_life_days: [1, 36_500], touch_half_life_days: [1, 36_500], repeat_times: [1, 1_000], shrink: [0, 100_000],
} as const satisfies Record<string, readonly [number, number]>
export type NumberName = keyof typeof numbers
export const numberNames = Object.keys(numbers) as NumberName[]

export const blank: Draft = {
  name: '', title: '', hypothesis: '', placements: ['home'], layer: '', layerFrom: 0, layerTo: 10_000, share: 1, eligibility: '',
  arms: [{ name: 'control', weight: 1 }, { name: 'new', weight: 1, policy: {} }], metrics: ['conversion', 'revenue'], guardrails: ['opt_outs'], windowDays: 14, beforeDays: 30, alpha: 0.05, mode: 'ab',
}

/** One in twenty is held out of everything: what deciding causes at all. */
export const holdout: Draft = {
  ...blank, name: 'holdout', placements: [], arms: [{ name: 'held', weight: 1 }, { name: 'treated', weight: 19 }], metrics: ['net_revenue', 'conversion'], guardrails: [],
}

export const assignments = ['placement', 'asked', 'outside'] as const
export type Assignment = (typeof assignments)[number]

/** Who draws the arms. What the other way has no use for is taken out: the engine refuses it. */
export function assigned(draft: Draft, assignment: Assignment): Draft {
  const { placements, layer, layerFrom, layerTo, share, eligibility, mode } = blank
  if (assignment === 'placement') return { ...draft, assignment, placements: draft.placements?.length === 0 ? placements ?? [] : draft.placements ?? [] }
  if (assignment === 'asked') return { ...draft, assignment, placements: [] }
  return { ...draft, assignment, placements: [], layer: layer ?? '', layerFrom: layerFrom ?? 0, layerTo: layerTo ?? 10_000, share: share ?? 1, eligibility: eligibility ?? '', mode: mode ?? 'ab' }
}

export const draftOf = (one: Experiment): Draft => ({ ...changeOf(one), name: one.name })

/** As the engine takes it, and not one of the console's own addresses. */
export const isName = (name: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(name) && name !== 'new'

/** With or without one of a list. */
export const toggled = (list: readonly string[] | undefined, one: string, on: boolean): string[] => [...(list ?? []).filter((each) => each !== one), ...(on ? [one] : [])]

/** The metric that decides first, then the others. */
export const decidedBy = (metrics: readonly string[], first: string): string[] => [first, ...metrics.filter((one) => one !== first)]

/** The number of units falls with the square of the effect: a plan for one effect gives the curve of days. Days: units / customers a day, and the window. */
export function curveOf(units: number, effect: number, arms: number, customersADay: number, windowDays: number, effects: readonly number[]): (number | null)[] {
  return effects.map((each) => (customersADay > 0 && each > 0 ? Math.ceil((units * (effect / each) ** 2 * arms) / customersADay) + windowDays : null))
}
