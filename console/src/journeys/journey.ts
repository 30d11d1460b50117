// A journey in this page's words: its nodes and where each leads, what may be done in a state, and each change of the graph as a new definition. What is right, the engine says.
import cart from '../../../docs/journeys/abandoned-cart.json'
import stages from '../../../docs/journeys/five-stages.json'
import type { Schema } from '../shared/client'

export type Journey = Schema<'Journey'>
export type Detail = Schema<'JourneyDetail'>
export type Report = Schema<'JourneyReport'>
export type Version = Report['versions'][number]
export type Preview = Schema<'JourneyPreview'>

export const acts = ['submit', 'approve', 'reject', 'pause', 'resume', 'end'] as const
export type Act = (typeof acts)[number]
const acting: Record<Journey['state'], readonly Act[]> = { draft: ['submit'], review: ['approve', 'reject'], running: ['pause', 'end'], paused: ['resume', 'end'], ended: [] }
export const actsOf = (state: Journey['state']): readonly Act[] => acting[state]

export const kinds = ['wait', 'branch', 'split', 'send', 'offer', 'update', 'exit'] as const
export type Kind = (typeof kinds)[number]
export const lefts = ['end', 'goal', 'control', 'ended', 'merged', 'lost'] as const

/** A node as it is written; what is written of another kind stands there untouched, and the engine says what is wrong with it. */
export interface Node {
  kind: Kind
  next?: string
  late?: string
  unreached?: string
  refused?: string
  forMs?: number
  time?: string
  weekdays?: number[]
  bestHour?: boolean | number // of a wait: at his best hour; of a send: the hour for whom none is known
  event?: string
  where?: string
  restart?: string
  cases?: { if: string; next?: string }[]
  arms?: { name: string; share: number; next?: string }[]
  winner?: { metric: string; customers: number }
  channels?: Sent[]
  priority?: number
  expiresMs?: number
  offer?: string
  tag?: string
  remove?: boolean
  webhook?: Sent
  goal?: boolean
}
export interface Sent {
  channel: string
  template: string
}
export interface Event {
  event: string
  where?: string
}
export interface Definition {
  title?: { zh?: string; en?: string }
  entry: { event?: string; where?: string; key?: string; segment?: string; again?: string }
  audience?: { segment?: string; expression?: string; everyone?: boolean }
  exitOn?: Event[]
  control?: number
  goal?: { metric?: string; windowMs?: number }
  running?: string
  first: string
  nodes: Record<string, Node>
}

export const examples = { cart, stages } as unknown as Record<'cart' | 'stages', Definition> // JSON has no kinds
export type Example = keyof typeof examples
export const starts: readonly Example[] = ['cart', 'stages']

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const texts = ['next', 'late', 'unreached', 'refused', 'time', 'event', 'where', 'restart', 'offer', 'tag'] as const
const lists = { cases: ['if', 'next'], arms: ['name', 'next'], channels: ['channel', 'template'] } as const

/** What can be drawn and filled in; undefined where a node is no node, or a text is none. */
export function definitionOf(value: unknown): Definition | undefined {
  if (!isObject(value) || !isObject(value.nodes) || !isObject(value.entry) || typeof value.first !== 'string') return undefined
  const isText = (one: unknown) => one === undefined || typeof one === 'string'
  const isList = (one: unknown, members: readonly string[]) => one === undefined || (Array.isArray(one) && one.every((each) => isObject(each) && members.every((name) => isText(each[name]))))
  for (const node of Object.values(value.nodes)) {
    if (!isObject(node) || !kinds.some((kind) => kind === node.kind)) return undefined
    if (!texts.every((name) => isText(node[name])) || !Object.entries(lists).every(([name, members]) => isList(node[name], members))) return undefined
    if (![node.webhook, node.winner].every((one) => one === undefined || isObject(one)) || (node.weekdays !== undefined && !Array.isArray(node.weekdays))) return undefined
  }
  if (![value.title, value.audience, value.goal].every((one) => one === undefined || isObject(one)) || !isList(value.exitOn, ['event', 'where'])) return undefined
  return value as unknown as Definition // its members were looked at
}

/** The definition of a text; undefined where it is no JSON or cannot be drawn. */
export function read(text: string): Definition | undefined {
  try {
    return definitionOf(JSON.parse(text))
  } catch {
    return undefined
  }
}
export const textOf = (definition: unknown): string => JSON.stringify(definition, null, 2)

// ---- where a node leads ----

/** One way out of a node. `at`: which case or arm. */
export interface Way {
  slot: 'next' | 'late' | 'unreached' | 'refused' | 'case' | 'arm'
  at?: number
  to: string | undefined // undefined: the end
}

const others: Partial<Record<Kind, 'late' | 'unreached' | 'refused'>> = { wait: 'late', send: 'unreached', offer: 'refused' }
/** The other way out that a node has beside `next`. */
export const otherOf = (node: Node) => (node.kind === 'wait' && node.event === undefined ? undefined : others[node.kind])

/** Where a node leads that does not say it: who is not reached or gets no offer goes on as the others, who waited in vain leaves. */
const or = (node: Node, slot: 'next' | 'late' | 'unreached' | 'refused'): string | undefined => node[slot] ?? (slot === 'unreached' || slot === 'refused' ? node.next : undefined)

