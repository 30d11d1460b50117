// Tags, made up: one of each kind. "refused" is a tag the customer had deleted.
const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
const first = [
  { tag: 'vip', source: 'staff', since: ago(40), expires: ago(-90), confidence: 0.8 },
  { tag: 'category:女装', source: 'customer', since: ago(12), expires: null, contradiction: { days: 90, events: 64, ofIt: 1, most: 'LUNCH BAG', mostEvents: 22 } },
  { tag: '老客', source: 'import', since: ago(300), expires: null },
  { tag: 'often here', source: 'computed', since: ago(2), expires: null, segment: 'loyal' },
]
const deleted = [{ tag: 'refused', at: ago(7) }]
const totals = [
  { tag: '老客', customers: 812, sources: { customer: 0, staff: 3, import: 809, computed: 0 }, deleted: 4 },
  { tag: 'vip', customers: 96, sources: { customer: 2, staff: 94, import: 0, computed: 0 }, deleted: 1 },
  { tag: 'often here', customers: 18, sources: { customer: 0, staff: 0, import: 0, computed: 18 }, deleted: 0, segment: 'loyal' },
]
let tags = [...first]
let gone = [...deleted]

function change(method, tag, query, body, problem) {
  if (method === 'PUT' && gone.some((one) => one.tag === tag) && body.by !== 'customer') return problem(409, 'deleted_by_customer', 'the customer deleted this tag: only he himself can set it again (by: customer)')
  tags = tags.filter((one) => one.tag !== tag)
  gone = gone.filter((one) => one.tag !== tag)
  const known = first.find((one) => one.tag === tag)
  if (method === 'PUT') tags.push(known !== undefined && known.source !== 'computed' ? known : { tag, source: body.by ?? 'staff', since: ago(0), expires: body.expires ?? null })
  else if (query.get('by') === 'customer') gone.push({ tag, at: ago(0) })
  return { tags, deleted: gone }
}

/** The answer of a path, or undefined. */
export function answerTags(method, path, query, body, { empty, problem }) {
  if (path === '/api/v1/tags') return { customers: 4372, items: empty ? [] : totals, next: null }
  const bound = /^\/api\/v1\/tags\/(.+)$/.exec(path)?.[1]
  if (bound !== undefined) {
    const name = decodeURIComponent(bound)
    const at = totals.findIndex((one) => one.tag === name)
    if (at >= 0) totals.splice(at, 1)
    if (method === 'PUT') totals.push({ tag: name, customers: 18, sources: { customer: 0, staff: 0, import: 0, computed: 18 }, deleted: 0, segment: body.segment })
    return { tag: name, segment: body?.segment ?? '', customers: 18 }
  }
  const [, one] = /^\/api\/v1\/customers\/\d+\/tags(?:\/(.+))?$/.exec(path) ?? [undefined, null]
  if (one === null) return undefined
  if (one !== undefined) return change(method, decodeURIComponent(one), query, body ?? {}, problem)
  return empty ? { tags: [], deleted: [] } : { tags, deleted: gone }
}
