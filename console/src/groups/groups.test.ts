import { describe, expect, it } from 'vitest'
import { askedOf, heatOf, placeOf, tellingFirst, type Dimension } from './groups'

const row = (index: number | undefined, clear: boolean) => ({ value: 'x', group: 1, whole: 1, share: 0, wholeShare: 0, ...(index === undefined ? {} : { index, low: 0, high: 0, clear }) })
const dimension = (name: Dimension['dimension'], rows: ReturnType<typeof row>[]): Dimension => ({ dimension: name, drawn: false, rows, suppressed: 0, more: 0 })

describe('places of an index', () => {
  it.each([[100, 0.5], [200, 0.75], [50, 0.25], [400, 1], [9000, 1], [25, 0], [0, 0]])('%d stands at %d', (index, place) => expect(placeOf(index)).toBeCloseTo(place))
  it('heat has a sign', () => expect([heatOf(200), heatOf(50), heatOf(100), heatOf(undefined)]).toEqual([0.5, -0.5, 0, undefined]))
})

it('dimensions that tell stand first, empty ones nowhere', () => {
  const all = [dimension('hour', [row(300, false)]), dimension('brand', [row(120, true)]), dimension('category', [row(40, true), row(undefined, false)]), dimension('aipl', [])]
  expect(tellingFirst(all).map((one) => one.dimension)).toEqual(['category', 'brand', 'hour'])
})

it('the address says who is asked about', () => {
  expect(askedOf(new URLSearchParams('segment=vip&q=x'))).toEqual({ segment: 'vip' })
  expect(askedOf(new URLSearchParams('q=true'))).toEqual({ expression: 'true' })
  expect(askedOf(new URLSearchParams('view=personas'))).toBeUndefined()
})
