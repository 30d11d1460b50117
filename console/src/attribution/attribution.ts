// What the attribution page asks, and what it makes of the answer: parts of a bar, rows of a table for elsewhere.
import type { Schema } from '../shared/client'

export type Report = Schema<'Attribution'>
export type Channel = Report['channels'][number]
export type Lift = NonNullable<Report['incrementality']['measured'][number]['money']>

export const models = ['first', 'last', 'linear', 'decay', 'position', 'shapley', 'markov'] as const
export type Model = (typeof models)[number]
export const spans = ['7', '30', '90'] as const
export const levels = ['channel', 'source', 'medium', 'campaign'] as const
export const units = ['money', 'conversions'] as const
export type Unit = (typeof units)[number]

const DAY = 86_400_000
const one = <V extends string>(of: readonly V[], text: string | null, otherwise: V): V => of.find((each) => each === text) ?? otherwise

/** What the address says. */
export function readAddress(search: URLSearchParams) {
  return {
    days: one(spans, search.get('days'), '30'), lookback: one(spans, search.get('lookback'), '30'), level: one(levels, search.get('level'), 'channel'),
    unit: one(units, search.get('unit'), 'money'), open: search.get('open'),
  }
}

/** The question for the engine. */
export function askOf({ days, lookback, level }: ReturnType<typeof readAddress>, now: number) {
  return { from: new Date(now - Number(days) * DAY).toISOString(), to: new Date(now).toISOString(), lookbackDays: Number(lookback), level }
}

export const valueOf = (channel: Channel, model: Model, unit: Unit): number => (unit === 'money' ? channel.models[model].valueCents : channel.models[model].conversions)

export const SHOWN = 6 // colours that are told apart

/** The parts of one model's bar, 0 to 1: the first channels each, the rest as one (index SHOWN). */
export function partsOf(report: Report, model: Model, unit: Unit): number[] {
  const all = report.channels.reduce((sum, channel) => sum + valueOf(channel, model, unit), 0)
  const parts = report.channels.slice(0, SHOWN).map((channel) => valueOf(channel, model, unit))
  const rest = report.channels.slice(SHOWN).reduce((sum, channel) => sum + valueOf(channel, model, unit), 0)
  return [...parts, ...(report.channels.length > SHOWN ? [rest] : [])].map((part) => (all === 0 ? 0 : part / all))
}
