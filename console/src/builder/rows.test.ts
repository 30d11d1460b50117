// Goal: what the engine draws is the same after it was blocks; nothing is lost, and only what no block can say is text.
import { describe, expect, it } from 'vitest'
import { started, step } from './history'
import { localOf, momentOf } from './moment'
import { groupOf } from './read'
import { begin, group, inserted, isWhole, kinds, lackOf, moved, replaced, rowsOf, type Group, type Row } from './rows'
import type { Node } from './tree'
import { treeOf } from './write'
import trees from './trees.json'

/** An int and a double of the same worth compare alike. */
const worth = (it: unknown): unknown => {
  if (Array.isArray(it)) return it.map(worth)
  if (typeof it !== 'object' || it === null) return it
  const entries = Object.entries(it).map(([key, value]) => [key === 'double' ? 'value' : key, worth(value)])
  return Object.fromEntries(entries)
}
const all = Object.entries(trees as Record<string, Node>)
const asText = ['customer.orders.count() > 1 ? customer.consent.email : customer.consent.sms', 'customer.orders.revenue() * 2.0 > 10.0', 'customer.orders.count(now - timestamp("2026-03-01T00:00:00Z")) > customer.orders.count(now - timestamp("2026-04-01T00:00:00Z"))', 'true', 'customer.did("A", duration("36h"))', 'size(customer.affinity.category) == 3 && customer.traits.city.size() > 2']

describe('trees and rows', () => {
  for (const [text, tree] of all) {
    if (text.startsWith('3 <=')) continue
    it(`is the same through blocks: ${text}`, () => {
      const blocks = groupOf(tree)
      expect(worth(treeOf(blocks))).toEqual(worth(tree))
      expect(rowsOf(blocks).some((one) => one.kind === 'text')).toBe(asText.includes(text))
      expect(isWhole(blocks)).toBe(true)
    })
  }
  it('turns a comparison round that begins with its number', () => {
    expect(worth(treeOf(groupOf(trees['3 <= customer.orders.count()'] as Node)))).toEqual({ ...worth(trees['customer.orders.count() >= 0']) as object, args: [expect.anything(), { value: 3 }] })
  })
  it('keeps a node it does not know as it is, deep inside', () => {
    const strange: Node = { op: '&&', args: [{ name: 'a' }, { op: '!', args: [{ op: '||', args: [{ call: 'f', args: [{ double: 2 }] }, { name: 'b' }] }] }] }
    expect(treeOf(groupOf(strange))).toEqual(strange)
  })
  it('says no with one word where there is one', () => {
    expect(rowsOf(groupOf(trees['customer.did("Product Added", days(3)) && !customer.did("Order Completed", days(3))'] as Node)).map((one) => one.kind === 'event' && one.measure)).toEqual(['did', 'didNot'])
  })
})

describe('groups', () => {
  const two = (): Group => group([begin('consent'), group([begin('segment'), begin('bucket')], 'any')])
  it('says what is missing, of every kind', () => {
    expect(kinds.map((kind) => lackOf(begin(kind)))).toEqual(['event', undefined, undefined, 'name', 'name', 'values', 'number', 'segment', 'name', undefined, undefined])
    expect(isWhole(group())).toBe(false)
    expect(treeOf(group())).toBeUndefined()
    expect(lackOf({ ...(begin('orders') as Row & { kind: 'orders' }), window: { amount: 0, unit: 'days' } })).toBe('window')
  })
  it('puts, takes out and moves at any depth', () => {
    const whole = two()
    const inner = whole.items[1] as Group
    const [segment, bucket] = inner.items as [Row, Row]
    expect(rowsOf(replaced(whole, segment.id, undefined)).map((one) => one.kind)).toEqual(['consent', 'bucket'])
    expect(rowsOf(moved(whole, bucket.id, -1)).map((one) => one.kind)).toEqual(['consent', 'bucket', 'segment'])
    expect(rowsOf(moved(whole, inner.id, -1)).map((one) => one.kind)).toEqual(['segment', 'bucket', 'consent'])
    expect(rowsOf(moved(whole, segment.id, -1))).toEqual(rowsOf(whole))
    expect(rowsOf(inserted(whole, inner.id, begin('orders'))).map((one) => one.kind)).toEqual(['consent', 'segment', 'bucket', 'orders'])
  })
  it('leaves out groups without a row', () => {
    const consent = begin('consent')
    expect(treeOf(group([consent, group()], 'any', true))).toEqual({ op: '!', args: [treeOf(group([consent]))] })
  })
})

describe('undo and redo', () => {
  const named = (...names: string[]) => group(names.map((name) => ({ ...(begin('segment') as Row & { kind: 'segment' }), name })))
  it('goes back and forth, and forgets what was undone when something else is done', () => {
    const [a, b, c] = [named('a'), named('b'), named('c')]
    let history = step(step(started(a), { is: 'change', to: b }), { is: 'undo' })
    expect(history.now).toBe(a)
    history = step(history, { is: 'redo' })
    expect(history.now).toBe(b)
    history = step(step(history, { is: 'undo' }), { is: 'change', to: c })
    expect(step(history, { is: 'redo' }).now).toBe(c)
    expect(step(step(history, { is: 'undo' }), { is: 'undo' }).now).toBe(a)
  })
  it('takes back a word, not a letter', () => {
    let history = started(named(''))
    for (const text of ['a', 'ab', 'abc']) history = step(history, { is: 'change', to: named(text), typing: '7 name' })
    expect(step(history, { is: 'undo' }).now).toBe(history.past[0])
    expect(history.past.length).toBe(1)
  })
  it('is bounded', () => {
    let history = started(named(''))
    for (let i = 0; i < 300; i++) history = step(history, { is: 'change', to: named(String(i)) })
    expect(history.past.length).toBe(100)
  })
})

describe('moments', () => {
  it('are shown and read in the zone', () => {
    expect(localOf('2026-01-01T00:00:00+08:00', 'Asia/Shanghai')).toBe('2026-01-01T00:00')
    expect(momentOf('2026-01-01T00:00', 'Asia/Shanghai')).toBe('2025-12-31T16:00:00Z')
    for (const at of ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z', '2026-10-25T03:30:00Z']) expect(momentOf(localOf(at, 'Europe/Berlin'), 'Europe/Berlin')).toBe(at)
    expect(localOf('yesterday', 'UTC')).toBe('')
    expect(momentOf('', 'UTC')).toBe('')
  })
})
