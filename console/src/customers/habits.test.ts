import { expect, it } from 'vitest'
import { busiestOf, computedText, heatOf, lineOf, trendOf } from './habits'

it('trendOf needs events and a difference', () => {
  expect(trendOf({ share: 0.3, lately: 0.6, evidence: 9 })).toBe('up')
  expect(trendOf({ share: 0.3, lately: 0.1, evidence: 9 })).toBe('down')
  expect(trendOf({ share: 0.3, lately: 0.35, evidence: 9 })).toBe('same')
  expect(trendOf({ share: 0.3, lately: 0.9, evidence: 2 })).toBe('same')
  expect(trendOf({ share: 0.01, lately: 0.02, evidence: 9 })).toBe('same')
})

it('heatOf measures by the busiest hour and is whole without any', () => {
  const hours = Array.from({ length: 168 }, () => 0)
  hours[0] = 2
  hours[167] = 8
  const heat = heatOf(hours)
  expect([heat.length, heat[0]?.length, heat[0]?.[0], heat[6]?.[23], heat[3]?.[3]]).toEqual([7, 24, 0.25, 1, 0])
  expect(heatOf([])[6]?.[23]).toBe(0)
})

it('busiestOf finds three hours in a row, over midnight too', () => {
  const hours = Array.from({ length: 168 }, () => 0)
  expect(busiestOf(hours)).toBeUndefined()
  hours[23] = 3
  hours[24] = 3 // Tuesday 00:00
  hours[60] = 2
  expect(busiestOf(hours)).toEqual({ from: 22, until: 1, share: 0.75 })
})

it('lineOf keeps the order of dates and stays inside', () => {
  const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString()
  const line = lineOf(day(1), { value: day(11), from: day(6), until: day(21) }, Date.parse(day(9)))
  expect(line.from < line.now && line.now < line.value && line.value < line.until && line.until < 1).toBe(true)
  const late = lineOf(day(1), { value: day(11), from: day(6), until: day(21) }, Date.parse(day(90)))
  expect(late.now > late.until && late.now < 1).toBe(true)
})

it('computedText says numbers, names and lists, and nothing where nothing is', () => {
  const number = (value: number) => `n${value}`
  expect([computedText(3, number), computedText(0, number), computedText('tea', number), computedText(['a', 'b'], number)]).toEqual(['n3', 'n0', 'tea', 'a, b'])
  expect([computedText(null, number), computedText([], number)]).toEqual([undefined, undefined])
})
