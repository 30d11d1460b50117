// What the page of the engine computes: shares, sums, distances. Pure, for tests.
import type { Schema } from '../shared/client'

export type System = Schema<'System'>

/** Used and total bytes of the disk; nothing where the engine does not say how large it is. */
export function diskOf(system: System): { used: number; all: number; share: number } | undefined {
  const all = system.diskBytes
  if (all === undefined || all <= 0) return undefined
  const used = Math.max(0, all - system.diskFreeBytes)
  return { used, all, share: Math.min(1, used / all) }
}

const FULL = 0.9 // of the disk: the log needs room to grow

export const isTight = (share: number): boolean => share >= FULL

export interface Part {
  view: string // '' is the rest
  bytes: number
}

/** Memory by view, the largest first, and what no view accounts for. */
export function memoryOf(system: System): Part[] {
  const views = [...(system.memory ?? [])].sort((a, b) => b.bytes - a.bytes || a.view.localeCompare(b.view))
  if (views.length === 0) return []
  const rest = system.residentBytes - views.reduce((sum, one) => sum + one.bytes, 0)
  return rest > 0 ? [...views, { view: '', bytes: rest }] : views // views say about how much: together they may be more than all
}

/** Log positions are places, not counts of bytes: only whether and how far views are behind is told. */
export function behindOf(position: System['positions'][number]): number {
  return Math.max(0, position.logEnd - position.folded)
}

export type Retention = NonNullable<NonNullable<System['storage']>['retention']>

/** Whole days of a rule of age, hours below two days. */
export function ageOf(seconds: number): { count: number; unit: 'days' | 'hours' } {
  return seconds >= 2 * 86_400 ? { count: Math.floor(seconds / 86_400), unit: 'days' } : { count: Math.floor(seconds / 3_600), unit: 'hours' }
}

/** The packed part of the log: its bytes, and what share of the bytes before they are; nothing where nothing is packed yet. */
export function packingOf(system: System): { bytes: number; share: number; segments: number; all: number } | undefined {
  const storage = system.storage
  if (storage === undefined || storage.packedSegments === 0 || storage.packedFromBytes <= 0) return undefined
  return { bytes: storage.packedBytes, share: storage.packedBytes / storage.packedFromBytes, segments: storage.packedSegments, all: storage.segments }
}
