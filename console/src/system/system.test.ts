import { describe, expect, it } from 'vitest'
import { ageOf, behindOf, diskOf, isTight, memoryOf, packingOf, type System } from './system'

const system: System = {
  version: '1', uptimeSeconds: 1, positions: [], logBytes: 1, stateBytes: 1, residentBytes: 100, diskFreeBytes: 25, viewLagMs: 0, ready: true,
}

describe('diskOf', () => {
  it('measures what is used', () => expect(diskOf({ ...system, diskBytes: 100 })).toEqual({ used: 75, all: 100, share: 0.75 }))
  it('says nothing of a disk of unknown size', () => expect(diskOf(system)).toBeUndefined())
  it('never shows more free than there is', () => expect(diskOf({ ...system, diskBytes: 20 })).toEqual({ used: 0, all: 20, share: 0 }))
  it('is tight at nine tenths', () => expect([isTight(0.89), isTight(0.9)]).toEqual([false, true]))
})

describe('memoryOf', () => {
  it('the largest first, then the rest', () => {
    expect(memoryOf({ ...system, memory: [{ view: 'a', bytes: 10 }, { view: 'b', bytes: 60 }] })).toEqual([{ view: 'b', bytes: 60 }, { view: 'a', bytes: 10 }, { view: '', bytes: 30 }])
  })
  it('no rest where the views say more than all', () => expect(memoryOf({ ...system, memory: [{ view: 'a', bytes: 130 }] })).toEqual([{ view: 'a', bytes: 130 }]))
  it('nothing where the engine says nothing', () => expect(memoryOf(system)).toEqual([]))
})

it.each([[100, 100, 0], [100, 90, 10], [90, 100, 0]])('behindOf %d, %d', (logEnd, folded, want) => expect(behindOf({ partition: 0, logEnd, folded })).toBe(want))

it.each([[400 * 86_400, 400, 'days'], [36 * 3_600, 36, 'hours'], [2 * 86_400 + 5, 2, 'days'], [3_600, 1, 'hours']])('ageOf %d', (seconds, count, unit) => expect(ageOf(seconds)).toEqual({ count, unit }))

describe('packingOf', () => {
  const storage = { segments: 5, packedSegments: 4, packedBytes: 45, packedFromBytes: 100 }
  it('what is packed, and its share of before', () => expect(packingOf({ ...system, storage })).toEqual({ bytes: 45, share: 0.45, segments: 4, all: 5 }))
  it('nothing before anything is packed', () => expect(packingOf({ ...system, storage: { ...storage, packedSegments: 0, packedFromBytes: 0 } })).toBeUndefined())
  it('nothing where the engine says nothing', () => expect(packingOf(system)).toBeUndefined())
})
