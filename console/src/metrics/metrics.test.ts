// Goal: a metric is found where it is used, and its number leads to its customers.
import { expect, test } from 'vitest'
import { changeOf, daysCsv, isName, unitOf, usesOf, whoExpression, windowOf, type Days, type Metric } from './metrics'

const metric = (more: Partial<Metric>): Metric => ({ name: 'm', title: { en: 'M', zh: 'M' }, type: 'mean', money: false, better: 'more', builtin: false, ...more })

test('what decides stands before what only guards', () => {
  const experiments = [
    { name: 'a', title: '', state: 'running', metrics: ['orders'], guardrails: ['opt_outs'] },
    { name: 'b', title: 'B', state: 'draft', metrics: ['opt_outs', 'orders'], guardrails: [] },
    { name: 'c', title: 'C', state: 'stopped', metrics: ['orders', 'opt_outs'], guardrails: [] },
  ] as const
  expect(usesOf('opt_outs', experiments as never).map(({ experiment, title, as }) => [experiment, title, as])).toEqual([['b', 'B', 'first'], ['c', 'C', 'metric'], ['a', 'a', 'guardrail']])
  expect(usesOf('revenue', experiments as never)).toEqual([])
})

test('customers are those of the same days', () => {
  expect(whoExpression(metric({ name: 'repurchase', builtin: true }), 30)).toBe('customer.orders.count(days(30)) >= 2')
  expect(whoExpression(metric({ event: 'Video "A"' }), 7)).toBe('customer.did("Video \\"A\\"", days(7))')
  expect(whoExpression(metric({ event: 'A', where: 'e.value > 5.0' }), 7)).toBe('customer.events("A").where(e, e.value > 5.0).count(days(7)) >= 1')
  expect(whoExpression(metric({ name: 'opt_outs', builtin: true }), 7)).toBeUndefined()
})

test('a unit is what the number is written in', () => {
  expect([unitOf(metric({ money: true, type: 'ratio' })), unitOf(metric({ type: 'ratio' })), unitOf(metric({ type: 'share' })), unitOf(metric({}))]).toEqual(['money', 'share', 'share', 'number'])
  expect([isName('a-b_1'), isName(''), isName('看过')]).toEqual([true, false, false])
})

test('a window is 1 to 365 days, or nothing', () => {
  expect(['', ' 7 ', '365', '0', '366', '1.5', 'a'].map(windowOf)).toEqual([0, 7, 365, undefined, undefined, undefined, undefined])
})

test('what is taken back is the whole definition', () => {
  const change = { kind: 'count', event: 'A', where: 'e.value > 5.0', windowDays: 3, unit: 'session', better: 'more' } as const
  expect(changeOf(metric(change))).toEqual({ ...change, title: { en: 'M', zh: 'M' } })
})

test('the table has a row a day', () => {
  const day = { date: '2026-01-01', customers: 4, of: 2, per: null, value: 0.5 }
  const found: Days = { metric: metric({ money: true }), currency: 'CNY', from: null, to: null, customers: 4, of: 2, per: null, value: 0.5, days: [day] }
  expect(daysCsv(found)).toBe('metric,date,value,of,per,customers,currency\r\nm,2026-01-01,0.5,2,,4,CNY\r\n')
})
