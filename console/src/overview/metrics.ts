// The figures of the overview: which number of the report each is, how it is written, and which way is welcome.
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import type { Values } from '../shared/charts/panel'

export type Report = Schema<'KpiReport'>
type Kpis = Schema<'Kpis'>
type Step = Schema<'KpiStep'>

export const metricKeys = ['revenue', 'buyers', 'conversion', 'perBuyer', 'visitors', 'orders', 'refunds'] as const
export type MetricKey = (typeof metricKeys)[number]

export interface Metric {
  whole: (kpis: Kpis) => number | null
  step: (step: Step) => number | null
  kind: 'money' | 'count' | 'share'
  wanted: 'up' | 'down'
}

const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : null)

export const metrics: Record<MetricKey, Metric> = {
  revenue: { whole: (k) => k.revenueCents, step: (s) => s.revenueCents, kind: 'money', wanted: 'up' },
  buyers: { whole: (k) => k.buyers, step: (s) => s.buyers, kind: 'count', wanted: 'up' },
  // Of a single hour few people are both: the share of a step is for the shape of the day, the whole span's is the engine's.
  conversion: { whole: (k) => k.conversion, step: (s) => ratio(s.buyers, s.visitors), kind: 'share', wanted: 'up' },
  perBuyer: { whole: (k) => k.perBuyerCents, step: (s) => ratio(s.revenueCents, s.buyers), kind: 'money', wanted: 'up' },
  visitors: { whole: (k) => k.visitors, step: (s) => s.visitors, kind: 'count', wanted: 'up' },
  orders: { whole: (k) => k.orders, step: (s) => s.orders, kind: 'count', wanted: 'up' },
  refunds: { whole: (k) => k.refundedCents, step: (s) => s.refundedCents, kind: 'money', wanted: 'down' },
}

export function isMetric(text: string | null): text is MetricKey {
  return metricKeys.some((key) => key === text)
}

/** A figure as text; money of large sums without cents. */
export function write(metric: Metric, value: number | null, currency: string, language: format.Language, style: 'card' | 'axis' | 'point'): string {
  if (value === null) return '–'
  if (metric.kind === 'share') return format.share(value, language)
  if (metric.kind === 'count') return style === 'axis' ? format.compact(value, language) : format.count(value, language)
  if (currency === '') return value === 0 ? '0' : '–'
  if (style === 'axis') return format.money(value, currency, language, 'short')
  return format.money(value, currency, language, Math.abs(value) >= 1_000_00 ? 'round' : 'exact')
}

export interface Line {
  at: number[] // start of each point
  now: Values
  before: Values | null
  /** The point whose hour or day is not over yet; -1 without one. */
  running: number
}

const stepMs = { hour: 3_600_000, day: 86_400_000 }

/** The steps of a metric beside those of the earlier days, point for point. The rest of a day that goes on is there
 * with what the earlier one was like. The hour that still runs is not whole, so a line leaves it
 * out; a day that runs is drawn faint. */
export function lineOf(report: Report, metric: Metric): Line {
  const { steps, beforeSteps } = report
  const compared = report.compare !== 'none' && beforeSteps.length > 0
  const count = Math.max(steps.length, compared ? beforeSteps.length : 0)
  const shift = (steps[0]?.at ?? 0) - (beforeSteps[0]?.at ?? 0)
  const size = stepMs[report.step]
  const at = Array.from({ length: count }, (_, i) => steps[i]?.at ?? (beforeSteps[i]?.at ?? 0) + shift)
  const running = steps.findIndex((step) => step.at <= report.now && report.now < step.at + size)
  const now = at.map((_, i) => {
    const step = steps[i]
    const cut = i === running && report.step === 'hour' && steps.length > 1
    return step === undefined || cut ? null : metric.step(step)
  })
  const before = compared ? at.map((_, i) => (beforeSteps[i] === undefined ? null : metric.step(beforeSteps[i]))) : null
  return { at, now, before, running }
}

/** Whether anything at all happened in the report's days. */
export function isQuiet(report: Report): boolean {
  return [report.current, report.before].every((kpis) => kpis === null || (kpis.visitors === 0 && kpis.orders === 0 && kpis.refunds === 0))
}
