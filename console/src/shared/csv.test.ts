// Goal: a table that is taken away opens as it was seen, and cannot do anything.
import { expect, test } from 'vitest'
import { cell, csvOf } from './csv'

test('a cell of the table cannot be a formula', () => {
  expect(cell('=1+1')).toBe("'=1+1")
  expect(cell('a,"b"')).toBe('"a,""b"""')
  expect(cell(-0.5)).toBe('-0.5')
  expect(cell(null)).toBe('')
})

test('rows end as the format says', () => {
  expect(csvOf([['a', 1], ['b', null]])).toBe('a,1\r\nb,\r\n')
})
