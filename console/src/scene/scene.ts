// What is worked out about the table of moments.
import type { Schema } from '../shared/client'

export type Scene = Schema<'Scene'>
export type CalendarDay = Schema<'CalendarDay'>
export type Part = Scene['buckets'][number]['part']

/** Parts of a moment that are shown side by side. */
export const views: Readonly<Record<'hours' | 'weather' | 'days' | 'page', readonly Part[]>> = {
  hours: ['hour'],
  weather: ['sky', 'temp'],
  days: ['day', 'season'],
  page: ['device', 'where'],
}
export type ViewName = keyof typeof views
export const isView = (name: string | null): name is ViewName => name !== null && name in views

export interface Column {
  at: number // in the cells of a category
  part: Part
  bucket: string
}

/** Columns of a view that anything was counted in. */
export function columnsOf(scene: Scene, view: ViewName): readonly Column[] {
  return scene.buckets
    .map((one, at) => ({ at, part: one.part, bucket: one.bucket }))
    .filter((column) => views[view].includes(column.part))
    .filter((column) => scene.items.some((row) => counted(row.cells[column.at]) > 0))
}

type Cell = Scene['items'][number]['cells'][number]
export const counted = (cell: Cell | undefined): number => (cell === undefined ? 0 : cell.views + cell.buys)

/** How strongly a cell is drawn, 0 to 1, and to which side: twice as often and half as often are the ends. */
export function strengthOf(effect: number): { side: 'more' | 'less' | 'even'; strength: number } {
  const log = Math.log2(effect)
  if (Math.abs(log) < 0.05) return { side: 'even', strength: 0 }
  return { side: log > 0 ? 'more' : 'less', strength: Math.min(1, Math.abs(log)) }
}

/** Weeks of seven days, Monday first; days that are not asked for are undefined. */
export function weeksOf(days: readonly CalendarDay[]): readonly (readonly (CalendarDay | undefined)[])[] {
  const first = days[0]
  if (first === undefined) return []
  const all: (CalendarDay | undefined)[] = [...new Array<undefined>(first.weekday - 1).fill(undefined), ...days]
  while (all.length % 7 !== 0) all.push(undefined)
  return Array.from({ length: all.length / 7 }, (_, week) => all.slice(7 * week, 7 * week + 7))
}
