// What is worked out about experiments: what may be done with one, what a result says in short, where an interval is drawn, the table to take away.
import type { Schema } from '../shared/client'
import { csvOf as tableOf } from '../shared/csv'
import * as format from '../shared/format'
import type { Language } from '../shared/format'

export type Experiment = Schema<'Experiment'>
export type Change = Schema<'ExperimentChange'>
export type Result = Schema<'ExperimentResult'>
export type Measured = Schema<'ExperimentMetric'>
export type Compared = Schema<'ExperimentCompared'>
export type Difference = NonNullable<Schema<'ExperimentDifference'>>
export type Metric = Schema<'Metric'>
export type BanditResult = NonNullable<Schema<'ExperimentBandit'>>
export type UpliftReport = Schema<'ExperimentUplift'>
export type UpliftGroup = UpliftReport['groups'][number]
export type UpliftPart = UpliftReport['all']
export type ReplayReport = Schema<'ReplayReport'>
export type State = Experiment['state']
export type Act = 'start' | 'pause' | 'goOn' | 'stop'

/** What people read. */
export const titleOf = (one: Pick<Experiment, 'name' | 'title'>): string => (one.title === '' ? one.name : one.title)

/** What may be done with one that stands so. */
export function actsOf(state: State): readonly Act[] {
  return { draft: ['start'], running: ['pause', 'stop'], paused: ['goOn', 'stop'], stopped: [] }[state] as Act[]
}

export const stateAfter: Record<Act, 'running' | 'paused' | 'stopped'> = { start: 'running', pause: 'paused', goOn: 'running', stop: 'stopped' }

/** The set-up as the engine takes it; a draft has the width of its slice alone. The workspace's metrics go along as they were. */
export function changeOf(one: Experiment): Change {
  const { title, hypothesis, placements, layer, share, eligibility, arms, metrics, guardrails, windowDays, beforeDays, alpha, currency, definitions, assignment } = one
  const change = { title, hypothesis, placements, layer, layerFrom: 0, layerTo: one.layerTo - one.layerFrom, share, eligibility, arms, metrics, guardrails, windowDays, beforeDays, alpha, definitions }
  return { ...change, ...(currency === undefined ? {} : { currency }), ...(assignment === undefined ? {} : { assignment }), ...modeOf(one) }
}

/** How the arms are given: of a bandit all that it learns by. */
export function modeOf({ mode, strategy, floor, epsilon, temperature, everyCustomers, everySeconds, winnerLoss }: Change): Change | Pick<Change, 'mode'> {
  return mode === 'bandit' ? { mode, strategy, floor, epsilon, temperature, everyCustomers, everySeconds, winnerLoss } as Change : { mode: 'ab' }
}

/** The chance of an arm over the customers drawn, as steps from 0 to 1; a step that begins after a change was noticed says so. Allocations without customers are left out, but for the last. */
export function chanceSteps(allocations: BanditResult['allocations'], arm: number): { from: number; to: number; chance: number; drift: boolean }[] {
  const all = allocations.reduce((sum, one) => sum + one.units, 0)
  let done = 0
  return allocations.flatMap((one, at) => {
    const from = all > 0 ? done / all : at / allocations.length
    done += one.units
    const to = all > 0 ? done / all : (at + 1) / allocations.length
    return to > from || at === allocations.length - 1 || one.cause === 'drift' ? [{ from, to, chance: one.chances[arm] ?? 0, drift: one.cause === 'drift' }] : []
  })
}

export interface Short {
  kind: 'draft' | 'mismatch' | 'none' | 'open' | 'decided'
  /** The arms that are decided, by the first metric. */
  arms: { arm: string; verdict: 'better' | 'worse' }[]
}

/** What the metric that decides says, over all arms. */
export function shortOf(result: Pick<Result, 'trusted' | 'metrics'>): Short {
  if (!result.trusted) return { kind: 'mismatch', arms: [] }
  const differences = result.metrics[0]?.differences ?? []
  if (!differences.some((one) => one.absolute !== null)) return { kind: 'none', arms: [] }
  const arms = differences.flatMap(({ arm, verdict }) => (verdict === 'open' ? [] : [{ arm, verdict }]))
  return { kind: arms.length > 0 ? 'decided' : 'open', arms }
}

/** A mean of a metric as text: a share, money, a number. */
export function meanText(metric: Pick<Metric, 'type' | 'money'>, value: number | null, currency: string, language: Language): string {
  if (value === null) return '–'
  if (metric.money) return format.meanMoney(value, currency, language)
  return metric.type === 'mean' ? format.amount(value, language) : format.share(value, language)
}

/** A difference of two means, with its sign; of two shares in points of a hundred. */
export function differenceText(metric: Pick<Metric, 'type' | 'money'>, value: number | null, currency: string, language: Language): string {
  if (value === null) return '–'
  if (metric.money) return format.meanMoney(value, currency, language, true)
  return metric.type === 'mean' ? format.signedNumber(value, language) : format.signedPoints(value, language)
}

