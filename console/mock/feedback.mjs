// What a customer refused, made up: one of each kind.
const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
const first = [
  { kind: 'not_interested', scope: 'item', itemId: '21080', title: 'RED SPOT PAPER NAPKINS', since: ago(1) },
  { kind: 'block', scope: 'brand', name: '海尔', since: ago(9) },
  { kind: 'block', scope: 'category', name: 'LUNCH BAG', since: ago(30) },
]
let items = [...first]

/** The answer of a path, or undefined. */
export function answerFeedback(method, path, { empty }) {
  const found = /^\/api\/v1\/customers\/\d+\/feedback(?:\/(\w+)\/(.+))?$/.exec(path)
  if (found === null) return undefined
  const [, scope, thing] = found
  if (method === 'DELETE') items = scope === undefined ? [] : items.filter((one) => one.scope !== scope || (one.itemId ?? one.name) !== decodeURIComponent(thing))
  const answer = { personalization: true, items: empty ? [] : items, counts: { useful: empty ? 0 : 4, why: empty ? 0 : 2 } }
  if (items.length === 0) items = [...first] // the next visit finds them again
  return answer
}
