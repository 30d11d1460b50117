// Goal: shares and worth are of the cohort's own customers, and of those cohorts alone that have the period.
import { expect, test } from 'vitest'
import { asLong, countsOf, isRunning, sharesOf, totalShares, totalWorth, worthOf, type Cohort } from './retention'

const cohort: Cohort = { cohort: '2026-01-05', customers: 4, running: true, classic: [2, 1], rolling: [3, 1], netRevenueCents: [1000, 1600] }

test('of one cohort', () => {
  expect([countsOf(cohort, 'lost'), sharesOf(cohort, 'lost')]).toEqual([[1, 3], [0.25, 0.75]])
  expect([sharesOf(cohort, 'classic'), sharesOf(cohort, 'rolling'), worthOf(cohort)]).toEqual([[0.5, 0.25], [0.75, 0.25], [250, 400]])
  expect([isRunning(cohort, 0), isRunning(cohort, 1), isRunning({ ...cohort, running: false }, 1)]).toEqual([false, true, false])
  expect(sharesOf({ ...cohort, customers: 0 }, 'classic')).toEqual([null, null])
})
test('of all that have the period', () => {
  const total = { customers: [10, 4, 0], classic: [5, 1, 0], rolling: [6, 1, 0], netRevenueCents: [5000, 4000, 0] }
  expect(totalShares(total, 'lost')).toEqual([0.4, 0.75, null])
  expect([totalShares(total, 'classic'), totalWorth(total)]).toEqual([[0.5, 0.25, null], [500, 1000, null]])
  expect(asLong([1], 3)).toEqual([1, null, null])
})