/** What a condition on customers from before compares with: money and prices as money, other columns as counts. */
export function conditionValue({ column, value }: UpliftGroup['conditions'][number], currency: string, language: Language): string {
  return column === 'money' || column === 'dear' ? format.meanMoney(value, currency, language) : format.amount(value, language)
}

/** A curve of gains in a drawing: its points, where 0 lies, and the straight line from its start to its end. */
export function curvePoints(curve: UpliftReport['curve'], wide: number, high: number): { curve: string; zero: number; straight: string } {
  const gains = curve.map((one) => one.gain)
  const most = Math.max(0, ...gains)
  const least = Math.min(0, ...gains)
  const y = (gain: number) => (most === least ? high / 2 : ((most - gain) / (most - least)) * (high - 8) + 4)
  const point = ({ share, gain }: { share: number; gain: number }) => `${(share * wide).toFixed(1)},${y(gain).toFixed(1)}`
  const last = curve.at(-1)
  return { curve: curve.map(point).join(' '), zero: y(0), straight: last === undefined ? '' : `${point({ share: 0, gain: 0 })} ${point(last)}` }
}

/** How far the drawing reaches on either side of 0, so that every interval that is known fits in it. */
export function spanOf(differences: readonly (Difference | null)[]): number {
  const ends = differences.flatMap((one) => (one === null ? [] : [one.estimate, one.sequential.low, one.sequential.high, one.fixed.low, one.fixed.high]))
  const most = Math.max(0, ...ends.flatMap((end) => (end === null || !Number.isFinite(end) ? [] : [Math.abs(end)])))
  return most > 0 ? most * 1.08 : 1
}

export interface Span { left: number; width: number }

/** Where a difference is drawn, in hundredths of the width; 0 is in the middle. An end that is not known reaches the edge. */
export function barOf(one: Difference, span: number): { sequential: Span; fixed: Span; at: number } {
  const x = (value: number) => 50 + 50 * Math.max(-1, Math.min(1, value / span))
  const between = ({ low, high }: { low: number | null; high: number | null }): Span => {
    const left = x(low ?? -span)
    return { left, width: Math.max(0, x(high ?? span) - left) }
  }
  return { sequential: between(one.sequential), fixed: between(one.fixed), at: x(one.estimate ?? 0) }
}

export interface Band { days: string[]; values: (number | null)[]; low: (number | null)[]; high: (number | null)[]; leftOut: number; relative: boolean }

const WIDE = 12 // times the last width: days before that would press the others flat

/** The sequential interval of an arm, day by day: relative where that can be said. Days at the beginning that are far too wide are left out. */
export function bandOf(history: Result['history'], arm: string): Band {
  const points = history.flatMap((day) => day.arms.filter((one) => one.arm === arm).map((one) => ({ date: day.date, one })))
  const relative = points.some(({ one }) => one.relative != null)
  const known = points.flatMap(({ date, one }) => {
    const found = (relative ? one.relative : one.absolute) ?? null
    return found === null || found.estimate === null || found.sequential.low === null || found.sequential.high === null ? [] : [{ date, value: found.estimate, low: found.sequential.low, high: found.sequential.high }]
  })
  const last = known.at(-1)
  const most = last === undefined ? 0 : WIDE * (last.high - last.low)
  const first = Math.max(0, known.findIndex((day) => day.high - day.low <= most))
  const shown = known.slice(first)
  return { days: shown.map((day) => day.date), values: shown.map((day) => day.value), low: shown.map((day) => day.low), high: shown.map((day) => day.high), leftOut: points.length - shown.length, relative }
}

const COLUMNS = ['metric', 'guardrail', 'arm', 'units', 'mean', 'control_mean', 'difference', 'difference_low', 'difference_high', 'relative', 'relative_low', 'relative_high', 'fixed_low', 'fixed_high', 'sequential_p', 'q', 'chance', 'loss_of_control', 'loss_of_arm', 'cuped_reduction', 'verdict'] as const

/** The result as a table, a row for each metric and arm; money in minor units, as the engine has it. */
export function csvOf(result: Pick<Result, 'metrics'>): string {
  const rows = result.metrics.flatMap((metric) =>
    metric.differences.map((one) => {
      const arm = metric.arms.find((each) => each.arm === one.arm)
      const { absolute, relative, bayes } = one
      return [metric.name, metric.guardrail ? 'yes' : 'no', one.arm, arm?.units, arm?.mean, metric.arms[0]?.mean, absolute?.estimate, absolute?.sequential.low, absolute?.sequential.high, relative?.estimate, relative?.sequential.low, relative?.sequential.high, absolute?.fixed.low, absolute?.fixed.high, absolute?.sequential.p, one.q, bayes.chance, bayes.lossOfControl, bayes.lossOfArm, one.cuped.reduction, one.verdict]
    }),
  )
  return tableOf([COLUMNS, ...rows])
}
