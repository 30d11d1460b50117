// Goal: what the form shows is what the engine holds, and saving it unchanged changes nothing.
import { expect, test } from 'vitest'
import { draftOf, heldOf, newCap, newQuiet, nightsOf, policyOf, rowOf } from './draft'

const whole = { quietHours: { from: '22:00', to: '08:00', channels: ['sms'], over: 'skip' }, caps: [{ most: 1, per: 'day', over: 'skip' }, { most: 3, hours: 168, channels: ['email', 'sms'], over: 'wait' }], holdout: 0.05 }

test('there and back it is the same', () => {
  expect(policyOf(draftOf(whole))).toEqual(whole)
  expect(policyOf(draftOf({}))).toEqual({})
  expect(policyOf(draftOf(undefined))).toEqual({})
})

test('what was not said is what the engine takes it for', () => {
  expect(draftOf({ quietHours: { from: '22:00', to: '08:00' } }).quiet).toEqual(newQuiet)
  expect(draftOf({ caps: [{ most: 1, per: 'day' }] }).caps).toEqual([newCap])
})

test('a share is shown in percent without noise', () => {
  for (const [share, percent] of [[0.05, 5], [0.029, 2.9], [0.3, 30], [0.001, 0.1]] as const) {
    expect(draftOf({ holdout: share }).holdout).toBe(percent)
    expect(policyOf(draftOf({ holdout: share }))).toEqual({ holdout: share })
  }
})

test('a night goes over midnight in two parts', () => {
  expect(nightsOf({ from: '22:00', to: '08:00' })).toEqual([{ start: 0, end: 8 / 24 }, { start: 22 / 24, end: 1 }])
  expect(nightsOf({ from: '12:00', to: '14:00' })).toEqual([{ start: 0.5, end: 14 / 24 }])
  expect(nightsOf({ from: '22:00', to: '00:00' })).toEqual([{ start: 22 / 24, end: 1 }])
  for (const bad of [{ from: '', to: '08:00' }, { from: '08:00', to: '08:00' }, { from: '25:00', to: '08:00' }]) expect(nightsOf(bad)).toEqual([])
})

test('on site nobody is woken unless it is said', () => {
  expect(heldOf(newQuiet).free).toEqual(['onsite'])
  expect(heldOf({ ...newQuiet, channels: ['sms', 'onsite'] }).free).not.toContain('onsite')
})

test('a fault names its row', () => {
  for (const [field, want] of [['caps[1].hours', 1], ['caps[0]', 0], ['quietHours.from', undefined], ['', undefined], [undefined, undefined]] as const) expect(rowOf(field)).toBe(want)
})
