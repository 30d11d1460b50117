import { describe, expect, it } from 'vitest'
import { brief, daily, inFirst, isSegmentName, standsUntil, titleOf, userOf, type Why } from './kept'

const now = Date.parse('2026-11-22T10:00:00Z')
const one = (days: { date: string; size: number; entered: number; left: number }[], size = days.at(-1)?.size ?? 7) => ({ definedAt: '2026-11-18T09:00:00Z', size, days })

describe('sizes by day', () => {
  it('fill the days on which nobody came or went', () => {
    const all = daily(one([{ date: '2026-11-19', size: 5, entered: 2, left: 1 }, { date: '2026-11-21', size: 3, entered: 0, left: 2 }]), now, 30)
    expect(all.map((day) => `${day.date} ${day.size} ${day.entered} ${day.left}`)).toEqual(['2026-11-18 4 0 0', '2026-11-19 5 2 1', '2026-11-20 5 0 0', '2026-11-21 3 0 2', '2026-11-22 3 0 0'])
  })
  it('are the last ones, from what came before them', () => {
    expect(daily(one([{ date: '2026-11-18', size: 9, entered: 9, left: 0 }]), now, 2).map((day) => day.size)).toEqual([9, 9])
  })
  it('stand still where nobody ever came or went', () => {
    expect(daily(one([]), now, 30).map((day) => day.size)).toEqual([7, 7, 7, 7, 7])
  })
  it('never become fewer than none, and days older than the definition are days too', () => {
    expect(daily(one([{ date: '2026-11-17', size: 1, entered: 3, left: 0 }]), now, 30).map((day) => day.size)).toEqual([1, 1, 1, 1, 1, 1])
  })
})

describe('texts', () => {
  it('are a title, or the name', () => expect([titleOf({ name: 'a', title: '' }), titleOf({ name: 'a', title: '常客' })]).toEqual(['a', '常客']))
  it('are cut between characters', () => {
    expect(brief('a  &&\n b')).toBe('a && b')
    expect(brief('女'.repeat(5), 4)).toBe('女女女…')
  })
  it('name a segment as the engine takes it', () => expect(['a-B_9', '', 'a b', '客', 'x'.repeat(65)].map(isSegmentName)).toEqual([true, false, false, false, false]))
  it('say who asks about it', () => expect([userOf('the segment both asks about it: change that one first'), userOf('something else'), userOf(undefined)]).toEqual(['both', undefined, undefined]))
})

describe('of a customer', () => {
  const why = (name: string, is: boolean, clauses: Partial<Why['clauses'][number]>[] = []): Why => ({
    name, in: is, since: null, any: false, clauses: clauses.map((clause) => ({ expression: 'x', holds: is, decides: true, events: [], ...clause })),
  })
  it('those he is in come first', () => expect(inFirst([why('a', false), why('b', true), why('c', false), why('d', true)]).map((each) => each.name)).toEqual(['b', 'd', 'a', 'c']))
  it('it stands until the first clause that decides may change', () => {
    expect(standsUntil(why('a', true, [{ standsUntil: '2026-12-02T00:00:00Z' }, { standsUntil: '2026-12-01T00:00:00Z', decides: false }, { standsUntil: '2026-12-03T00:00:00Z' }]))).toBe('2026-12-02T00:00:00Z')
    expect(standsUntil(why('a', true, [{}]))).toBeUndefined()
  })
})
