// What the import wizard works out from a preview: pure, for tests.
import { sendPart, type Schema } from '../shared/client'

export type Preview = Schema<'UploadPreview'>
export type Column = Schema<'UploadColumn'>
export type ColumnMap = Schema<'ColumnMap'>
export type Problem = Schema<'UploadProblem'>
export type Upload = Schema<'Upload'>
export type Import = Schema<'Import'>

export const formats = ['orders-csv', 'catalog-csv', 'segment', 'sensors', 'google-feed', 'shopify-csv'] as const
export const tables: readonly string[] = ['orders-csv', 'catalog-csv']

const ofOrders = ['order_id', 'customer_id', 'item_id', 'quantity', 'unit_price', 'ordered_at', 'currency', 'sku', 'title', 'category', 'brand', 'country', 'discount'] as const
const ofCatalog = ['item_id', 'title', 'category', 'brand', 'price', 'currency', 'stock', 'available', 'url', 'image_url'] as const
/** Our columns of a table, those it needs first. */
export const columnsOf = (format: string): readonly string[] => (format === 'orders-csv' ? ofOrders : ofCatalog)
export const needed: readonly string[] = ['order_id', 'customer_id', 'item_id', 'quantity', 'unit_price', 'ordered_at']

/** The map with this column of the file as that one of ours; '' takes it away. What stood there before is free. */
export function choose(map: ColumnMap, name: string, is: string): ColumnMap {
  const columns = Object.fromEntries(Object.entries(map.columns ?? {}).filter(([ours, theirs]) => theirs !== name && ours !== is))
  return { ...map, columns: is === '' ? columns : { ...columns, [is]: name } }
}

/** A copy without what is empty, so that the engine takes its own default. */
export function put(map: ColumnMap, key: 'currency' | 'zone' | 'decimal' | 'dates', value: string): ColumnMap {
  const next: ColumnMap = { ...map }
  if (value === '') delete next[key]
  else if (key === 'dates') next.dates = [value]
  else next[key] = value
  return next
}

/** Date formats to choose from: what the cells fit, the other reading, what the map says, and the usual ones. */
export function datesOf(preview: Preview): string[] {
  const column = preview.columns?.find((one) => one.is === 'ordered_at')
  const all = [...(preview.map.dates ?? []), column?.dates, column?.otherDates, 'iso8601', '%Y/%m/%d %H:%M', '%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M']
  return [...new Set(all.filter((one): one is string => one !== undefined && one !== ''))]
}

/** Days and times as people write them: %d/%m/%Y is 31/12/2026. */
export function exampleOf(format: string): string {
  const parts: Record<string, string> = { Y: '2026', y: '26', m: '12', b: 'Dec', d: '31', H: '20', I: '08', p: 'PM', M: '05', S: '09', f: '000', z: '+08:00' }
  if (format === 'iso8601') return '2026-12-31 20:05'
  if (format === 'unix') return '1798718709'
  if (format === 'unix_ms') return '1798718709000'
  if (format === 'excel') return '46387.84'
  return format.replace(/%(.)/g, (_, letter: string) => parts[letter] ?? letter)
}

export interface Row { key: string; what: string; who: string; item: string; amount: string; when: string }

const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')
const part = (value: unknown, key: string): unknown => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined)

/** The first lines as a person reads them: what happened, who, which item. */
export function rowsOf(preview: Preview): Row[] {
  const events = (preview.events ?? []).map((event, at) => {
    const product = (part(part(event, 'properties'), 'products') as unknown[] | undefined)?.[0] ?? part(event, 'properties')
    const item = [text(part(product, 'product_id')), text(part(product, 'name'))].filter((one) => one !== '')
    const count = text(part(product, 'quantity'))
    const price = text(part(product, 'price'))
    return { key: `e${at}`, what: text(part(event, 'event')) || text(part(event, 'type')), who: text(part(event, 'userId')) || text(part(event, 'anonymousId')) || text(part(event, 'distinct_id')),
      item: item.join(' · '), amount: price === '' ? '' : `${count === '' ? '' : `${count} × `}${price} ${text(part(part(event, 'properties'), 'currency'))}`.trim(), when: text(part(event, 'timestamp')) || text(part(event, 'time')) }
  })
  const items = (preview.items ?? []).map((item, at) => ({ key: `i${at}`, what: text(part(item, 'itemId')), who: text(part(item, 'brand')), item: text(part(item, 'title')),
    amount: part(item, 'priceCents') === undefined ? '' : `${Number(part(item, 'priceCents')) / 100} ${text(part(item, 'currency'))}`, when: text(part(item, 'stock')) }))
  return [...events, ...items]
}

/** Send a file part by part; `heard` is told how far it is. A part that got lost on its way is sent once more. */
export async function sendFile(file: Blob, upload: Upload, heard: (sent: number) => void, signal: AbortSignal, send: typeof sendPart = sendPart): Promise<Upload> {
  let now = upload
  for (let tries = 0; now.received < file.size; ) {
    signal.throwIfAborted()
    try {
      now = await send(upload.id, now.received, file.slice(now.received, now.received + upload.chunkBytes), signal)
      tries = 0
      heard(now.received)
    } catch (error) {
      if (signal.aborted || tries++ >= 2) throw error
    }
  }
  return now
}

export const isMoving = (state: Import['state']): boolean => state === 'running' || state === 'undoing'
export const shareOf = (done: number | undefined, total: number | undefined): number => (total === undefined || total === 0 ? 0 : Math.min(1, (done ?? 0) / total))
