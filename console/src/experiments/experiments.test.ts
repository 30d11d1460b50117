import { expect, test } from 'vitest'
import { actsOf, bandOf, barOf, changeOf, conditionValue, csvOf, curvePoints, differenceText, meanText, shortOf, spanOf, type Compared, type Difference, type Experiment, type Measured, type Result } from './experiments'

const between = (low: number | null, high: number | null) => ({ low, high, p: 0.5 })
const difference = (estimate: number, half: number): Difference => ({ estimate, se: half / 2, fixed: between(estimate - half, estimate + half), sequential: between(estimate - 2 * half, estimate + 2 * half) })
const compared = (arm: string, verdict: Compared['verdict'], one: Difference | null = difference(0.1, 0.02)): Compared => ({ arm, absolute: one, relative: one, q: 0.01, cuped: { theta: 1, reduction: 0.2 }, bayes: { chance: 0.9, lossOfControl: 1, lossOfArm: 0 }, verdict })
const metric = (differences: Compared[]): Measured => ({ name: 'conversion', title: { en: 'Conversion', zh: '转化率' }, type: 'share', money: false, better: 'more', builtin: true, guardrail: false, arms: [{ arm: 'control', units: 10, mean: 0.5, sd: 0.5 }, { arm: 'a', units: 12, mean: 0.6, sd: 0.5 }], differences })

test('what may be done follows how it stands', () => {
  expect(actsOf('draft')).toEqual(['start'])
  expect(actsOf('running')).toEqual(['pause', 'stop'])
  expect(actsOf('stopped')).toEqual([])
})

test('the set-up goes back as it came, with the width of its slice', () => {
  const one = { name: 'x', title: 't', hypothesis: '', placements: ['home'], layer: 'l', layerFrom: 2000, layerTo: 5000, share: 0.5, eligibility: '', arms: [{ name: 'a' }, { name: 'b' }], metrics: ['conversion'], guardrails: [], windowDays: 14, beforeDays: 30, alpha: 0.05, definitions: { own: {} }, state: 'draft', exposed: 0 } as unknown as Experiment
  const change = changeOf(one)
  expect(change).toMatchObject({ layerFrom: 0, layerTo: 3000, share: 0.5, definitions: { own: {} } })
  expect(change).not.toHaveProperty('state')
  expect(change).not.toHaveProperty('currency')
})

test('what the first metric says in short', () => {
  expect(shortOf({ trusted: false, metrics: [] }).kind).toBe('mismatch')
  expect(shortOf({ trusted: true, metrics: [] }).kind).toBe('none')
  expect(shortOf({ trusted: true, metrics: [metric([compared('a', 'open', null)])] }).kind).toBe('none')
  expect(shortOf({ trusted: true, metrics: [metric([compared('a', 'open')])] }).kind).toBe('open')
  expect(shortOf({ trusted: true, metrics: [metric([compared('a', 'worse'), compared('b', 'open')])] })).toEqual({ kind: 'decided', arms: [{ arm: 'a', verdict: 'worse' }] })
})

test('an interval lies around 0, whose place is the middle', () => {
  const one = difference(0.1, 0.05)
  expect(spanOf([one, null])).toBeCloseTo(0.216)
  const bar = barOf(one, 0.2)
  expect(bar.sequential).toEqual({ left: 50, width: 50 })
  expect(bar.fixed.left).toBeCloseTo(62.5)
  expect(bar.fixed.width).toBeCloseTo(25)
  expect(bar.at).toBeCloseTo(75)
  expect(spanOf([null])).toBe(1)
  expect(barOf({ ...one, sequential: between(null, null) }, 0.2).sequential).toEqual({ left: 0, width: 100 })
})

test('the days of an arm, without those too wide to draw', () => {
  const day = (date: string, half: number) => ({ date, arms: [{ arm: 'control', units: 1 }, { arm: 'a', units: 1, absolute: difference(1, half), relative: difference(0.1, half) }] })
  const history = [{ date: '2026-01-01', arms: [{ arm: 'control', units: 0 }, { arm: 'a', units: 0, absolute: null, relative: null }] }, day('2026-01-02', 9), day('2026-01-03', 0.2), day('2026-01-04', 0.1)] as Result['history']
  expect(bandOf(history, 'a')).toMatchObject({ days: ['2026-01-03', '2026-01-04'], leftOut: 2, relative: true })
  expect(bandOf([], 'a')).toMatchObject({ days: [], leftOut: 0 })
})

test('values in their own units', () => {
  expect(meanText({ type: 'share', money: false }, 0.084, 'GBP', 'en')).toBe('8.4%')
  expect(meanText({ type: 'mean', money: true }, 2630, 'GBP', 'en')).toBe('£26.30')
  expect(meanText({ type: 'mean', money: false }, null, '', 'en')).toBe('–')
  expect(differenceText({ type: 'share', money: false }, 0.0071, '', 'en')).toBe('+0.71')
  expect(differenceText({ type: 'mean', money: false }, -0.01234, '', 'en')).toBe('-0.0123')
})

test('the table has a row for each metric and arm', () => {
  const lines = csvOf({ metrics: [metric([compared('a', 'better'), compared('b', 'open', null)])] }).trim().split('\r\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]?.split(',')).toHaveLength(lines[1]?.split(',').length ?? 0)
  expect(lines[1]).toContain('conversion,no,a,12,0.6,0.5,0.1')
  expect(lines[2]?.startsWith('conversion,no,b,,,0.5,,')).toBe(true)
})

test('whom an arm moves is drawn between the most gained and nothing', () => {
  const curve = [{ share: 0, gain: 0 }, { share: 0.5, gain: 4 }, { share: 1, gain: 2 }]
  expect(curvePoints(curve, 100, 108)).toEqual({ curve: '0.0,104.0 50.0,4.0 100.0,54.0', zero: 104, straight: '0.0,104.0 100.0,54.0' })
  expect(curvePoints([{ share: 0, gain: 0 }, { share: 1, gain: -2 }], 100, 108).zero).toBe(4)
  expect(curvePoints([], 100, 108)).toEqual({ curve: '', zero: 54, straight: '' })
})

test('money from before is money, other columns are counts', () => {
  expect(conditionValue({ column: 'orders', is: 'below', value: 3 }, 'CNY', 'en')).toBe('3')
  expect(conditionValue({ column: 'dear', is: 'below', value: 4990 }, 'CNY', 'en')).toMatch(/49\.90/)
})