export function waysOf(node: Node): Way[] {
  if (node.kind === 'exit') return []
  if (node.kind === 'split') return (node.arms ?? []).map(({ next }, at) => ({ slot: 'arm', at, to: next }))
  const cases = node.kind === 'branch' ? (node.cases ?? []).map(({ next }, at): Way => ({ slot: 'case', at, to: next })) : []
  const other = otherOf(node)
  return [...cases, { slot: 'next', to: node.next }, ...(other === undefined ? [] : [{ slot: other, to: or(node, other) } as const])]
}

/** The nodes that customers can come to. */
export function reachable({ first, nodes }: Definition): Set<string> {
  const found = new Set<string>()
  const ahead = [first]
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    const node = nodes[name]
    if (node === undefined || found.has(name)) continue
    found.add(name)
    ahead.push(...waysOf(node).flatMap(({ to }) => (to === undefined ? [] : [to])))
  }
  return found
}

// ---- changes: each gives a new definition ----

const without = <T extends object, K extends keyof T>(one: T, name: K): Omit<T, K> => {
  const { [name]: _, ...rest } = one
  return rest
}
/** A member put, or left out where it is undefined. */
export const put = <T extends object, K extends keyof T>(one: T, name: K, value: T[K] | undefined): T => (value === undefined ? (without(one, name) as T) : { ...one, [name]: value }) // K was there to be left out or not

const withNode = (of: Definition, name: string, node: Node): Definition => ({ ...of, nodes: { ...of.nodes, [name]: node } })
export const setNode = withNode

/** A way of a node leads to another node, or to the end. */
export function leadTo(node: Node, { slot, at }: Pick<Way, 'slot' | 'at'>, to: string | undefined): Node {
  if (slot === 'case') return { ...node, cases: (node.cases ?? []).map((one, i) => (i === at ? put(one, 'next', to) : one)) }
  if (slot === 'arm') return { ...node, arms: (node.arms ?? []).map((one, i) => (i === at ? put(one, 'next', to) : one)) }
  return put(node, slot, to)
}

/** Every way that led to `from` leads to `to`. */
function redirect(node: Node, from: string, to: string | undefined): Node {
  return waysOf(node).filter((way) => way.to === from).reduce((now, way) => leadTo(now, way, to), node)
}

const fresh: Record<Kind, Node> = {
  wait: { kind: 'wait', forMs: 3_600_000 },
  branch: { kind: 'branch', cases: [{ if: 'customer.orders.count() > 0' }] },
  split: { kind: 'split', arms: [{ name: 'a', share: 0.5 }, { name: 'b', share: 0.5 }] },
  send: { kind: 'send', channels: [{ channel: '', template: '' }] },
  offer: { kind: 'offer', offer: '' },
  update: { kind: 'update', tag: '' },
  exit: { kind: 'exit' },
}
/** The fresh node, every way of it leading to `next`. */
function begun(kind: Kind, next: string | undefined): Node {
  return waysOf(fresh[kind]).reduce((now, way) => leadTo(now, way, next), fresh[kind])
}
const freeName = (of: Definition, base: string): string => {
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base}${i}`
    if (of.nodes[name] === undefined) return name
  }
}

/** A new node of a kind on a way of a node (or before all of them), leading on to where that led. */
export function addOn(of: Definition, from: string | undefined, way: Pick<Way, 'slot' | 'at'>, kind: Kind): { definition: Definition; name: string } {
  const name = freeName(of, kind)
  if (from === undefined) return { definition: { ...withNode(of, name, begun(kind, of.nodes[of.first] === undefined ? undefined : of.first)), first: name }, name }
  const node = of.nodes[from]
  if (node === undefined) return { definition: of, name: from }
  const to = waysOf(node).find((one) => one.slot === way.slot && one.at === way.at)?.to
  return { definition: withNode(withNode(of, from, leadTo(node, way, name)), name, begun(kind, to)), name }
}

/** Without a node: what led to it leads to where it led. The last node stays. */
export function remove(of: Definition, name: string): Definition {
  const gone = of.nodes[name]
  if (gone === undefined || Object.keys(of.nodes).length < 2) return of
  const ahead = waysOf(gone).map(({ to }) => to).find((to) => to !== undefined && to !== name)
  const nodes = Object.fromEntries(Object.entries(of.nodes).filter(([one]) => one !== name).map(([one, node]) => [one, redirect(node, name, ahead)]))
  return { ...of, nodes, first: of.first === name ? ahead ?? Object.keys(nodes)[0] ?? '' : of.first }
}

/** A node by another name, in its place, and all that lead to it. The same where the name is taken. */
export function rename(of: Definition, from: string, to: string): Definition {
  if (of.nodes[from] === undefined || of.nodes[to] !== undefined || to === '') return of
  const nodes = Object.fromEntries(Object.entries(of.nodes).map(([one, node]) => [one === from ? to : one, redirect(node, from, to)]))
  return { ...of, nodes, first: of.first === from ? to : of.first }
}

// ---- what the engine says of a field ----

/** "nodes.mail.channels.0.template" -> the node and its member; "entry.event" -> a member of the journey. */
export function placeOf(field: string | undefined): { node?: string; member: string } | undefined {
  if (field === undefined || field === '') return undefined
  const [, node, member] = /^nodes\.([^.]+)(?:\.(.*))?$/.exec(field) ?? []
  return node === undefined ? { member: field } : { node, member: member ?? '' }
}
