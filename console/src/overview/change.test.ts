import { describe, expect, it } from 'vitest'
import * as format from '../shared/format'
import { changeOf } from './change'

describe('changeOf', () => {
  it('tells up, down and the same, and whether that is welcome', () => {
    expect(changeOf(12, 10, 'up')).toMatchObject({ direction: 'up', welcome: true, share: 0.2 })
    expect(changeOf(8, 10, 'up')).toMatchObject({ direction: 'down', welcome: false, share: -0.2 })
    expect(changeOf(10, 10, 'up')).toMatchObject({ direction: 'same', welcome: null, share: 0 })
  })
  it('more refunds are not welcome', () => expect(changeOf(3, 2, 'down')).toMatchObject({ direction: 'up', welcome: false }))
  it('of nothing there is no share', () => expect(changeOf(5, 0, 'up')).toMatchObject({ direction: 'up', share: null, difference: 5 }))
  it('nothing after nothing is the same', () => expect(changeOf(0, 0, 'up')).toMatchObject({ direction: 'same', share: 0 }))
  it('what is not known has no change', () => {
    expect(changeOf(null, 3, 'up')).toBeNull()
    expect(changeOf(3, null, 'up')).toBeNull()
  })
})

describe('how a change is written', () => {
  const rows: [string, string, string][] = [
    ['with its sign', format.signedPercent(0.1234, 'en'), '+12.3%'],
    ['a fall', format.signedPercent(-0.05, 'zh'), '-5%'],
    ['nothing has no sign', format.signedPercent(0, 'en'), '0%'],
    ['ten-fold needs no digits', format.signedPercent(12.3456, 'en'), '+1,235%'],
    ['shares move by points', format.signedPoints(0.0131 - 0.0188, 'en'), '-0.57'],
    ['a small share keeps its digits', format.share(0.0312, 'en'), '3.12%'],
    ['a mean in fractions of a penny', format.meanMoney(64.25, 'GBP', 'en', true), '+£0.64'],
    ['too small for two digits', format.meanMoney(0.9, 'GBP', 'en', true), '+£0.009'],
    ['below zero', format.meanMoney(-16, 'CNY', 'zh', true), '-¥0.16'],
    ['no currency yet', format.meanMoney(0, '', 'en'), '0.00'],
  ]
  it.each(rows)('%s', (_, got, want) => expect(got).toBe(want))
})
