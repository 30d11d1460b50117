// The engine's tree becomes rows. What no row can say becomes a row of text, with the node as it is.
import {
  choices, compares, consents, eventNumbers, eventTexts, group, moments, numbers, row, textOps, units,
  type ChoiceField, type Compare, type EventProperty, type EventRow, type Group, type Item, type MomentOp, type MomentRow, type NumberField, type Row, type Span, type TextOp, type Unit, type Where,
} from './rows'
import { argsOf, listOf, literalOf, numberOf, ofOf, onOf, pathOf, textOf, type Literal, type Node } from './tree'

const oneOf = <T extends string>(all: readonly T[], it: unknown): T | undefined => all.find((one) => one === it)
const turned: Record<string, Compare> = { '>=': '<=', '<=': '>=', '>': '<', '<': '>', '==': '==', '!=': '!=' }

function spanOf(node: Node | undefined): Span | undefined {
  const unit: Unit | undefined = oneOf(units, node?.call)
  const amount = numberOf(argsOf(node)[0])
  return unit === undefined || node?.on !== undefined || argsOf(node).length !== 1 || amount === undefined ? undefined : { amount, unit }
}
/** The window a call ends with: null without one, undefined where it is none we know. */
function windowOf(args: readonly Node[], at: number): Span | null | undefined {
  if (args.length === at) return null
  return args.length === at + 1 ? spanOf(args[at]) : undefined
}

/** A comparison, the side that is asked about first. */
function comparison(node: Node): { op: Compare; what: Node; against: Node } | undefined {
  const sign = oneOf(compares, node.op)
  const [left, right] = argsOf(node)
  if (sign === undefined || left === undefined || right === undefined) return undefined
  if (literalOf(left) !== undefined && literalOf(right) === undefined) return { op: turned[sign] ?? sign, what: right, against: left }
  return { op: sign, what: left, against: right }
}

/** How one value is looked at: compared, in a list, part of a text. */
function test(node: Node): { what: Node; op: Compare | TextOp; values: Literal[] } | undefined {
  const args = argsOf(node)
  const on = onOf(node)
  const word = oneOf(textOps, node.call)
  const text = textOf(args[0])
  if (on !== undefined && word !== undefined && args.length === 1 && text !== undefined) return { what: on, op: word, values: [text] }
  const items = node.op === 'in' ? listOf(args[1]) : undefined
  if (items !== undefined && args[0] !== undefined) {
    const values = items.map(literalOf).filter((one) => one !== undefined)
    return values.length === items.length && values.length > 0 ? { what: args[0], op: 'in', values } : undefined
  }
  const found = comparison(node)
  const literal = literalOf(found?.against)
  return found === undefined || literal === undefined ? undefined : { what: found.what, op: found.op, values: [literal] }
}

function whereOf(node: Node): Where | undefined {
  const any = node.macro === 'exists' && pathOf(onOf(node)) === 'e.products' && Array.isArray(node.vars) && node.vars.length === 1 && node.vars[0] === 'p'
  const [inner] = argsOf(node)
  const found = any && inner !== undefined ? test(inner) : node.macro === undefined ? test(node) : undefined
  const [, property] = new RegExp(`^${any ? 'p' : 'e'}\\.(\\w+)$`).exec(pathOf(found?.what) ?? '') ?? []
  const known: EventProperty | undefined = oneOf([...eventTexts, ...eventNumbers], property)
  if (found === undefined || known === undefined || (any && (known === 'name' || known === 'value'))) return undefined
  const wanted = oneOf(eventTexts, known) !== undefined ? 'string' : 'number'
  return found.values.every((one) => typeof one === wanted) ? { any, property: known, op: found.op, values: found.values } : undefined
}

function wheresOf(node: Node | undefined): Where[] | undefined {
  if (node === undefined) return undefined
  const all = (node.op === '&&' ? argsOf(node) : [node]).map(whereOf)
  return all.every((one) => one !== undefined) ? all : undefined
}

