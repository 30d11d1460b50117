// Goal: changes of the graph keep it whole, and the two journeys to begin with are ones that the engine takes.
import { describe, expect, it } from 'vitest'
import { addOn, examples, kinds, leadTo, placeOf, put, reachable, read, remove, rename, starts, textOf, waysOf, type Definition } from './journey'
import { beside, CARD, ENTRY, graphOf } from './graph'

const small: Definition = {
  entry: { event: 'Cart Viewed' }, first: 'hour',
  nodes: { hour: { kind: 'wait', event: 'Order Completed', forMs: 3_600_000, next: 'won', late: 'mail' }, mail: { kind: 'send', channels: [{ channel: 'email', template: 'cart' }], next: 'ask' }, ask: { kind: 'branch', cases: [{ if: 'true', next: 'won' }], next: 'hour' }, won: { kind: 'exit', goal: true } },
}
const lost = (of: Definition) => Object.values(of.nodes).flatMap(waysOf).filter(({ to }) => to !== undefined && of.nodes[to] === undefined)

/** Whether a circle has no wait of a second. */
function rushes({ nodes }: Definition): boolean {
  const waits = (name: string) => nodes[name]?.kind === 'wait' && (nodes[name]?.time !== undefined || (nodes[name]?.forMs ?? 0) >= 1_000)
  const comes = (from: string, to: string, seen: Set<string>): boolean => waysOf(nodes[from] ?? { kind: 'exit' }).some((way) => way.to !== undefined && !waits(way.to) && (way.to === to || (!seen.has(way.to) && comes(way.to, to, seen.add(way.to)))))
  return Object.keys(nodes).some((name) => !waits(name) && comes(name, name, new Set()))
}

describe('the journeys to begin with', () => {
  it.each(starts)('%s keeps the limits, leads everywhere and does not rush in a circle', (name) => {
    const one = examples[name]
    expect(textOf(one).length).toBeLessThan(16_384)
    expect(Object.keys(one.nodes).length).toBeLessThanOrEqual(64)
    expect([...reachable(one)].sort()).toEqual(Object.keys(one.nodes).sort())
    expect(lost(one)).toEqual([])
    expect(rushes(one)).toBe(false)
    expect(read(JSON.stringify(one))).toEqual(one)
  })
  it('know a circle that rushes', () => expect(rushes({ ...small, nodes: { ...small.nodes, won: { kind: 'update', tag: 'x', next: 'ask' } } })).toBe(true))
})

describe('reading', () => {
  it.each([
    ['no JSON', '{'], ['no object', '[]'], ['no nodes', '{"entry":{},"first":"a"}'], ['a node of no kind', '{"entry":{},"first":"a","nodes":{"a":{"kind":"jump"}}}'],
    ['a text that is a number', '{"entry":{},"first":"a","nodes":{"a":{"kind":"wait","next":7}}}'], ['cases that are none', '{"entry":{},"first":"a","nodes":{"a":{"kind":"branch","cases":[3]}}}'],
  ])('refuses %s', (_, text) => expect(read(text)).toBeUndefined())
  it('keeps what it does not know', () => expect(read('{"entry":{},"first":"a","nodes":{},"colour":"red"}')).toHaveProperty('colour', 'red'))
})

