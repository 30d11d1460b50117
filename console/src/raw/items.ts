// The items an event is about, from its properties as Segment's ecommerce specification writes them.
const SHOWN_MAX = 8 // an order may have hundreds of lines; all of them stand in the JSON below

export interface NamedItem {
  itemId: string
  title: string | undefined
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

function named(one: Record<string, unknown>): NamedItem[] {
  const itemId = textOf(one['product_id']) ?? textOf(one['sku'])
  return itemId === undefined ? [] : [{ itemId, title: textOf(one['name']) }]
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Each item once, in the order of the event. */
export function itemsOf(properties: Record<string, unknown> | undefined): NamedItem[] {
  if (properties === undefined) return []
  const lines = Array.isArray(properties['products']) ? properties['products'].filter(isObject) : []
  const found = new Map<string, NamedItem>()
  for (const item of [...named(properties), ...lines.flatMap(named)]) {
    if (!found.has(item.itemId)) found.set(item.itemId, item)
  }
  return [...found.values()].slice(0, SHOWN_MAX)
}