/** What stands before .count() or .sum(). */
function eventsOf(node: Node | undefined): Pick<EventRow, 'event' | 'where' | 'then'> | undefined {
  if (node === undefined) return undefined
  const args = argsOf(node)
  const on = onOf(node)
  if (node.call === 'followed_by' || node.call === 'not_followed_by') {
    const events = eventsOf(on)
    const within = spanOf(args[1])
    const event = textOf(args[0])
    if (events === undefined || events.then !== null || within === undefined || event === undefined) return undefined
    return { ...events, then: { did: node.call === 'followed_by', event, within } }
  }
  if (node.macro === 'where' && Array.isArray(node.vars) && node.vars[0] === 'e') {
    const events = eventsOf(on)
    const where = wheresOf(args[0])
    return events === undefined || events.where.length > 0 || events.then !== null || where === undefined ? undefined : { ...events, where }
  }
  if (node.call !== 'events' || pathOf(on) !== 'customer') return undefined
  const event = args.length === 0 ? null : textOf(args[0])
  return event === undefined || event === '' ? undefined : { event, where: [], then: null }
}

function measured(found: { op: Compare; what: Node; against: Node }): Row | undefined {
  const { op, what } = found
  const number = numberOf(found.against)
  const on = onOf(what)
  const window = windowOf(argsOf(what), 0)
  if (number === undefined || window === undefined) return undefined
  if ((what.call === 'count' || what.call === 'revenue') && pathOf(on) === 'customer.orders') return row({ kind: 'orders', measure: what.call, op, value: number, window })
  const events = what.call === 'count' || what.call === 'sum' ? eventsOf(on) : undefined
  if (events === undefined) return undefined
  const isPart = events.where.length > 0 || events.then !== null || events.event === null
  const measure = what.call === 'sum' ? 'sum' : isPart && op === '>=' && number === 1 ? 'did' : isPart && op === '==' && number === 0 ? 'didNot' : 'count'
  return row({ kind: 'event', measure, ...events, op: measure === 'did' || measure === 'didNot' ? '>=' : op, value: number, window })
}

function against(node: Node): MomentRow['against'] | undefined {
  const args = argsOf(node)
  if (pathOf(node) === 'now') return { is: 'now' }
  const at = node.call === 'timestamp' && args.length === 1 ? textOf(args[0]) : undefined
  if (at !== undefined) return { is: 'at', at }
  const span = pathOf(args[0]) === 'now' ? spanOf(args[1]) : undefined
  if (span === undefined || args.length !== 2) return undefined
  return node.op === '-' ? { is: 'ago', span } : node.op === '+' ? { is: 'ahead', span } : undefined
}

const fieldIn = (node: Node | undefined): string | undefined => /^customer\.(.+)$/.exec(pathOf(node) ?? '')?.[1]

/** The name of a trait: customer.traits.city, or customer.traits["home city"]. */
function traitIn(node: Node | undefined): string | undefined {
  if (node?.op === '[]' && pathOf(argsOf(node)[0]) === 'customer.traits') return textOf(argsOf(node)[1])
  return /^traits\.([^.]+)$/.exec(fieldIn(node) ?? '')?.[1]
}

/** customer.affinity.category["tea"], or with [?"tea"].orValue(0.0) behind. */
function affinityIn(node: Node): { of: 'category' | 'brand'; name: string; orNone: boolean } | undefined {
  const orNone = node.call === 'orValue' && numberOf(argsOf(node)[0]) === 0 ? onOf(node) : undefined
  const index = orNone?.op === '[?]' ? orNone : node.op === '[]' ? node : undefined
  const of = oneOf(['category', 'brand'] as const, /^affinity\.(\w+)$/.exec(fieldIn(argsOf(index)[0]) ?? '')?.[1])
  const name = textOf(argsOf(index)[1])
  return of === undefined || name === undefined ? undefined : { of, name, orNone: orNone !== undefined }
}

