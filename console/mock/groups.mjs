// Portraits, kinds and lookalikes, made up. A segment or expression with "few" in it is a small group; "chance" is one that nothing tells apart.
const reach = { email: 210, sms: 96, push: 0, wechat: 140, wecom: 0, onsite: 0, whatsapp: 0, call: 0, post: 0, ads: 0 }
const side = (customers, orders, cents) => ({
  customers, buyers: Math.round(customers * 0.8), orders, revenueCents: orders * cents, ordersEach: customers === 0 ? 0 : orders / customers, revenueEachCents: customers === 0 ? 0 : Math.round((orders * cents) / customers),
  orderValueCents: orders === 0 ? 0 : cents, events: customers * 12, drawn: Math.min(customers, 500), reach,
})
const row = (value, group, whole, low, high) => {
  const index = (100 * (group / 400)) / (whole / 4000)
  return { value, group, whole, share: group / 400, wholeShare: whole / 4000, ...(low === undefined ? {} : { index, low, high, clear: low > 100 || high < 100 }) }
}
const dimension = (name, rows, more = {}) => ({ dimension: name, drawn: false, rows, suppressed: 0, more: 0, ...more })
const dimensions = [
  dimension('category', [row('茶具', 180, 760, 205, 268), row('Lamps', 60, 900, 48, 90), row('Bags', 101, 1010, 82, 121), row('Ribbons', 2, 40)], { suppressed: 3 }),
  dimension('price_band', [row('high', 200, 1200, 148, 186), row('low', 60, 1500, 30, 54)]),
  dimension('rfm', [row('champion', 120, 420, 240, 336), row('at_risk', 20, 380, 30, 86)]),
  dimension('lifecycle', [row('active', 220, 1500, 132, 162), row('lapsed', 40, 900, 31, 61)]),
  dimension('aipl', [row('loyal', 260, 1600, 148, 176)]),
  dimension('weekday', [row('6', 120, 800, 126, 176), row('1', 40, 600, 46, 92)]),
  dimension('hour', [row('21', 90, 420, 170, 262)]),
  dimension('trait', [row('深圳', 150, 900, 140, 198), row('true', 40, 380, 74, 146)], { trait: 'city' }),
  dimension('device', [row('mobile', 300, 2400, 112, 138)], { drawn: true }),
]
const hours = Array.from({ length: 168 }, (_, at) => {
  const [day, hour] = [Math.floor(at / 24), at % 24]
  if (hour < 6) return { group: 0, whole: 8 }
  return { group: 20, whole: 200, index: Math.round((60 + (hour >= 19 ? 140 : 0) + (day >= 5 ? 40 : 0)) * 100) / 100 }
})
const item = (itemId, title, group, whole, low, high) => ({ itemId, title, ...row('', group, whole, low, high), value: undefined })

function portrait(asked, empty) {
  const few = empty || `${asked.segment ?? ''}${asked.expression ?? ''}`.includes('few')
  return {
    at: new Date().toISOString(), tookUs: 41_000, zone: 'Asia/Shanghai', currency: 'CNY', customers: 4000, asked: 4000, refused: 12, failed: 0, againstAll: true, tooFew: few, groupMin: 50, withMin: 30, cut: false,
    group: few ? side(empty ? 0 : 12, empty ? 0 : 30, 4_000) : side(400, 1400, 8_800), whole: side(4000, 7600, 5_100),
    dimensions: few ? [] : dimensions, hours: few ? [] : hours,
    bought: few ? [] : [item('22423', 'Regency cakestand', 90, 300, 240, 356), item('85123A', '白色心形挂饰', 44, 430, 70, 140)], viewed: few ? [] : [item('21730', 'Glass star lamp', 70, 640, 84, 142)],
  }
}

