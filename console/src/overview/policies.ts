// The comparison of policies, made ready to be shown: which result is the engine's, what its interval allows to say,
// where bars and whiskers stand. The numbers themselves are the engine's.
import type { Schema } from '../shared/client'
import type { Values } from '../shared/charts/panel'

export type Comparison = Schema<'PolicyComparison'>
export type Result = Schema<'PolicyResult'>
export type Estimate = Schema<'Estimate'>

export type Verdict = 'above' | 'below' | 'open'

/** What a difference allows to say: only an interval on one side of zero is a finding. */
export function verdictOf(difference: Estimate): Verdict {
  if (difference.low > 0) return 'above'
  if (difference.high < 0) return 'below'
  return 'open'
}

/** Policies that are measures, not candidates. */
const yardsticks = ['random', 'oracle']

/** The result the headline speaks of: the engine's, else the first that is neither baseline nor a yardstick. */
export function subjectOf(report: Comparison['report']): Result | undefined {
  const candidates = report.policies.filter((one) => one.policy !== report.baseline && !yardsticks.includes(one.policy))
  return candidates.find((one) => one.policy === 'engine') ?? candidates[0]
}

export interface Days {
  days: string[]
  value: Values
  low: Values
  high: Values
}

/** A policy's difference day by day, oldest first. */
export function daysOf(comparison: Comparison, policy: string): Days {
  const points = comparison.series.filter((point) => point.policy === policy)
  return {
    days: points.map((point) => point.to),
    value: points.map((point) => point.difference.value),
    low: points.map((point) => point.difference.low),
    high: points.map((point) => point.difference.high),
  }
}

/** Where a bar with its whiskers stands on a scale, in percent of its width. */
export interface Placed {
  zero: number
  value: number
  low: number
  high: number
}

/** All bars on one scale from the lowest to the highest end, with zero on it. */
export function placed(estimates: readonly Estimate[]): Placed[] {
  const least = Math.min(0, ...estimates.map((one) => one.low))
  const most = Math.max(0, ...estimates.map((one) => one.high))
  const span = most - least || 1
  const x = (value: number) => ((value - least) / span) * 100
  return estimates.map((one) => ({ zero: x(0), value: x(one.value), low: x(one.low), high: x(one.high) }))
}

const usual = ['random', 'popular', 'engine', 'oracle']

/** From the least informed policy to the best possible one; names nobody knows stand before the oracle. */
export function inOrder(policies: readonly Result[]): Result[] {
  const rank = (name: string) => {
    const at = usual.indexOf(name)
    return at < 0 ? 2.5 : at
  }
  return [...policies].sort((a, b) => rank(a.policy) - rank(b.policy))
}
