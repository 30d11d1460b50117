import { describe, expect, it } from 'vitest'
import * as f from './format'

// Intl puts narrow and no-break spaces where a person sees a space.
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('money', () => {
  const rows: [string, string, string][] = [
    ['pounds with pence', f.money(255, 'GBP', 'en'), '£2.55'],
    ['yuan in Chinese', f.money(1_234_500, 'CNY', 'zh'), '¥12,345.00'],
    ['yen has no minor unit', f.money(500, 'JPY', 'en'), '¥500'],
    ['dinar has three digits', f.money(1500, 'BHD', 'en'), 'BHD 1.500'],
    ['rounded', f.money(891_140_790, 'GBP', 'en', 'round'), '£8,911,408'],
    ['short', f.money(891_140_790, 'GBP', 'en', 'short').toUpperCase(), '£8.9M'],
    ['refund', f.money(-255, 'GBP', 'en'), '-£2.55'],
    ['no currency yet', f.money(0, '', 'en'), '0.00'],
  ]
  it.each(rows)('%s', (_, got, want) => expect(plain(got)).toBe(want))
})

describe('numbers and times', () => {
  const now = Date.UTC(2011, 11, 9, 12, 0, 0)
  const rows: [string, string, string][] = [
    ['small rate keeps a digit', f.rate(0.44, 'en'), '0.4'],
    ['large rate is whole', f.rate(1204.4, 'en'), '1,204'],
    ['calendar day has no zone', f.calendarDay('2011-12-01', 'en'), '1 Dec'],
    ['calendar day in Chinese', f.calendarDay('2011-12-01', 'zh'), '12月1日'],
    ['ago takes the largest unit', f.ago(now - 3 * 60_000 - 5, now, 'en'), '3 minutes ago'],
    ['ago in Chinese', f.ago(now - 2 * 86_400_000, now, 'zh'), '前天'],
    ['just now', f.ago(now - 200, now, 'en'), 'now'],
    ['a broken time is a dash', f.ago('nonsense', now, 'en'), '–'],
    ['bytes', f.bytes(1_234_567, 'en'), '1.2MB'],
    ['short lag', f.milliseconds(12, 'en'), '12ms'],
    ['long lag', f.milliseconds(1500, 'en'), '1.5s'],
    ['duration', f.duration(3 * 86_400 + 4 * 3_600 + 59, 'en'), '3d 4h'],
    ['duration of nothing', f.duration(0, 'en'), '0s'],
    ['percent', f.percent(0.314, 'en'), '31%'],
  ]
  it.each(rows)('%s', (_, got, want) => expect(plain(got)).toBe(want))
})

describe('the time zone', () => {
  it('is the workspace\'s, and a name nobody knows changes nothing', () => {
    f.tellTimesIn('Asia/Shanghai')
    expect(f.date('2011-12-01T20:00:00Z', 'en', 'clock')).toBe('04:00')
    f.tellTimesIn('Atlantis/Capital')
    expect(f.date('2011-12-01T20:00:00Z', 'en', 'clock')).toBe('04:00')
    expect(f.calendarDay('2011-12-01', 'en')).toBe('1 Dec')
  })
})

describe('meanOrderCents', () => {
  it('is 0 before the first order', () => expect(f.meanOrderCents(0, 0)).toBe(0))
  it('rounds to a cent', () => expect(f.meanOrderCents(1000, 3)).toBe(333))
})
