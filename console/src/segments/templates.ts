// Groups that most shops begin with, as expressions; names of events are those of Segment's ecommerce specification.
export const templates = [
  { key: 'cart', expression: 'customer.did("Product Added", days(3)) && !customer.did("Order Completed", days(3))' },
  { key: 'sleeping', expression: 'customer.orders.revenue() > 1000.0 && customer.last_seen < now - days(60)' },
  { key: 'first', expression: 'customer.events("Product Viewed").count(days(30)) >= 3 && customer.orders.count() == 0' },
  { key: 'again', expression: 'customer.orders.count(days(90)) >= 2' },
  { key: 'interest', expression: 'customer.events("Product Viewed").where(e, e.category == "shoes").count(days(7)) >= 3' },
  { key: 'email', expression: 'customer.consent.email && customer.orders.count() >= 1' },
] as const

/** What an expression may name, as explained beside it. */
export const names = ['ordersCount', 'ordersRevenue', 'ordersLast', 'events', 'where', 'did', 'seen', 'traits', 'affinity', 'consent', 'now', 'operators'] as const

/** Where in the text a refusal points: "line 2, column 5: …" as the engine says it; undefined where it says none. */
export function placeOf(detail: string): { line: number; column: number; text: string } | undefined {
  const found = /^line (\d+), column (\d+): ([\s\S]*)$/.exec(detail)
  return found === null ? undefined : { line: Number(found[1]), column: Number(found[2]), text: found[3] ?? '' }
}

/** The line a place is in, cut to what stands around it, and how many characters come before the place. */
export function around(text: string, place: { line: number; column: number }, width = 60): { before: string; at: string; after: string } {
  const line = [...(text.split('\n')[place.line - 1] ?? '')]
  const index = Math.max(0, place.column - 1)
  const from = Math.max(0, index - width)
  return { before: (from > 0 ? '…' : '') + line.slice(from, index).join(''), at: line[index] ?? ' ', after: line.slice(index + 1, index + width).join('') }
}
