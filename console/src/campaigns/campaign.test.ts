import { describe, expect, it, test } from 'vitest'
import { actsOf, barsOf, byDay, daysIn, monthOf, monthText, moved, type Campaign, type Preview } from './campaign'

test('what may be done in a state', () => {
  for (const [state, want] of [['draft', ['submit']], ['review', ['approve', 'reject']], ['running', ['pause', 'end']], ['paused', ['resume', 'end']], ['ended', []]] as const) expect(actsOf(state)).toEqual(want)
})

describe('the bars of a dry run', () => {
  const preview = { customers: 100, audience: 50, judged: 40, now: { send: 10, wait: 5, skip: 25 }, reasons: [{ why: 'quiet_hours', customers: 5 }, { why: 'no_consent', customers: 21 }, { why: 'minor', customers: 0 }, { why: 'control_group', customers: 4 }], control: 4, messages: 15, overBudget: false, seconds: null, composed: { tried: 0, withoutAddress: 0, broken: 0 }, examples: [] } satisfies Preview
  it('are shares of those asked about, the greatest reason first, and lose nobody', () => {
    const bars = barsOf(preview)
    expect(bars.map((one) => one.why ?? one.key)).toEqual(['send', 'no_consent', 'quiet_hours', 'control_group'])
    expect(bars.reduce((all, one) => all + one.customers, 0)).toBe(preview.judged)
    expect(bars[0]?.share).toBe(0.25)
  })
  it('of nobody are no division by nothing', () => expect(barsOf({ ...preview, judged: 0, now: { send: 0, wait: 0, skip: 0 }, reasons: [] })).toEqual([{ key: 'send', customers: 0, share: 0 }]))
})

test('months', () => {
  expect(monthOf('2026-02', '2026-11-23')).toEqual({ year: 2026, month: 2 })
  for (const bad of [null, '', '2026-13', 'x']) expect(monthOf(bad, '2026-11-23')).toEqual({ year: 2026, month: 11 })
  expect(monthText(moved({ year: 2026, month: 12 }, 1))).toBe('2027-01')
  expect(monthText(moved({ year: 2026, month: 1 }, -1))).toBe('2025-12')
  expect([daysIn({ year: 2026, month: 2 }), daysIn({ year: 2028, month: 2 }), daysIn({ year: 2026, month: 12 })]).toEqual([28, 29, 31])
})

test('a run stands on the day it has where the workspace is', () => {
  const one = (name: string, nextRunAt: string | null): Campaign => ({ name, state: 'running', version: 1, activeFrom: null, edited: null, submitted: null, approved: null, nextRunAt })
  const days = byDay([one('a', '2026-11-23T23:00:00Z'), one('b', null), one('c', '2026-11-24T01:00:00Z')], 'Asia/Shanghai')
  expect([...days].map(([day, all]) => [day, all.map((each) => each.name)])).toEqual([['2026-11-24', ['a', 'c']]])
})
