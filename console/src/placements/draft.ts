// A definition while it is written: what each kind of rule says, what changed against what is saved, where a refusal points.
import type { Schema } from '../shared/client'

export type Definition = Schema<'PlacementDefinition'>
export type Rule = Schema<'PlacementRule'>
export type Kind = Rule['kind']
export type Conflict = Schema<'PlacementConflict'>
export type Strategy = Schema<'PlacementList'>['strategies'][number]

export const RULES_MAX = 50 // as the interface allows
export const STAGES_MAX = 5
export const HIDE_DAYS = 30 // where a definition says none
export const EXPLORE_MAX = 0.5
export const EXPLORE_SLOTS_MAX = 10

export const kinds = ['include', 'exclude', 'boost', 'pin', 'cap', 'stock', 'margin', 'price'] as const satisfies readonly Kind[]
export const dials = { diversity: [0, 1], popularity: [-1, 1], calibration: [0, 1], margin: [0, 1] } as const satisfies Record<string, readonly [number, number]>
export type Dial = keyof typeof dials
export const dialNames = Object.keys(dials) as Dial[]

/** The members that a kind knows, beside kind, name, when and item. */
const members: Record<Kind, readonly (keyof Rule)[]> = {
  include: [], exclude: [], boost: ['factor'], pin: ['slot', 'itemId'], cap: ['by', 'most'], stock: ['least', 'factor'], margin: ['least', 'factor'], price: ['fromCents', 'toCents', 'factor'],
}

const begun: Record<Kind, Partial<Rule>> = {
  include: { item: '' }, exclude: { item: '' }, boost: { factor: 1.5 }, pin: { slot: 1, itemId: '' }, cap: { by: 'brand', most: 2 }, stock: { least: 5 }, margin: { least: 0.2 }, price: {},
}

export const newRule = (kind: Kind): Rule => ({ kind, ...begun[kind] })

/** The rule as one of another kind: its name and conditions stay. */
export function asKind(rule: Rule, kind: Kind): Rule {
  if (kind === rule.kind) return rule
  const { name, when, item } = rule
  const { itemId, ...blank } = newRule(kind)
  const own = item === undefined && itemId !== undefined ? { ...blank, itemId } : blank // a pin says an item or a condition, not both
  return { ...own, ...(name === undefined ? {} : { name }), ...(when === undefined ? {} : { when }), ...(item === undefined ? {} : { item }) }
}

/** A list with one of its things a place up (-1) or down (1); as it was at the ends. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const out = [...list]
  const [one, other] = [out[at], out[at + by]]
  if (one === undefined || other === undefined) return out
  out[at] = other
  out[at + by] = one
  return out
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The stages in force: those it names, or those of its strategy. */
export const stagesOf = (one: Definition, strategies: readonly Strategy[]): readonly string[] => one.stages ?? strategies.find((each) => each.id === one.strategy)?.stages ?? []

/** Another strategy: stages that were the old one's own become the new one's. */
export function withStrategy(one: Definition, strategy: string, strategies: readonly Strategy[]): Definition {
  const { stages, ...rest } = one
  const own = strategies.find((each) => each.id === one.strategy)?.stages
  return stages === undefined || same(stages, own) ? { ...rest, strategy } : { ...rest, strategy, stages }
}

/** A rule as the engine takes it: without empty texts, and only what its kind knows. */
export function ruleSent(rule: Rule): Rule {
  const out: Record<string, unknown> = { kind: rule.kind }
  for (const key of ['name', 'when', 'item', ...members[rule.kind]] as const) {
    const value = rule[key]
    if (value !== undefined && !(typeof value === 'string' && value.trim() === '')) out[key] = typeof value === 'string' ? value.trim() : value
  }
  return out as Rule // every member is one of Rule's own
}

/** A definition as the engine takes it: what says nothing is left out. */
export function sent(one: Definition): Definition {
  const title = Object.fromEntries(Object.entries(one.title ?? {}).filter(([, text]) => text.trim() !== '').map(([key, text]) => [key, text.trim()]))
  const turned = Object.fromEntries(dialNames.flatMap((name) => ((one.dials?.[name] ?? 0) === 0 ? [] : [[name, one.dials?.[name]]])))
  const rules = (one.rules ?? []).map(ruleSent)
  return {
    ...(Object.keys(title).length > 0 ? { title } : {}),
    strategy: one.strategy,
    ...(one.stages === undefined ? {} : { stages: one.stages }),
    ...(one.hideBoughtDays === undefined ? {} : { hideBoughtDays: one.hideBoughtDays }),
    ...((one.explore ?? 0) > 0 ? { explore: one.explore, ...((one.exploreSlots ?? 1) > 1 ? { exploreSlots: one.exploreSlots } : {}), ...((one.exploreTemperature ?? 0) > 0 ? { exploreTemperature: one.exploreTemperature } : {}) } : {}),
    ...(one.public === true ? { public: true } : {}),
    ...(Object.keys(turned).length > 0 ? { dials: turned } : {}),
    ...(rules.length > 0 ? { rules } : {}),
  }
}

