// What the list of items asks, from the address of the page, and how an item stands: pure, for tests.
import type { Schema } from '../shared/client'

export type Item = Schema<'CatalogItem'>
export type Sort = 'popular' | 'trending' | 'id' | 'price' | 'price_down' | 'stock' | 'updated'
export const sorts: readonly Sort[] = ['popular', 'trending', 'id', 'updated', 'price', 'price_down', 'stock']
export type Shelf = 'sellable' | 'sold_out' | 'not_available' | 'unlisted'
export const shelves: readonly Shelf[] = ['sellable', 'sold_out', 'not_available', 'unlisted']

export interface Ask {
  q: string
  category: string
  brand: string
  standing: Shelf | ''
  sort: Sort
}

/** Popular first: it is what one comes for. A search looks at all items, also at those nobody has looked at. */
export function askOf(search: URLSearchParams): Ask {
  const q = search.get('q') ?? ''
  const sort = sorts.find((one) => one === search.get('sort')) ?? (q === '' ? 'popular' : 'id')
  const standing = shelves.find((one) => one === search.get('standing')) ?? ''
  return { q, category: search.get('category') ?? '', brand: search.get('brand') ?? '', standing, sort }
}

export function withAsk(search: URLSearchParams, field: keyof Ask, value: string): URLSearchParams {
  const next = new URLSearchParams(search)
  if (value === '') next.delete(field)
  else next.set(field, value)
  return next
}

const LOW = 5 // pieces; fewer may be gone before a recommendation is seen

export type Standing = 'available' | 'notAvailable' | 'soldOut' | 'low' | 'unlisted'

/** How an item stands; what keeps it from being sold comes first. */
export function standingOf(item: Item): Standing {
  if (item.listed === false) return 'unlisted'
  if (item.available === false) return 'notAvailable'
  if (item.stock === 0) return 'soldOut'
  return typeof item.stock === 'number' && item.stock <= LOW ? 'low' : 'available'
}

/** The most of each count among the rows: bars are measured against it. */
export function mostOf(items: readonly Item[]): Schema<'ItemCounts'> {
  const most = { views: 0, adds: 0, orders: 0 }
  for (const { last30 } of items) {
    if (last30 === undefined) continue
    most.views = Math.max(most.views, last30.views)
    most.adds = Math.max(most.adds, last30.adds)
    most.orders = Math.max(most.orders, last30.orders)
  }
  return most
}

export const shareOf = (value: number, most: number): number => (most > 0 ? value / most : 0)

/** The picture, where the page's policy lets it be drawn: from this server or written into the address itself. */
export function pictureOf(imageUrl: string | undefined, origin: string): string | undefined {
  if (imageUrl === undefined || imageUrl === '') return undefined
  if (/^data:image\//.test(imageUrl)) return imageUrl
  try {
    return new URL(imageUrl, origin).origin === origin ? imageUrl : undefined
  } catch {
    return undefined
  }
}

/** An address that may be a link: a catalog is written by others, so nothing but the web's two schemes. */
export function linkOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  try {
    const { protocol } = new URL(url)
    return protocol === 'https:' || protocol === 'http:' ? url : undefined
  } catch {
    return undefined
  }
}
