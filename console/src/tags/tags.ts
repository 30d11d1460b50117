// What is worked out of a tag: which word takes a removal back, how it is asked for, ids out of pasted text.
import type { Schema } from '../shared/client'

export type Tag = Schema<'Tag'>
export type TagChange = Schema<'TagChange'>
export type By = NonNullable<TagChange['by']>

/** As the engine takes it: 64 bytes, no control characters, no blank at an end. */
export const isTagName = (name: string): boolean => name.trim() === name && name !== '' && !/[\u0000-\u001f\u007f]/.test(name) && new TextEncoder().encode(name).length <= 64

/** The word that sets the tag again as it was, after it was taken away by this side. */
export function wayBack(tag: Tag, by: By): TagChange {
  const own = by === 'customer' || tag.source === 'customer'
  return {
    by: own ? 'customer' : tag.source === 'import' ? 'import' : 'staff',
    ...(tag.expires === null ? {} : { expires: tag.expires }),
    ...(tag.confidence === undefined ? {} : { confidence: tag.confidence }),
  }
}

/** The condition that asks who has it. */
export const expressionOf = (tag: string): string => `customer.has_tag(${JSON.stringify(tag)})`

/** Does the contradiction name a brand, a category, or either? */
export const aboutOf = (tag: string): 'category' | 'brand' | 'likes' => (tag.startsWith('category:') ? 'category' : tag.startsWith('brand:') ? 'brand' : 'likes')

/** Ids out of pasted lines or a table: one a line; of a table the column user_id, or the first. */
export function idsOf(text: string): string[] {
  const rows = text.replace(/^\ufeff/, '').split(/\r?\n/).map((line) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')))
  const names = (rows[0] ?? []).map((cell) => cell.toLowerCase().replace(/[ _-]/g, ''))
  const column = names.indexOf('userid')
  const ids = rows.slice(column < 0 ? 0 : 1).map((row) => row[Math.max(0, column)] ?? '')
  return [...new Set(ids.filter((id) => id !== ''))]
}
