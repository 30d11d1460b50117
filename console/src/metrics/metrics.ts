// What is worked out about metrics: where each is used, whose number it is, the table to take away.
import type { Schema } from '../shared/client'
import { csvOf } from '../shared/csv'

export type Metric = Schema<'Metric'>
export type Change = Schema<'MetricChange'>
export type Days = Schema<'MetricDays'>
type Experiment = Pick<Schema<'Experiment'>, 'name' | 'title' | 'state' | 'metrics' | 'guardrails'>

export const perUnits = ['customer', 'order', 'session', 'day'] as const
export type Unit = (typeof perUnits)[number]

/** Days of a window as typed; nothing: 0, the experiment's; undefined: no such number. */
export function windowOf(typed: string): number | undefined {
  const text = typed.trim()
  return text === '' ? 0 : /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 365 ? Number(text) : undefined
}

export const spans = ['7', '30', '90'] as const
export type Span = (typeof spans)[number]

export interface Use {
  experiment: string
  title: string
  state: Experiment['state']
  as: 'first' | 'metric' | 'guardrail'
}

/** The experiments that look at it: what decides first, then the rest, then those it only guards. */
export function usesOf(name: string, experiments: readonly Experiment[]): Use[] {
  const order = { first: 0, metric: 1, guardrail: 2 }
  return experiments
    .flatMap(({ name: experiment, title, state, metrics, guardrails }): Use[] => {
      const as = metrics[0] === name ? 'first' : metrics.includes(name) ? 'metric' : (guardrails ?? []).includes(name) ? 'guardrail' : undefined
      return as === undefined ? [] : [{ experiment, title: title === '' || title === undefined ? experiment : title, state, as }]
    })
    .sort((a, b) => order[a.as] - order[b.as])
}

/** How it is written: a share of a hundred, money, or a number. */
export const unitOf = (metric: Pick<Metric, 'type' | 'money'>): 'money' | 'share' | 'number' => (metric.money ? 'money' : metric.type === 'mean' ? 'number' : 'share')

const builtin: Record<string, string> = {
  conversion: 'customer.orders.count(DAYS) >= 1', orders: 'customer.orders.count(DAYS) >= 1', revenue: 'customer.orders.count(DAYS) >= 1', net_revenue: 'customer.orders.count(DAYS) >= 1', margin: 'customer.orders.count(DAYS) >= 1', margin_share: 'customer.orders.count(DAYS) >= 1', paid_revenue: 'customer.orders.count(DAYS) >= 1',
  average_order: 'customer.orders.count(DAYS) >= 1', repurchase: 'customer.orders.count(DAYS) >= 2', refund_share: 'customer.did("Order Refunded", DAYS)', item_views: 'customer.did("Product Viewed", DAYS)',
  add_to_cart: 'customer.did("Product Added", DAYS)', active_days: 'customer.last_seen >= now - DAYS',
}

/** The customers behind it; undefined where no expression says who they are. */
export function whoExpression(metric: Pick<Metric, 'name' | 'builtin' | 'event' | 'where'>, days: number): string | undefined {
  const text = metric.builtin ? builtin[metric.name] : metric.event === undefined ? undefined : metric.where === undefined || metric.where === '' ? `customer.did(${JSON.stringify(metric.event)}, DAYS)` : `customer.events(${JSON.stringify(metric.event)}).where(e, ${metric.where}).count(DAYS) >= 1`
  return text?.replace('DAYS', `days(${days})`)
}

export const isName = (text: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(text)

/** Its definition, as the engine takes it. */
export const changeOf = (metric: Metric): Change => ({ kind: metric.kind ?? 'did', event: metric.event ?? '', where: metric.where ?? '', windowDays: metric.windowDays ?? 0, unit: metric.unit ?? 'customer', title: metric.title, better: metric.better })

/** A row a day; money in minor units, as the engine has it. */
export const daysCsv = (found: Days): string =>
  csvOf([['metric', 'date', 'value', 'of', 'per', 'customers', 'currency'], ...found.days.map((day) => [found.metric.name, day.date, day.value, day.of, day.per, day.customers, found.metric.money ? found.currency : ''])])