const mark = (feature, typical, ofAll, z, name) => ({ feature, typical, ofAll, z, ...(name === undefined ? {} : { name }) })
function personas(body, empty) {
  const items = empty ? [] : [
    { customers: 1900, share: 0.475, text: { en: 'not seen for long · comes seldom', zh: '久未到访、到访少' }, marks: [mark('recency', 61.7, 15, 0.97), mark('days', 3.2, 5.4, -0.83), mark('views', 3.5, 4.5, -0.7)], rule: { expression: '(customer.last_seen <= now - hours(486))', precision: 0.99, recall: 1 } },
    { customers: 1300, share: 0.325, text: { en: 'buys often · spends much', zh: '购买频繁、消费高' }, marks: [mark('orders', 8.9, 2.1, 1.36), mark('money', 1746, 72, 1.19)], rule: { expression: '(customer.orders.count() >= 6)', precision: 1, recall: 0.98 } },
    { customers: 800, share: 0.2, text: { en: 'likes 茶具', zh: '偏好「茶具」' }, marks: [mark('category', 0.9, 0.2, 2, '茶具')], rule: null },
  ]
  return {
    at: new Date().toISOString(), tookUs: 420_000, customers: empty ? 0 : 4000, refused: 12, drawn: empty ? 0 : 4000, drawnMin: 200, tooFew: empty, chosen: body.groups === undefined, clear: body.groups === undefined, silhouette: 0.32, stability: body.groups === undefined ? 0.98 : 0.51,
    silhouettes: [2, 3, 4, 5].map((groups) => ({ groups, value: 0.3 - 0.01 * groups })), items: body.groups === undefined ? items : items.slice(0, body.groups),
  }
}

function lookalikes(asked, { empty, everybody, row: customer }, limit) {
  const verdict = empty ? 'few' : `${asked.expression ?? ''}`.includes('chance') ? 'chance' : 'offered'
  const offered = verdict === 'offered'
  return {
    at: new Date().toISOString(), tookUs: 900_000, seed: empty ? 0 : 400, others: empty ? 0 : 3600, refused: 12, held: empty ? 0 : 121, heldMin: 30, offered, verdict,
    ...(empty ? {} : { auc: offered ? 0.87 : 0.51, aucLow: offered ? 0.84 : 0.46, aucHigh: offered ? 0.9 : 0.56, rfmAuc: 0.61, gain: 0.26, gainLow: 0.21, gainHigh: 0.31 }),
    sizes: offered ? [[0.01, 0.08], [0.02, 0.15], [0.05, 0.31], [0.1, 0.52], [0.2, 0.72], [0.3, 0.83], [0.5, 0.95]].map(([part, found]) => ({ part, customers: Math.round(part * 3600), found, low: found - 0.06, high: Math.min(1, found + 0.04), lift: found / part, precision: found / (found + 9 * part) })) : [],
    size: offered ? (asked.size ?? 1000) : 0, ...(asked.keepIn === undefined ? {} : { keptIn: asked.keepIn, added: asked.size ?? 1000 }),
    items: offered ? everybody.slice(0, limit ?? 0).map((id, at) => ({ customer: customer(id), score: 3 - 0.1 * at, why: [{ feature: 'category', name: '茶具', push: 1.4 }, { feature: 'evening', push: 0.3 }] })) : [],
  }
}

/** The answer of a path, or undefined. */
export function answerGroups(path, body, shop) {
  if (/^\/api\/v1\/segments\/[\w-]+\/portrait$/.test(path)) return portrait({ segment: path.split('/')[4] }, shop.empty)
  if (!/^\/api\/v1\/reports\/(group|personas|lookalikes)$/.test(path)) return undefined
  const wrong = /ordrs/.test(body.expression ?? '')
  if (wrong) return shop.problem(400, 'bad_expression', 'line 1, column 10: there is no ordrs here: orders was meant?')
  if (path.endsWith('/group')) return portrait(body, shop.empty)
  return path.endsWith('/personas') ? personas(body, shop.empty) : lookalikes(body, shop, body.limit)
}
