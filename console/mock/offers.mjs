// The offers of the mock: one that is claimed and nearly gone, one with a budget, one that is paused; a small part of what the engine refuses.
const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
const unfair = ['age', 'gender', 'device', 'city', 'tenure', 'spending']
const cents = (n) => `GBP ${(n / 100).toFixed(2)}`

const account = { claimed: 0, held: 0, used: 0, heldCents: 0, usedCents: 0, released: 0, cancelled: 0 }
const kept = new Map([
  ['autumn', { versions: [{ at: ago(12), definition: { kind: 'threshold', currency: 'GBP', steps: [{ fromCents: 5000, offCents: 500 }, { fromCents: 10000, offCents: 1500 }], budgetCents: 400000, title: { zh: '秋季满减', en: 'Autumn' } } }], account: { ...account, held: 3, used: 212, heldCents: 2500, usedCents: 251500, released: 40 } }],
  ['spring', {
    versions: [{ at: ago(30), definition: { kind: 'percent', percent: 10, currency: 'GBP', give: 'claim', stock: 500, title: { zh: '春季九折', en: 'Spring' } } }, { at: ago(2), definition: { kind: 'percent', percent: 15, mostCents: 2000, currency: 'GBP', give: 'claim', stock: 1000, perCustomer: 1, from: '2026-11-01', until: '2026-12-31', conditions: { minimumCents: 3000 }, title: { zh: '春季八五折', en: 'Spring' } } }],
    account: { ...account, claimed: 961, held: 1, used: 402, heldCents: 640, usedCents: 331250, cancelled: 6 },
  }],
  ['welcome', { versions: [{ at: ago(5), definition: { kind: 'fixed', offCents: 300, currency: 'GBP', paused: true, give: 'code', code: 'HELLO', until: '2026-12-31', conditions: { firstOrder: true } } }], account: { ...account, used: 12, usedCents: 3600 } }],
])

function effectOf(d) {
  if (d.kind === 'percent') return { zh: `减 ${d.percent}%`, en: `${d.percent} % off` }
  if (d.kind === 'fixed') return { zh: `立减 ${cents(d.offCents)}`, en: `${cents(d.offCents)} off` }
  if (d.kind === 'gift') return { zh: `赠 ${d.itemId}`, en: `a gift: ${d.itemId}` }
  return { zh: d.steps.map((one) => `满 ${cents(one.fromCents)} 减 ${cents(one.offCents)}`).join('，'), en: d.steps.map((one) => `${cents(one.offCents)} off from ${cents(one.fromCents)}`).join(', ') }
}

function conditionsOf({ conditions = {}, perCustomer }) {
  const zh = [conditions.minimumCents && `满 ${cents(conditions.minimumCents)} 可用`, conditions.firstOrder && '仅限首单', perCustomer && `每人限 ${perCustomer} 次`].filter(Boolean)
  const en = [conditions.minimumCents && `from ${cents(conditions.minimumCents)}`, conditions.firstOrder && 'only the first order', perCustomer && `${perCustomer} for each customer`].filter(Boolean)
  return { zh: zh.join('；') || '所有人可用', en: en.join('; ') || 'for everyone' }
}

function rowOf(id) {
  const { versions, account: sums } = kept.get(id)
  const d = versions.at(-1).definition
  const taken = d.give === 'claim' ? sums.claimed : sums.held + sums.used
  const days = { ...(d.from === undefined ? {} : { from: d.from }), ...(d.until === undefined ? {} : { until: d.until }) }
  return {
    id, title: { zh: d.title?.zh ?? '', en: d.title?.en ?? '' }, version: versions.length, kind: d.kind, give: d.give ?? 'automatic', layer: d.layer ?? 'order', alone: d.alone ?? false, paused: d.paused ?? false, currency: d.currency, ...days,
    effect: effectOf(d), conditions: conditionsOf(d), ...(d.stock === undefined ? {} : { stock: d.stock, left: Math.max(0, d.stock - taken) }),
    ...(d.budgetCents === undefined ? {} : { budgetCents: d.budgetCents, leftCents: Math.max(0, d.budgetCents - sums.heldCents - sums.usedCents) }), ...sums,
  }
}

function detailOf(id) {
  const { versions } = kept.get(id)
  const history = versions.map(({ at, definition }, i) => ({ version: i + 1, at, deleted: false, paused: definition.paused ?? false, effect: effectOf(definition), conditions: conditionsOf(definition), definition }))
  return { ...rowOf(id), definition: versions.at(-1).definition, ...(versions.length > 1 ? { former: versions.at(-2).definition } : {}), definedAt: versions.at(-1).at, history }
}

const ledger = () => ({ items: [{ order: '9f2c1a7730b4e518', state: 'held', cents: 640, at: ago(0.001), until: ago(-0.01), coupon: 961 }, { order: '04d81f6e2a9c5b37', state: 'used', cents: 850, at: ago(0.2), coupon: 958 }, { order: 'c7712be09d3f4a61', state: 'used', cents: 2000, at: ago(0.4), coupon: 940 }], count: 3, next: null })

/** The answer of a path, null where there is nothing to say, or undefined. */
export function answerOffers(method, path, body, { empty, problem }) {
  if (path === '/api/v1/offers') return { items: empty ? [] : [...kept.keys()].sort().map(rowOf), next: null }
  const [, id, more] = /^\/api\/v1\/offers\/([a-z0-9_-]{1,64})(\/ledger)?$/.exec(path) ?? []
  if (id === undefined) return undefined
  if (method === 'PUT') {
    const word = unfair.find((one) => Object.keys(body.conditions ?? {}).includes(one))
    if (word !== undefined) return problem(400, 'unfair', `"${word}" cannot be named by an offer: the same goods have the same price for everyone who meets the public conditions`, `conditions.${word}`)
    const there = kept.get(id) ?? { versions: [], account: { ...account } }
    if (JSON.stringify(there.versions.at(-1)?.definition) !== JSON.stringify(body)) there.versions.push({ at: new Date().toISOString(), definition: body })
    kept.set(id, there)
    return detailOf(id)
  }
  if (empty || !kept.has(id)) return problem(404, 'not_found', 'there is no offer of this name: GET /api/v1/offers lists them')
  if (more !== undefined) return ledger()
  if (method === 'DELETE') {
    kept.delete(id)
    return null
  }
  return detailOf(id)
}