function ofComparison(node: Node): Row | undefined {
  const found = comparison(node)
  if (found === undefined) return undefined
  const { op, what } = found
  const many = measured(found)
  if (many !== undefined) return many
  const at = oneOf(moments, fieldIn(what))
  const than = at === undefined ? undefined : against(found.against)
  if (at !== undefined && than !== undefined && op !== '==' && op !== '!=') return row({ kind: 'moment', field: at, op: op as MomentOp, against: than })
  const number = numberOf(found.against)
  const share = affinityIn(what)
  if (share !== undefined && number !== undefined) return row({ kind: 'share', ...share, op, share: number })
  const field = Object.keys(numbers).find((one): one is NumberField => one === fieldIn(what))
  if (field !== undefined) {
    const days = numbers[field] === 'days' ? spanOf(found.against) : undefined
    const is = numbers[field] === 'days' ? (days?.unit === 'days' ? days.amount : undefined) : number
    return is === undefined ? undefined : row({ kind: 'number', field, op, value: is })
  }
  const args = argsOf(what)
  const salt = what.call === 'bucket' && pathOf(onOf(what)) === 'customer' ? textOf(args[0]) : undefined
  const of = numberOf(args[1])
  return salt !== undefined && of !== undefined && number !== undefined ? row({ kind: 'bucket', salt, of, op, value: number }) : undefined
}

function ofTest(node: Node): Row | undefined {
  const found = test(node)
  if (found === undefined) return undefined
  const field = Object.keys(choices).find((one): one is ChoiceField => one === fieldIn(found.what))
  if (field !== undefined && (found.op === '==' || found.op === '!=' || found.op === 'in')) {
    const values = found.values.map(String)
    return values.every((one) => (choices[field] as readonly string[]).includes(one)) ? row({ kind: 'choice', field, not: found.op === '!=', values }) : undefined
  }
  const trait = traitIn(found.what)
  return trait === undefined || trait === '' ? undefined : row({ kind: 'trait', name: trait, op: found.op, values: found.values })
}

function ofOther(node: Node): Row | undefined {
  const args = argsOf(node)
  const ofCustomer = pathOf(onOf(node)) === 'customer'
  const text = textOf(args[0])
  if (ofCustomer && node.call === 'did' && text !== undefined) {
    const window = windowOf(args, 1)
    return window === undefined ? undefined : row({ kind: 'event', measure: 'did', event: text, where: [], then: null, op: '>=', value: 1, window })
  }
  if (ofCustomer && node.call === 'in_segment' && text !== undefined) return row({ kind: 'segment', name: text, not: false })
  if (ofCustomer && node.call === 'has_tag' && text !== undefined) return row({ kind: 'tag', name: text, not: false })
  const consent = oneOf(consents, /^consent\.(\w+)$/.exec(fieldIn(node) ?? '')?.[1])
  if (consent !== undefined) return row({ kind: 'consent', field: consent, not: false })
  if (typeof node.has === 'string' && pathOf(ofOf(node)) === 'customer.traits') return row({ kind: 'trait', name: node.has, op: 'has', values: [] })
  if (node.op !== 'in' || listOf(args[1]) !== undefined) return undefined
  if (text !== undefined && pathOf(args[1]) === 'customer.traits') return row({ kind: 'trait', name: text, op: 'has', values: [] })
  const trait = traitIn(args[1])
  const literal = literalOf(args[0])
  return trait === undefined || literal === undefined ? undefined : row({ kind: 'trait', name: trait, op: 'holds', values: [literal] })
}

/** The row that says the opposite, where there is one. */
function opposite(one: Item): Item | undefined {
  if (one.kind === 'group') return one.not ? undefined : { ...one, not: true }
  if ((one.kind === 'segment' || one.kind === 'tag' || one.kind === 'consent') && !one.not) return { ...one, not: true }
  if (one.kind === 'choice' && !one.not && one.values.length > 1) return { ...one, not: true }
  if (one.kind === 'event' && one.measure === 'did' && one.where.length === 0 && one.then === null && one.event !== null) return { ...one, measure: 'didNot' }
  if (one.kind === 'trait' && one.op === 'has') return { ...one, op: 'hasNot' }
  return undefined
}

function itemOf(node: Node): Item {
  if (node.op === '&&' || node.op === '||') return group(argsOf(node).map(itemOf), node.op === '&&' ? 'all' : 'any')
  if (node.op === '!') {
    const inner = itemOf(argsOf(node)[0] ?? {})
    return opposite(inner) ?? group([inner], 'all', true)
  }
  return ofComparison(node) ?? ofTest(node) ?? ofOther(node) ?? row({ kind: 'text', node })
}

/** The whole as a group of rows. */
export function groupOf(tree: Node): Group {
  const item = itemOf(tree)
  return item.kind === 'group' ? item : group([item])
}
