// Kept segments, made up. No language is spoken here: a name that is misspelt in the walk is refused, "< 0" holds for nobody, all else for a third.
const DAY = 86_400_000
const channels = ['email', 'sms', 'push', 'wechat', 'wecom', 'onsite', 'whatsapp', 'call', 'post', 'ads']
const reachOf = (size) => Object.fromEntries(channels.map((channel, at) => [channel, Math.floor(size / (at + 2))]))
const ago = (days) => new Date(Date.now() - days * DAY)
const day = (days) => ago(days).toISOString().slice(0, 10)

function wave(size, days, step) {
  const all = []
  let now = size
  for (let at = 0; at < days; at++) {
    const entered = 1 + ((at * 5 + step) % 4)
    const left = (at * 3 + step) % 3
    if (at % 4 !== 3) {
      all.unshift({ date: day(at), size: now, entered, left })
      now = Math.max(0, now - entered + left)
    }
  }
  return all
}

const kept = [
  { name: 'cart_left', title: '加购未下单', description: '三天内加购、没有下单：发一张小额券', expression: 'customer.did("Product Added", days(3)) && !customer.did("Order Completed", days(3))', definedAt: ago(46).toISOString(), size: 30, days: wave(30, 46, 1) },
  { name: 'loyal', title: 'Loyal customers', description: '', expression: 'customer.orders.count(days(90)) >= 2', definedAt: ago(120).toISOString(), size: 18, days: wave(18, 60, 2) },
  { name: 'mail-buyers', title: '', description: '', expression: 'customer.consent.email && customer.orders.count() >= 1', definedAt: ago(2).toISOString(), size: 0, days: [] },
]

const clause = (expression, holds, decides, events = [], until) => ({ expression, holds, decides, ...(until === undefined ? {} : { standsUntil: until.toISOString() }), events })
function whyOf(one, at) {
  const is = at % 2 === 0 && one.size > 0
  const parts = one.expression.split(' && ')
  const added = [{ event: 'Product Added', at: ago(1).toISOString(), itemId: '22423' }, { event: 'Product Added', at: ago(2).toISOString(), itemId: '85123A' }]
  return {
    name: one.name, in: is, since: is ? ago(1).toISOString() : null, any: false,
    clauses: parts.map((part, i) => clause(part, is || i > 0, is || i === 0, is && i === 0 ? added : [], is && i === 0 ? ago(-2) : undefined)),
  }
}

function detail(one, everybody) {
  const others = kept.filter((other) => other !== one && other.size > 0 && one.size > 0)
  return { kind: 'rule', ...one, customers: everybody.length, reach: reachOf(one.size), overlap: others.map((other, at) => ({ name: other.name, size: other.size, both: Math.max(1, Math.floor(Math.min(one.size, other.size) / (at + 2))) })) }
}

function refusal(expression, problem) {
  const wrong = expression.indexOf('ordrs')
  return wrong < 0 ? undefined : problem(400, 'bad_expression', `line 1, column ${wrong + 1}: Customer has no field 'ordrs'; did you mean 'orders'?`)
}

const matching = (expression, everybody) => everybody.filter((_, at) => !expression.includes('< 0') && at % 3 === 0)

function preview(body, { empty, everybody, row, problem }) {
  const wrong = refusal(body.expression, problem)
  if (wrong !== undefined) return wrong
  const all = empty ? [] : matching(body.expression, everybody)
  const from = Number(body.cursor || 0)
  return {
    customers: empty ? 0 : everybody.length, asked: empty ? 0 : everybody.length, matching: all.length, failed: 0, reach: reachOf(all.length), at: new Date().toISOString(), tookUs: 4_200,
    items: all.slice(from, from + body.limit).map(row), next: from + body.limit < all.length ? String(from + body.limit) : null,
  }
}

function put(name, body, { everybody, problem }) {
  const wrong = refusal(body.expression ?? '', problem)
  if (wrong !== undefined) return wrong
  const size = body.kind === 'list' ? 0 : matching(body.expression, everybody).length
  const one = { name, title: body.title ?? '', description: body.description ?? '', expression: body.expression ?? `customer.in_list("${name}")`, kind: body.kind ?? 'rule', definedAt: new Date().toISOString(), size, days: [{ date: day(0), size, entered: size, left: 0 }] }
  const at = kept.findIndex((each) => each.name === name)
  if (at < 0) kept.push(one)
  else kept[at] = one
  return detail(one, everybody)
}

/** Ids of the mock's customers are u and a number; others are nobody's. */
function putOn(one, { act, userIds }) {
  const known = userIds.filter((id) => /^u\d+$/.test(id))
  const unknownIds = userIds.filter((id) => !known.includes(id))
  one.size = Math.max(0, one.size + (act === 'add' ? known.length : -known.length))
  return { [act === 'add' ? 'added' : 'removed']: known.length, already: 0, unknown: unknownIds.length, unknownIds, size: one.size }
}

/** The answer of a path, or undefined. `shop`: who there is and how they are listed. */
export function answerSegments(method, path, query, body, shop) {
  const { empty, everybody, row, paged, problem } = shop
  if (path === '/api/v1/segments/preview') return preview(body, shop)
  if (path === '/api/v1/segments') return { customers: empty ? 0 : everybody.length, ...paged(empty ? [] : kept.map((one) => ({ kind: 'rule', ...one })), query) }
  if (/^\/api\/v1\/customers\/\d+\/segments$/.test(path)) return { items: empty ? [] : kept.map(whyOf), next: null }
  const listed = /^\/api\/v1\/segments\/([\w-]+)\/list$/.exec(path)
  if (listed !== null) return putOn(kept.find((each) => each.name === listed[1]), body)
  const [, name, members] = /^\/api\/v1\/segments\/([\w-]+)(\/members)?$/.exec(path) ?? []
  if (name === undefined) return undefined
  if (method === 'PUT') return put(name, body, shop)
  const one = empty ? undefined : kept.find((each) => each.name === name)
  if (one === undefined) return problem(404, 'not_found', 'there is no segment of this name')
  if (method === 'DELETE' && name === 'loyal') return { ...problem(409, 'in_use', 'the segment cart_left asks about it: change that one first') }
  if (method === 'DELETE') return kept.splice(kept.indexOf(one), 1) && {}
  if (members === undefined) return detail(one, everybody)
  const list = paged(everybody.filter((_, at) => at % 3 === 0).slice(0, one.size), query)
  return { size: one.size, items: list.items.map((id, at) => ({ since: ago(at + 1).toISOString(), customer: row(id) })), next: list.next }
}
