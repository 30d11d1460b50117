// What is worked out of a group's answers for pictures: nothing here decides anything.
import type { Schema } from '../shared/client'

export type Portrait = Schema<'GroupPortrait'>
export type Dimension = Schema<'GroupDimension'>
export type Row = Schema<'GroupRow'>

/** Where an index stands on a bar whose middle is 100: 0 to 1, by ratio, so that twice and half are equally far; 400 and 25 are the ends. */
export function placeOf(index: number): number {
  const ratio = Math.log2(Math.max(index, 1) / 100) / 4 + 0.5
  return Math.min(1, Math.max(0, ratio))
}

/** Heat of a cell of the week, -1 to 1: how far its index is from 100, by ratio; undefined: too few to say. */
export function heatOf(index: number | undefined): number | undefined {
  return index === undefined ? undefined : 2 * placeOf(index) - 1
}

/** Dimensions in which the group differs clearly stand first; within them the engine's order holds. */
export function tellingFirst(all: readonly Dimension[]): Dimension[] {
  const far = (one: Dimension) => Math.max(0, ...one.rows.map((row) => (row.clear === true && row.index !== undefined ? Math.abs(placeOf(row.index) - 0.5) : 0)))
  return all.filter((one) => one.rows.length > 0).map((one, at) => ({ one, at, far: far(one) })).sort((a, b) => b.far - a.far || a.at - b.at).map(({ one }) => one)
}

/** Who is asked about: what stands in the address. */
export interface Asked { segment?: string; expression?: string }
export function askedOf(search: URLSearchParams): Asked | undefined {
  const segment = search.get('segment')
  const expression = search.get('q')
  if (segment !== null && segment !== '') return { segment }
  if (expression !== null && expression !== '') return { expression }
  return undefined
}