describe('a change', () => {
  it('adds a node on a way, which leads on to where that led', () => {
    const { definition, name } = addOn(small, 'hour', { slot: 'late' }, 'wait')
    expect(name).toBe('wait')
    expect(definition.nodes.hour?.late).toBe('wait')
    expect(definition.nodes.wait).toEqual({ kind: 'wait', forMs: 3_600_000, next: 'mail' })
    expect(addOn(definition, 'ask', { slot: 'case', at: 0 }, 'wait').definition.nodes.wait2?.next).toBe('won')
  })
  it.each(kinds)('a new %s leaves the graph whole', (kind) => {
    for (const from of Object.keys(small.nodes)) for (const way of waysOf(small.nodes[from] ?? { kind: 'exit' })) expect(lost(addOn(small, from, way, kind).definition)).toEqual([])
  })
  it('adds one before all others', () => {
    const { definition } = addOn(small, undefined, { slot: 'next' }, 'send')
    expect(definition.first).toBe('send')
    expect(definition.nodes.send).toMatchObject({ next: 'hour', unreached: 'hour' })
  })
  it('takes one away: what led to it leads to where it led', () => {
    const next = remove(small, 'mail')
    expect(next.nodes.hour?.late).toBe('ask')
    expect(lost(next)).toEqual([])
    expect(remove(small, 'hour').first).toBe('won')
    const alone: Definition = { entry: {}, first: 'a', nodes: { a: { kind: 'exit' } } }
    expect(remove(alone, 'a')).toBe(alone)
  })
  it('calls one otherwise, in its place, with all that lead to it', () => {
    const next = rename(small, 'hour', 'wait_a_bit')
    expect(Object.keys(next.nodes)[0]).toBe('wait_a_bit')
    expect(next.first).toBe('wait_a_bit')
    expect(next.nodes.ask?.next).toBe('wait_a_bit')
    expect(rename(small, 'hour', 'mail')).toBe(small)
  })
  it('leads a way elsewhere, or to the end', () => {
    expect(leadTo(small.nodes.ask ?? { kind: 'exit' }, { slot: 'case', at: 0 }, 'mail').cases?.[0]?.next).toBe('mail')
    expect(leadTo(small.nodes.ask ?? { kind: 'exit' }, { slot: 'next' }, undefined)).not.toHaveProperty('next')
    expect(put({ a: 1 as number | undefined }, 'a', undefined)).toEqual({})
  })
})

describe('the place of a fault', () => {
  it.each([
    ['nodes.mail.template', { node: 'mail', member: 'template' }], ['nodes.mail.channels.0.template', { node: 'mail', member: 'channels.0.template' }], ['nodes.mail', { node: 'mail', member: '' }],
    ['entry.event', { member: 'entry.event' }], ['', undefined], [undefined, undefined],
  ])('%s', (field, place) => expect(placeOf(field)).toEqual(place))
})

describe('the graph', () => {
  const graph = graphOf(small)
  it('has the entry, each node, an end where a way leads nowhere on, and what leads back', () => {
    const ends = graphOf({ ...small, nodes: { ...small.nodes, ask: { kind: 'branch', cases: [{ if: 'true', next: 'won' }] } } })
    expect(ends.drawing.items.size).toBe(1 + 4 + 1) // ask leads nowhere on
    expect(ends.edges.find((one) => one.isEnd)).toMatchObject({ from: 'ask', ways: [{ slot: 'next' }] })
    expect(graph.drawing.lines.filter(({ isBack }) => isBack)).toHaveLength(1)
  })
  it('has one line for two ways to the same node: whom no channel reaches goes on as the others', () => {
    expect(graph.edges.filter((one) => one.from === 'mail')).toEqual([{ from: 'mail', to: 'ask', isEnd: false, ways: [{ slot: 'next', to: 'ask' }, { slot: 'unreached', to: 'ask' }] }])
  })
  it('is gone along with arrow keys', () => {
    expect(beside(graph, ENTRY, 'ArrowDown')).toBe('hour')
    expect(beside(graph, 'mail', 'ArrowUp')).toBe('hour')
    expect(beside(graph, 'hour', 'ArrowUp')).toBe(ENTRY)
    expect(beside(graph, ENTRY, 'ArrowLeft')).toBeUndefined()
    expect(beside(graph, ENTRY, 'a')).toBeUndefined()
    expect(CARD.width).toBeGreaterThan(100)
  })
  it('of the five stages reads from the entry down', () => expect(graphOf(examples.stages).order[0]).toBe('appear'))
})
