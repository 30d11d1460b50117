// What needs attention, as a sentence. The engine says what it is and how urgent; here is only how it is said.
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import type { MetricKey } from './metrics'

export type Attention = Schema<'Attention'>
export type AttentionCode = Attention['code']

/** The figures a finding is about; they carry a mark while it stands. */
const about: Partial<Record<AttentionCode, readonly MetricKey[]>> = {
  orders_down: ['orders', 'revenue'],
  conversion_down: ['conversion'],
  refunds_up: ['refunds'],
}

export function marked(list: readonly Attention[]): ReadonlySet<MetricKey> {
  return new Set(list.flatMap((one) => about[one.code] ?? []))
}

/** The parameters as text. The end of a name tells its unit, as everywhere in the interface. */
export function paramsOf(params: Attention['params'], language: format.Language): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (typeof value === 'string') return [name, value]
      if (name === 'since') return [name, format.date(value, language, 'moment')]
      if (/bytes$/i.test(name)) return [name, format.bytes(value, language)]
      if (/ms$/i.test(name)) return [name, format.duration(Math.round(value / 1000), language)]
      if (name === 'change') return [name, format.signedPercent(value, language)]
      if (/(share|conversion)$/i.test(name) || !Number.isInteger(value)) return [name, format.share(value, language)]
      return [name, format.count(value, language)]
    }),
  )
}

/** The names a sentence asks for: "{{count}} of {{items}}" -> count, items. */
export function asked(sentence: string): string[] {
  return [...sentence.matchAll(/\{\{\s*(\w+)[^}]*\}\}/g)].map((found) => found[1] ?? '')
}

/** The full sentence where all it asks for is there, else the plain one: a newer engine may say less or other things. */
export function sentenceOf(words: { full: string; plain: string }, params: Record<string, string>): string {
  if (!asked(words.full).every((name) => name in params)) return words.plain
  return words.full.replace(/\{\{\s*(\w+)[^}]*\}\}/g, (_, name: string) => params[name] ?? '')
}

/** Only pages of the console; an address that leads elsewhere is not followed. */
export function placeOf(to: string): string | null {
  return /^\/(?!\/)/.test(to) ? to : null
}
