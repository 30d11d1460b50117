// Rows become the tree that the engine prints.
import { numbers, type BucketRow, type EventRow, type Group, type Item, type MomentRow, type NumberRow, type Row, type ShareRow, type Span, type TraitRow, type Where } from './rows'
import { call, callOn, decimal, field, isPlainName, list, macro, name, op, path, value, type Literal, type Node } from './tree'

const customer = name('customer')
const windowOf = (span: Span): Node => call(span.unit, value(span.amount ?? 0))
const windows = (span: Span | null): Node[] => (span === null ? [] : [windowOf(span)])

/** A comparison of what is there with what was typed. */
function compared(what: Node, how: string, values: readonly Literal[], as: (is: Literal) => Node = value): Node {
  const [first = ''] = values
  if (how === 'in') return op('in', what, list(values.map(as)))
  if (how === 'contains' || how === 'startsWith') return callOn(what, how, as(first))
  return op(how, what, as(first))
}

function condition(where: Where): Node {
  if (where.any) return macro(path('e.products'), 'exists', 'p', compared(path(`p.${where.property}`), where.op, where.values))
  return compared(path(`e.${where.property}`), where.op, where.values)
}

function eventOf(row: EventRow): Node {
  const simple = row.where.length === 0 && row.then === null && row.event !== null
  if (simple && (row.measure === 'did' || row.measure === 'didNot')) {
    const did = callOn(customer, 'did', value(row.event ?? ''), ...windows(row.window))
    return row.measure === 'did' ? did : op('!', did)
  }
  let events = callOn(customer, 'events', ...(row.event === null ? [] : [value(row.event)]))
  const [first, ...rest] = row.where.map(condition)
  if (first !== undefined) events = macro(events, 'where', 'e', rest.length === 0 ? first : op('&&', first, ...rest))
  if (row.then !== null) events = callOn(events, row.then.did ? 'followed_by' : 'not_followed_by', value(row.then.event), windowOf(row.then.within))
  const measured = callOn(events, row.measure === 'sum' ? 'sum' : 'count', ...windows(row.window))
  if (row.measure === 'did') return op('>=', measured, value(1))
  if (row.measure === 'didNot') return op('==', measured, value(0))
  return op(row.op, measured, row.measure === 'sum' ? decimal(row.value ?? 0) : value(row.value ?? 0))
}

function momentOf(row: MomentRow): Node {
  const { against } = row
  const what = path(`customer.${row.field}`)
  if (against.is === 'now') return op(row.op, what, name('now'))
  if (against.is === 'at') return op(row.op, what, call('timestamp', value(against.at)))
  return op(row.op, what, op(against.is === 'ago' ? '-' : '+', name('now'), windowOf(against.span)))
}

function traitOf(row: TraitRow): Node {
  const traits = path('customer.traits')
  if (row.op === 'has' || row.op === 'hasNot') {
    const has = isPlainName(row.name) ? { has: row.name, of: traits } : op('in', value(row.name), traits)
    return row.op === 'has' ? has : op('!', has)
  }
  const trait = isPlainName(row.name) ? field(traits, row.name) : op('[]', traits, value(row.name))
  return row.op === 'holds' ? op('in', value(row.values[0] ?? ''), trait) : compared(trait, row.op, row.values)
}

function shareOf(row: ShareRow): Node {
  const shares = path(`customer.affinity.${row.of}`)
  const share = row.orNone ? callOn(op('[?]', shares, value(row.name)), 'orValue', decimal(0)) : op('[]', shares, value(row.name))
  return op(row.op, share, decimal(row.share ?? 0))
}

function numberOf(row: NumberRow): Node {
  const what = path(`customer.${row.field}`)
  if (numbers[row.field] === 'days') return op(row.op, what, call('days', value(row.value ?? 0)))
  return op(row.op, what, numbers[row.field] === 'score' ? value(row.value ?? 0) : decimal(row.value ?? 0))
}

const bucketOf = (row: BucketRow): Node => op(row.op, callOn(customer, 'bucket', value(row.salt), value(row.of ?? 1)), value(row.value ?? 0))

export function nodeOf(row: Row): Node {
  switch (row.kind) {
    case 'event': return eventOf(row)
    case 'orders': return op(row.op, callOn(path('customer.orders'), row.measure, ...windows(row.window)), (row.measure === 'revenue' ? decimal : value)(row.value ?? 0))
    case 'moment': return momentOf(row)
    case 'trait': return traitOf(row)
    case 'share': return shareOf(row)
    case 'choice': {
      const what = path(`customer.${row.field}`)
      if (row.values.length === 1) return compared(what, row.not ? '!=' : '==', row.values)
      const chosen = compared(what, 'in', row.values)
      return row.not ? op('!', chosen) : chosen
    }
    case 'number': return numberOf(row)
    case 'bucket': return bucketOf(row)
    case 'segment':
    case 'tag':
    case 'consent': {
      const is = row.kind !== 'consent' ? callOn(customer, row.kind === 'tag' ? 'has_tag' : 'in_segment', value(row.name)) : path(`customer.consent.${row.field}`)
      return row.not ? op('!', is) : is
    }
    case 'text': return row.node
  }
}

/** The tree of a group; undefined where nothing is in it. Groups without a row say nothing. */
export function treeOf(of: Group): Node | undefined {
  const parts = of.items.map((one: Item) => (one.kind === 'group' ? treeOf(one) : nodeOf(one))).filter((one) => one !== undefined)
  const [first] = parts
  if (first === undefined) return undefined
  const whole = parts.length === 1 ? first : op(of.join === 'all' ? '&&' : '||', ...parts)
  return of.not ? op('!', whole) : whole
}