/** What one definition says differently from another. Rules are named by their place, from 0: in the old list where one is gone, else in the new. */
export type Change =
  | { part: 'titleZh' | 'titleEn' | 'strategy'; from: string; to: string }
  | { part: 'stages'; from: readonly string[]; to: readonly string[] }
  | { part: 'hideBoughtDays' | 'explore' | 'exploreSlots' | 'exploreTemperature' | Dial; from: number; to: number }
  | { part: 'public'; to: boolean }
  | { part: 'ruleAdded' | 'ruleGone' | 'ruleChanged'; at: number; rule: Rule }
  | { part: 'rulesMoved' }

function ruleChanges(from: readonly Rule[], to: readonly Rule[]): Change[] {
  const texts = from.map((one) => JSON.stringify(one))
  const free = new Set(from.keys())
  // What stands in both word for word first; then what kept its kind and name, or its kind and place; the rest came or went.
  const takes = (holds: (old: Rule, at: number) => boolean): number | undefined => {
    const found = [...free].find((at) => holds(from[at] as Rule, at)) // `free` holds places of `from`
    if (found !== undefined) free.delete(found)
    return found
  }
  const kept = to.map((rule) => takes((_, at) => texts[at] === JSON.stringify(rule)))
  const near = to.map((rule, i) => (kept[i] !== undefined ? undefined : takes((old, at) => old.kind === rule.kind && (old.name ?? '') === (rule.name ?? '') && (rule.name !== undefined || at === i))))
  const order = to.flatMap((_, i) => kept[i] ?? near[i] ?? [])
  return [
    ...to.flatMap((rule, at): Change[] => (kept[at] !== undefined ? [] : [{ part: near[at] === undefined ? 'ruleAdded' : 'ruleChanged', at, rule }])),
    ...[...free].map((at): Change => ({ part: 'ruleGone', at, rule: from[at] as Rule })),
    ...(order.some((at, i) => i > 0 && at < (order[i - 1] ?? 0)) ? [{ part: 'rulesMoved' } as const] : []),
  ]
}

/** Everything that saving `to` over `from` would change; nothing where both mean the same. */
export function changesOf(from: Definition, to: Definition, strategies: readonly Strategy[]): Change[] {
  const [a, b] = [sent(from), sent(to)]
  const out: Change[] = []
  const text = (part: 'titleZh' | 'titleEn' | 'strategy', old = '', now = '') => { if (old !== now) out.push({ part, from: old, to: now }) }
  const number = (part: 'hideBoughtDays' | 'explore' | 'exploreSlots' | 'exploreTemperature' | Dial, old: number, now: number) => { if (old !== now) out.push({ part, from: old, to: now }) }
  text('titleZh', a.title?.zh, b.title?.zh)
  text('titleEn', a.title?.en, b.title?.en)
  text('strategy', a.strategy, b.strategy)
  const [before, after] = [stagesOf(a, strategies), stagesOf(b, strategies)]
  if (!same(before, after)) out.push({ part: 'stages', from: before, to: after })
  number('hideBoughtDays', a.hideBoughtDays ?? HIDE_DAYS, b.hideBoughtDays ?? HIDE_DAYS)
  number('explore', a.explore ?? 0, b.explore ?? 0)
  number('exploreSlots', a.exploreSlots ?? 1, b.exploreSlots ?? 1)
  number('exploreTemperature', a.exploreTemperature ?? 0, b.exploreTemperature ?? 0)
  if ((a.public ?? false) !== (b.public ?? false)) out.push({ part: 'public', to: b.public ?? false })
  for (const name of dialNames) number(name, a.dials?.[name] ?? 0, b.dials?.[name] ?? 0)
  return [...out, ...ruleChanges(a.rules ?? [], b.rules ?? [])]
}

/** Where a refusal points: a rule and its member, or a part of the whole. The preview's fields begin with "definition.". */
export function placeOfField(field: string | undefined): { rule: number | undefined; member: string } {
  const bare = (field ?? '').replace(/^definition\./, '')
  const found = /^rules\[(\d+)\]\.(.*)$/.exec(bare)
  return found === null ? { rule: undefined, member: bare } : { rule: Number(found[1]), member: found[2] ?? '' }
}

/** Whether what was said of `asked`, rule by rule, still speaks of the rules of `now`. */
export const speaksOf = (asked: Definition, now: Definition): boolean => same((asked.rules ?? []).map((one) => one.kind), (now.rules ?? []).map((one) => one.kind))

/** Money in a field: whole units of a currency with so many digits after the point. */
export const majorOf = (minor: number | undefined, digits: number): number | '' => (minor === undefined ? '' : minor / 10 ** digits)
export const minorOf = (major: string, digits: number): number | undefined => (major.trim() === '' || !Number.isFinite(Number(major)) ? undefined : Math.round(Number(major) * 10 ** digits))
