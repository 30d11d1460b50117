// The placements of the mock: those built in, one of the workspace's own, one whose definition fell out of force; a small part of what rules do.
import { items, placements as places, recommend } from './shop.mjs'

const strategies = [
  ['personal', ['history', 'taste', 'popular', 'trending', 'new']], ['complement', ['context', 'category', 'popular', 'new']], ['basket', ['cart', 'popular', 'new']], ['after_order', ['last_order', 'taste', 'popular', 'new']],
  ['trending', ['trending', 'popular', 'new']], ['popular', ['popular', 'new']], ['substitute', ['substitute', 'category']], ['recently_seen', ['recently_seen']], ['repeat_due', ['repeat_due']],
].map(([id, stages]) => ({ id, stages }))
const stages = ['history', 'context', 'cart', 'last_order', 'taste', 'category', 'popular', 'trending', 'new', 'substitute', 'recently_seen', 'complement', 'cart_complement', 'accessory', 'repeat_due']

const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
const defined = new Map([
  ['tea_corner', {
    definition: { title: { zh: '茶角', en: 'Tea corner' }, strategy: 'popular', stages: ['popular', 'new'], dials: { diversity: 0.3 }, rules: [{ kind: 'exclude', name: 'no candles at night', when: 'context.hour < 6', item: 'item.category == "Candles"' }, { kind: 'cap', by: 'brand', most: 3 }] },
    former: { title: { zh: '茶角', en: 'Tea corner' }, strategy: 'trending', rules: [{ kind: 'cap', by: 'brand', most: 2 }] }, at: ago(3),
  }],
  ['cart', { definition: { strategy: 'basket', rules: [{ kind: 'exclude', item: 'item.colour == "red"' }] }, at: ago(40), fault: 'rules[0].item: line 1, column 6: there is no colour here' }],
])

const builtIn = (id) => places.find((one) => one.id === id)
const usual = (one) => ({ title: one.name, strategy: one.strategy, stages: strategies.find((each) => each.id === one.strategy).stages, hideBoughtDays: 30 })

function rowOf(id) {
  const [own, said] = [builtIn(id), defined.get(id)]
  const one = said?.fault === undefined ? said?.definition : undefined
  return {
    id, name: { zh: one?.title?.zh ?? own?.name.zh ?? id, en: one?.title?.en ?? own?.name.en ?? id }, strategy: one?.strategy ?? own.strategy, n: 10, public: one?.public ?? own?.public ?? false, needs: own?.needs ?? [],
    builtIn: own !== undefined, defined: one !== undefined, rules: one?.rules?.length ?? 0, ...(said?.fault === undefined ? {} : { fault: said.fault }),
  }
}

function detailOf(id) {
  const said = defined.get(id)
  return { ...rowOf(id), definition: said?.definition ?? usual(builtIn(id)), ...(said?.former === undefined ? {} : { former: said.former }), ...(said === undefined ? {} : { definedAt: said.at }), conflicts: conflictsOf(said?.definition.rules ?? []) }
}

/** A condition as the mock knows it: one comparison of a text or a number of the item. */
const known = /^item\.(category|brand|title|id) == "([^"]*)"$|^item\.(price|stock|age_days) ([<>]=?) (\d+(?:\.\d+)?)$/
function holds(text, item) {
  const found = known.exec(text)
  if (found === null) return false
  if (found[1] !== undefined) return String(item[{ id: 'itemId' }[found[1]] ?? found[1]]) === found[2]
  const value = found[3] === 'price' ? item.priceCents / 100 : found[3] === 'stock' ? item.stock ?? 0 : 30
  return found[4].startsWith('<') ? value < Number(found[5]) : value > Number(found[5])
}

/** What the engine would refuse first, as field and detail. */
function faultOf(definition) {
  for (const [at, rule] of (definition.rules ?? []).entries()) {
    const field = (member) => `rules[${at}].${member}`
    const wrong = /item\.(colour|color|size)\b/.exec(rule.item ?? '')
    if (wrong !== null) return { code: 'bad_expression', field: field('item'), detail: `line 1, column ${wrong.index + 6}: item has no ${wrong[1]}` }
    if (['include', 'exclude'].includes(rule.kind) && !rule.item) return { code: 'bad_field', field: field('item'), detail: 'say which items, as a condition on item' }
    if (rule.kind === 'pin' && !rule.item === !rule.itemId) return { code: 'bad_field', field: field('itemId'), detail: 'a pin says itemId, or a condition as item' }
    if (rule.kind === 'price' && rule.fromCents === undefined && rule.toCents === undefined) return { code: 'bad_field', field: field('fromCents'), detail: 'a price band has fromCents, toCents or both' }
  }
  return undefined
}

