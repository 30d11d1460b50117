// Goal: days are right at every edge of a calendar, and an address always gives days that can be asked for.
// Method: tables; one property over every day of eight years.
import { describe, expect, it } from 'vitest'
import { addDays, choiceOf, dayOf, DAYS_MAX, daysOf, isDay, lengthOf, offered, orderly, readRange, writeCompare, writeDays } from './range'

const today = '2026-11-22'
const search = (text: string) => new URLSearchParams(text)

describe('the day it is', () => {
  const rows: [string, string, string | undefined, string][] = [
    ['before midnight in Shanghai it is still yesterday in London', '2026-11-22T15:59:59Z', 'Asia/Shanghai', '2026-11-22'],
    ['a second later a new day begins there', '2026-11-22T16:00:00Z', 'Asia/Shanghai', '2026-11-23'],
    ['and not in London', '2026-11-22T16:00:00Z', 'Europe/London', '2026-11-22'],
    ['west of it the day is younger', '2026-11-22T04:30:00Z', 'America/New_York', '2026-11-21'],
    ['summer time moves the border by an hour', '2026-07-01T23:30:00Z', 'Europe/London', '2026-07-02'],
    ['the short day of spring', '2026-03-29T00:30:00Z', 'Europe/Berlin', '2026-03-29'],
    ['the end of the long day of autumn', '2026-10-25T22:59:59Z', 'Europe/Berlin', '2026-10-25'],
    ['half an hour zones', '2026-01-01T18:29:00Z', 'Asia/Kolkata', '2026-01-01'],
    ['the last moment of a year', '2026-12-31T15:59:59Z', 'Asia/Shanghai', '2026-12-31'],
  ]
  it.each(rows)('%s', (_, at, zone, want) => expect(dayOf(Date.parse(at), zone)).toBe(want))
})

describe('counting days', () => {
  const rows: [string, string, number, string][] = [
    ['over a month\'s end', '2026-11-01', -1, '2026-10-31'],
    ['over a year\'s end', '2026-01-01', -1, '2025-12-31'],
    ['into a leap day', '2028-03-01', -1, '2028-02-29'],
    ['no leap day in other years', '2026-03-01', -1, '2026-02-28'],
    ['a century that is one', '2000-03-01', -1, '2000-02-29'],
    ['over the change of the clocks', '2026-03-30', -2, '2026-03-28'],
    ['a week', '2026-11-22', -7, '2026-11-15'],
  ]
  it.each(rows)('%s', (_, day, days, want) => expect(addDays(day, days)).toBe(want))

  it('there and back again, for every day of eight years', () => {
    for (let day = '2024-01-01', n = 1; day < '2032-01-01'; day = addDays(day, 1), n++) {
      expect(addDays(addDays(day, 1), -1)).toBe(day)
      expect(lengthOf({ from: '2024-01-01', to: day })).toBe(n)
    }
  })

  it.each([['2026-02-30', false], ['2026-13-01', false], ['2026-2-1', false], ['today', false], ['', false], [null, false], ['2028-02-29', true], ['2026-11-22', true]])(
    '%s is a day: %s',
    (text, want) => expect(isDay(text)).toBe(want),
  )
})

describe('presets', () => {
  it.each([['today', '2026-11-22', '2026-11-22'], ['yesterday', '2026-11-21', '2026-11-21'], ['last7', '2026-11-16', '2026-11-22'], ['last30', '2026-10-24', '2026-11-22']] as const)(
    '%s',
    (preset, from, to) => {
      expect(daysOf(preset, today)).toEqual({ from, to })
      expect(choiceOf({ from, to }, today)).toBe(preset)
    },
  )
  it('other days are custom', () => expect(choiceOf({ from: '2026-11-01', to: '2026-11-07' }, today)).toBe('custom'))
})

describe('orderly', () => {
  it('turns round what was typed backwards', () => expect(orderly({ from: '2026-11-09', to: '2026-11-02' }, today)).toEqual({ from: '2026-11-02', to: '2026-11-09' }))
  it('ends today at the latest', () => expect(orderly({ from: '2026-11-20', to: '2027-01-01' }, today)).toEqual({ from: '2026-11-20', to: today }))
  it('days to come are today', () => expect(orderly({ from: '2027-02-01', to: '2027-03-01' }, today)).toEqual({ from: today, to: today }))
  it('asks for no more than the engine reports', () => {
    const days = orderly({ from: '2001-01-01', to: today }, today)
    expect(days.to).toBe(today)
    expect(lengthOf(days)).toBe(DAYS_MAX)
  })
})

describe('the address', () => {
  it('that says nothing is today against yesterday', () =>
    expect(readRange(search(''), today)).toEqual({ days: { from: today, to: today }, choice: 'today', compare: 'yesterday', includesToday: true }))
  it('with one day only is that day', () => expect(readRange(search('from=2026-11-03'), today).days).toEqual({ from: '2026-11-03', to: '2026-11-03' }))
  it('that says nonsense is today', () => expect(readRange(search('from=x&to=2026-99-01&compare=moon'), today)).toMatchObject({ choice: 'today', compare: 'yesterday' }))
  it('several days are held against those before', () => expect(readRange(search('from=2026-11-16&to=2026-11-22'), today)).toMatchObject({ choice: 'last7', compare: 'previous' }))
  it('an old span does not include today', () => expect(readRange(search('from=2026-11-01&to=2026-11-07'), today).includesToday).toBe(false))
  it('is read back as it was written, and keeps what it does not own', () => {
    const days = { from: '2026-11-01', to: '2026-11-07' }
    const written = writeCompare(writeDays(search('metric=orders'), days, today), 'last_week', days)
    expect(written.get('metric')).toBe('orders')
    expect(readRange(written, today)).toMatchObject({ days, compare: 'last_week' })
  })
  it('does not name today, so that a page left open moves on', () => {
    const written = writeDays(search('from=2026-11-01&to=2026-11-02'), { from: today, to: today }, today)
    expect(written.toString()).toBe('')
    expect(readRange(written, '2026-11-23').days.from).toBe('2026-11-23')
  })
  it('drops a comparison that no longer fits, and keeps one that does', () => {
    expect(writeDays(search('compare=yesterday'), daysOf('last7', today), today).get('compare')).toBeNull()
    expect(writeDays(search('compare=none'), daysOf('last7', today), today).get('compare')).toBe('none')
  })
  it('the usual comparison needs no mention', () => {
    for (const days of [daysOf('today', today), daysOf('last30', today)]) expect(writeCompare(search(''), offered(days)[0] ?? 'none', days).toString()).toBe('')
  })
})
