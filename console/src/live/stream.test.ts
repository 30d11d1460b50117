import { describe, expect, it } from 'vitest'
import { nothing, placeOf, positionOf, ROWS_MAX, stepLive, stepOf, type EventRow, type Live } from './stream'

const row = (messageId: string, source = 'web'): EventRow => ({
  messageId, source, type: 'track', event: 'Product Viewed', timestamp: '', receivedAt: '', summary: '', customer: { id: '1', userId: null },
})
const ids = (live: Live) => live.rows.map((r) => r.messageId)
// Newest first, as the stream sends.
const batch = (...names: string[]) => ({ kind: 'batch' as const, rows: names.map((name) => row(name)) })

describe('stepLive', () => {
  it('shows the newest first, each once', () => {
    const live = [{ kind: 'seed' as const, rows: [row('b'), row('a')] }, batch('d', 'c', 'b')].reduce(stepLive, nothing)
    expect(ids(live)).toEqual(['d', 'c', 'b', 'a'])
  })
  it('a late seed does not cover what came meanwhile', () => {
    const live = [batch('c'), { kind: 'seed' as const, rows: [row('b'), row('a')] }].reduce(stepLive, nothing)
    expect(ids(live)).toEqual(['c', 'b', 'a'])
  })
  it('a list asked for again puts newer rows on top', () => {
    const timed = (id: string, receivedAt: string) => ({ ...row(id), receivedAt })
    const live = [
      { kind: 'seed' as const, rows: [timed('b', '2026-01-01T00:00:02Z'), timed('a', '2026-01-01T00:00:01Z')] },
      { kind: 'seed' as const, rows: [timed('c', '2026-01-01T00:00:03Z'), timed('b', '2026-01-01T00:00:02Z')] },
    ].reduce(stepLive, nothing)
    expect(ids(live)).toEqual(['c', 'b', 'a'])
  })
  it('the same id of two sources is two messages', () => {
    const live = stepLive(nothing, { kind: 'batch', rows: [row('a', 'web'), row('a', 'app')] })
    expect(ids(live)).toEqual(['a', 'a'])
  })
  it('holds back while paused and counts, then shows all', () => {
    const paused = [batch('a'), { kind: 'pause' as const }, batch('b'), batch('d', 'c')].reduce(stepLive, nothing)
    expect(ids(paused)).toEqual(['a'])
    expect(paused.heldCount).toBe(3)
    const on = stepLive(paused, { kind: 'resume' })
    expect(ids(on)).toEqual(['d', 'c', 'b', 'a'])
    expect(on.heldCount).toBe(0)
  })
  it.each([[ROWS_MAX, stepLive], [5, stepOf(5)]])('never keeps more than %d', (max, step) => {
    let live = step(nothing, { kind: 'pause' })
    for (let i = 0; i < 300; i++) live = step(live, batch(`m${i}`))
    expect(live.held.length).toBe(max)
    expect(live.heldCount).toBe(300)
    expect(step(live, { kind: 'resume' }).rows.length).toBe(max)
  })
})

it('an event is opened by its place; one that names none cannot be read whole', () => {
  expect(positionOf(placeOf({ ...row('m'), position: '0-1284' }))).toBe('0-1284')
  expect(positionOf(placeOf(row('m')))).toBeUndefined()
})