function conflictsOf(rules) {
  return rules.flatMap((rule, at) => {
    const before = rules.findIndex((one, i) => i < at && one.kind === 'pin' && rule.kind === 'pin' && one.slot === rule.slot)
    const gone = rules.findIndex((one) => one.kind === 'exclude' && rule.itemId !== undefined && items.some((item) => item.itemId === rule.itemId && holds(one.item, item)))
    return [
      ...(before >= 0 ? [{ code: 'pin_slot', rule: at, other: before, count: rule.slot }] : []),
      ...(rule.itemId !== undefined && !items.some((item) => item.itemId === rule.itemId) ? [{ code: 'pin_unknown', rule: at, count: 0 }] : []),
      ...(gone >= 0 ? [{ code: 'pin_hidden', rule: at, other: gone, count: 0 }] : []),
      ...((rule.fromCents ?? 0) > (rule.toCents ?? Infinity) ? [{ code: 'band_empty', rule: at, count: 0 }] : []),
    ]
  })
}

function preview({ definition, customerId, context = {}, n = 10, placement = 'home' }) {
  const rules = definition.rules ?? []
  const hour = context.time === undefined ? 12 : Number(context.time.slice(11, 13))
  const inForce = rules.map((rule) => !rule.when || (/^context\.hour < (\d+)$/.test(rule.when) ? hour < Number(/\d+/.exec(rule.when)[0]) : true))
  const asked = recommend({ placement: builtIn(placement) ? placement : 'home', customerId, context, n: 24 })
  const tried = asked.items.map(({ item, score, reason }, at) => {
    const on = rules.flatMap((rule, i) => (inForce[i] && (rule.item ? holds(rule.item, item) : rule.itemId === item.itemId) ? [i] : []))
    const hiddenBy = on.find((i) => rules[i].kind === 'exclude')
    const factor = hiddenBy !== undefined ? 0 : on.reduce((product, i) => product * (rules[i].kind === 'boost' ? rules[i].factor : 1), 1)
    const { itemId, title, category, brand, priceCents, currency } = item
    return { itemId, title, category, brand, imageUrl: '', priceCents, currency, rank: null, rankWithout: at < n ? at + 1 : null, score, reason: reason.code, rules: on, factor, hidden: factor === 0, ...(hiddenBy === undefined ? {} : { hiddenBy }) }
  })
  const list = tried.filter((one) => !one.hidden).sort((a, b) => b.score * b.factor - a.score * a.factor)
  for (const [i, rule] of rules.entries()) {
    const pinned = rule.kind === 'pin' && inForce[i] ? list.findIndex((one) => one.rules.includes(i)) : -1
    if (pinned >= 0) list.splice(rule.slot - 1, 0, { ...list.splice(pinned, 1)[0], reason: 'pinned' })
  }
  const shown = list.slice(0, n).map((one, at) => ({ ...one, rank: at + 1 }))
  const there = new Set(shown.map((one) => one.itemId))
  return { personalized: asked.personalized, at: context.time ?? new Date().toISOString(), items: shown, left: tried.filter((one) => one.rankWithout !== null && !there.has(one.itemId)), inForce, conflicts: conflictsOf(rules) }
}

/** The answer of a path, null where there is nothing to say, or undefined. */
export function answerPlacements(method, path, body, { empty, problem }) {
  const ids = [...new Set([...places.map((one) => one.id), ...defined.keys()])]
  if (path === '/api/v1/placements') return { items: empty ? [] : ids.map(rowOf), next: null, strategies, stages }
  if (path === '/api/v1/placements/preview') {
    const fault = faultOf(body.definition)
    return fault === undefined ? preview(body) : problem(400, fault.code, fault.detail, `definition.${fault.field}`)
  }
  const id = /^\/api\/v1\/placements\/([A-Za-z0-9_-]{1,64})$/.exec(path)?.[1]
  if (id === undefined) return undefined
  if (method === 'PUT') {
    const fault = faultOf(body)
    if (fault !== undefined) return problem(400, fault.code, fault.detail, fault.field)
    const former = defined.get(id)?.definition
    defined.set(id, { definition: body, at: new Date().toISOString(), ...(former === undefined || JSON.stringify(former) === JSON.stringify(body) ? {} : { former }) })
  } else if (empty || !ids.includes(id) || (method === 'DELETE' && !defined.has(id))) return problem(404, 'not_found', 'there is no placement of this name: GET /api/v1/placements lists them')
  if (method === 'DELETE') {
    defined.delete(id)
    return null
  }
  return detailOf(id)
}
