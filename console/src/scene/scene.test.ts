import { expect, it } from 'vitest'
import { columnsOf, counted, strengthOf, weeksOf, type CalendarDay, type Scene } from './scene'

const cell = (views: number, effect = 1) => ({ views, buys: 0, effect })
const scene: Scene = {
  categories: 1, kind: 'working', cities: 0,
  buckets: [{ part: 'hour', bucket: 'night' }, { part: 'hour', bucket: 'evening' }, { part: 'sky', bucket: 'rain' }, { part: 'temp', bucket: 'cold' }],
  items: [{ category: 'tea', acts: 5, cells: [cell(0), cell(5), cell(3), cell(0)] }],
}

it('columns are those that were counted', () => {
  expect(columnsOf(scene, 'hours').map((one) => one.bucket)).toEqual(['evening'])
  expect(columnsOf(scene, 'weather')).toEqual([{ at: 2, part: 'sky', bucket: 'rain' }])
  expect(columnsOf(scene, 'page')).toEqual([])
  expect(counted(undefined)).toBe(0)
})

it.each([
  [1, 'even', 0], [1.02, 'even', 0], [2, 'more', 1], [0.5, 'less', 1], [Math.SQRT2, 'more', 0.5], [4, 'more', 1],
])('an effect of %d is drawn as %s', (effect, side, strength) => {
  const got = strengthOf(effect)
  expect(got.side).toBe(side)
  expect(got.strength).toBeCloseTo(strength)
})

it('weeks begin on Monday', () => {
  const day = (weekday: number): CalendarDay => ({ date: `2026-11-${22 + weekday}`, weekday, kind: 'working', listedAs: '', lunar: null, term: null, festivals: [], window: '' })
  const weeks = weeksOf([day(6), day(7), day(1)])
  expect(weeks.map((week) => week.map((one) => one?.weekday))).toEqual([[undefined, undefined, undefined, undefined, undefined, 6, 7], [1, undefined, undefined, undefined, undefined, undefined, undefined]])
  expect(weeksOf([])).toEqual([])
})
