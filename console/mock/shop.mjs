// A small made-up shop for the mock engine: the same numbers at every start, so that screenshots compare.

/** A counter-based random number in [0, 1). */
export function randomAt(seed, index) {
  let x = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 0
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39) >>> 0
  return ((x ^ (x >>> 15)) >>> 0) / 4294967296
}

const names = [
  ['85123A', 'WHITE HANGING HEART T-LIGHT HOLDER', 'Candles', 255],
  ['22423', 'REGENCY CAKESTAND 3 TIER', 'Kitchen', 1275],
  ['47566', 'PARTY BUNTING', 'Party', 495],
  ['84879', 'ASSORTED COLOUR BIRD ORNAMENT', 'Decoration', 169],
  ['22720', 'SET OF 3 CAKE TINS PANTRY DESIGN', 'Kitchen', 495],
  ['21212', 'PACK OF 72 RETROSPOT CAKE CASES', 'Kitchen', 55],
  ['20725', 'LUNCH BAG RED RETROSPOT', 'Bags', 165],
  ['85099B', 'JUMBO BAG RED RETROSPOT', 'Bags', 208],
  ['22383', 'LUNCH BAG SUKI DESIGN', 'Bags', 165],
  ['22457', 'NATURAL SLATE HEART CHALKBOARD', 'Decoration', 295],
  ['23203', 'JUMBO BAG VINTAGE DOILY', 'Bags', 208],
  ['22086', "PAPER CHAIN KIT 50'S CHRISTMAS", 'Party', 295],
  ['23298', 'SPOTTY BUNTING', 'Party', 495],
  ['21034', 'REX CASH+CARRY JUMBO SHOPPER', 'Bags', 95],
  ['22960', 'JAM MAKING SET WITH JARS', 'Kitchen', 425],
  ['TEA-01', '青花盖碗 150ml', '茶具', 1880],
  ['TEA-02', '白瓷公道杯', '茶具', 960],
  ['TEA-07', '胡桃木茶盘', '茶具', 5680],
  ['LAMP-3', '宣纸落地灯', '灯具', 9900],
  ['LINEN-5', '亚麻桌旗', '布艺', 1280],
]

/** What customers did with the item number `at`, by day, the last 30 days. */
function itemDays(at) {
  const end = Math.floor(Date.now() / 86_400_000) * 86_400_000
  return Array.from({ length: 30 }, (_, i) => {
    const day = new Date(end - (29 - i) * 86_400_000)
    const weekend = day.getUTCDay() % 6 === 0 ? 1.35 : 1
    const views = at === 18 ? 0 : Math.round((180 / (1 + at * 0.45)) * weekend * (0.55 + 0.9 * randomAt(21 + at, i)) * (0.7 + i / 60))
    const adds = Math.round(views * (0.1 + 0.1 * randomAt(51 + at, i)))
    return { day: day.toISOString().slice(0, 10), views, adds, orders: Math.round(adds * (0.25 + 0.3 * randomAt(81 + at, i))) }
  })
}

const sum = (days) => days.reduce((all, day) => ({ views: all.views + day.views, adds: all.adds + day.adds, orders: all.orders + day.orders }), { views: 0, adds: 0, orders: 0 })

// A picture the page's policy allows: drawn here, written into the address.
const picture = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200"><rect width="320" height="200" fill="#e8f1ee"/><path d="M96 150h128M116 150l8-34h72l8 34M132 116l6-28h44l6 28M148 88l3-22h18l3 22" fill="none" stroke="#0b6e5f" stroke-width="5" stroke-linejoin="round" stroke-linecap="round"/></svg>')}`

export const items = names.map(([itemId, title, category, priceCents], at) => ({
  itemId, title, category, brand: '', priceCents, currency: 'GBP', stock: at === 5 ? 0 : at === 8 ? 3 : at === 16 ? null : 12 + at * 7, available: at !== 13,
  attributes: at === 1 ? { colour: 'green', material: 'ceramic' } : {}, ...(at === 1 ? { imageUrl: picture, url: 'https://shop.example/items/22423' } : {}),
  updatedAt: '2011-12-09T08:00:00.000Z', listed: at !== 18, last30: sum(itemDays(at)),
}))

const heat = (item) => item.last30.views + 4 * item.last30.adds + 8 * item.last30.orders

/** The list of items as the engine gives it: by id, or the ones customers turn to. */
const stands = { sellable: (one) => one.listed !== false && one.available !== false && one.stock !== 0, sold_out: (one) => one.stock === 0, not_available: (one) => one.available === false, unlisted: (one) => one.listed === false }

export function listItems({ q, sort, category, brand, standing }) {
  const wanted = (q ?? '').toLowerCase()
  const found = items.filter((one) => (wanted === '' || one.title.toLowerCase().includes(wanted) || one.itemId === q) && (!category || one.category === category) && (!brand || one.brand === brand) && (!standing || stands[standing](one)))
  if (sort === 'popular') return found.filter((one) => heat(one) > 0).sort((a, b) => heat(b) - heat(a))
  if (sort === 'trending') return found.filter((one) => heat(one) > 0).sort((a, b) => randomAt(17, items.indexOf(b)) - randomAt(17, items.indexOf(a)))
  const value = { price: (one) => one.priceCents ?? Infinity, price_down: (one) => -(one.priceCents ?? -Infinity), stock: (one) => one.stock ?? Infinity, updated: (one) => -Date.parse(one.updatedAt ?? 0) }[sort]
  return [...found].sort((a, b) => (value === undefined || value(a) === value(b) ? (a.itemId < b.itemId ? -1 : 1) : value(a) - value(b)))
}

/** One item with what customers did with it; nothing where there is none. */
export function itemPage(itemId) {
  const at = items.findIndex((one) => one.itemId === itemId)
  if (at < 0) return undefined
  const near = (seed, many) =>
    Array.from({ length: many }, (_, i) => ({ other: items[(at + 1 + i * 3) % items.length], score: Number((0.61 * 0.82 ** i * (0.9 + 0.1 * randomAt(seed, at * 20 + i))).toFixed(4)), together: Math.round((340 / (1 + at * 0.3)) * 0.8 ** i) }))
      .filter((one) => one.other.itemId !== itemId)
      .map(({ other, score, together }) => ({ itemId: other.itemId, title: other.title, score, together }))
  const quiet = at === 18
  return { item: items[at], buyers: quiet ? 0 : Math.round(1200 / (1 + at * 0.4)), daily: itemDays(at), boughtTogether: quiet ? [] : near(31, 8), viewedTogether: quiet ? [] : near(37, 10) }
}

const acts = [
  ['Product Viewed', 46], ['page', 14], ['Product Added', 13], ['Products Searched', 8], ['Product List Viewed', 6], ['Cart Viewed', 4],
  ['Checkout Started', 3], ['Order Completed', 3], ['identify', 2], ['Order Refunded', 1],
]
const total = acts.reduce((sum, [, weight]) => sum + weight, 0)

/** The event number `index`, as a row. */
export function eventAt(index, atMs) {
  let left = randomAt(1, index) * total
  const [event] = acts.find(([, weight]) => (left -= weight) < 0) ?? acts[0]
  const item = items[Math.floor(randomAt(2, index) ** 1.6 * items.length)]
  const quantity = 1 + Math.floor(randomAt(3, index) * 6)
  const id = String(12346 + Math.floor(randomAt(4, index) * 900))
  const at = new Date(atMs).toISOString()
  const row = {
    messageId: `mock-${index}`,
    type: event === 'page' || event === 'identify' ? event : 'track',
    event,
    timestamp: at,
    receivedAt: at,
    customer: { id, userId: Number(id) % 4 === 0 ? null : `u***${id.slice(-2)}` },
    summary: '',
    source: ['web', 'web', 'web', 'app', 'mini-program'][Math.floor(randomAt(6, index) * 5)],
    position: `0-${index}`,
  }
  if (event === 'page') row.summary = ['/', '/sale', '/new', '/category/bags'][index % 4]
  else if (event === 'Products Searched') row.summary = ['red bag', '茶具', 'christmas', 'cake'][index % 4]
  else if (event === 'Product List Viewed') row.summary = item.category
  else if (event.startsWith('Order') || event === 'Checkout Started') {
    row.summary = `${item.title} × ${quantity}${quantity > 3 ? ' + 4' : ''}`
    row.orderId = `5${36365 + (index % 9000)}`
    row.valueCents = item.priceCents * quantity * (quantity > 3 ? 4 : 1)
    row.currency = 'GBP'
  } else if (event.startsWith('Product') ) {
    row.summary = event === 'Product Added' ? `${item.title} × ${quantity}` : item.title
    row.itemId = item.itemId
  }
  return row
}

const actOf = {
  'Product Viewed': 'view', 'Product Added': 'add', 'Products Searched': 'search', 'Product List Viewed': 'list_view', 'Cart Viewed': 'cart_view',
  'Checkout Started': 'checkout', 'Order Completed': 'order', 'Order Refunded': 'refund',
}

/** The whole of a row: what was sent, and what the engine made of it. */
export function wholeOf(row, index) {
  const item = items.find((one) => one.itemId === row.itemId) ?? items[index % items.length]
  const line = { product_id: item.itemId, name: item.title, category: item.category, price: item.priceCents / 100, currency: 'GBP', quantity: 1 + (index % 5) }
  const named = row.type === 'track' ? { event: row.event } : row.type === 'page' ? { name: row.summary } : {}
  const properties = row.orderId ? { order_id: row.orderId, total: row.valueCents / 100, currency: 'GBP', products: [line, { ...line, product_id: items[(index + 3) % items.length].itemId, name: items[(index + 3) % items.length].title, quantity: 1 }] }
    : row.itemId ? line : row.event === 'Products Searched' ? { query: row.summary } : { path: row.summary }
  const marks = [...(index % 7 === 0 ? ['clock_repaired'] : []), ...(row.event === 'Order Completed' && index % 3 === 0 ? ['guest'] : []), ...(index % 11 === 0 ? ['no_message_id'] : [])]
  return {
    position: row.position,
    event: {
      messageId: row.messageId, type: row.type, ...named, timestamp: row.timestamp, receivedAt: row.receivedAt, userId: row.customer.userId, anonymousId: `a-7f3e-${row.customer.id}`,
      context: { library: { name: 'analytics.js', version: '4.1.0' }, page: { path: '/category/bags', url: 'https://shop.example/category/bags' }, locale: 'zh-CN' },
      ...(row.type === 'identify' ? { traits: { city: '深圳', memberLevel: 'gold' } } : { properties }),
    },
    act: actOf[row.event] ?? 'other', marks, customerId: row.customer.id,
  }
}

const letters = [
  ['conflict', 'messageId was used before with another body: the amount differs', 'web', '{"type":"track","messageId":"ord-53671","event":"Order Completed","userId":"u***31","properties":{"order_id":"53671","total":84.5,"currency":"GBP"}}'],
  ['no_customer', 'neither userId nor anonymousId', 'app', '{"type":"track","event":"Product Viewed","properties":{"product_id":"22423"}}'],
  ['bad_number', 'properties.price is not a number', 'mini-program', '{"type":"track","event":"Product Added","anonymousId":"a-77","properties":{"product_id":"85123A","price":"2,55"}}'],
  ['not_object', 'the body ends in the middle of a string', 'web', '{"type":"track","event":"Product View'],
  ['bad_time', 'timestamp is after the year 2100', 'app', '{"type":"page","name":"/sale","anonymousId":"a-12","timestamp":"2201-01-01T00:00:00Z"}'],
]
export const deadLetters = Array.from({ length: 41 }, (_, i) => {
  const [reason, detail, source, raw] = letters[i % letters.length]
  return { id: `0-${900 - i}`, messageId: /"messageId":"([^"]+)"/.exec(raw)?.[1] ?? '', reason, detail, source, receivedAt: new Date(Date.now() - (i + 1) * 1_140_000).toISOString(), raw }
})

/** What the debugger saw: a login, an order, a refused record. */
export function debugged() {
  const standing = (orders, revenueCents, traits = null) => ({ orders, revenueCents, traits })
  const one = (number, more) => ({ number, at: new Date(Date.now() - (4 - Number(number)) * 4_000).toISOString(), status: 200, tookUs: 3_200, dialect: 'segment', method: 'POST', path: '/v1/batch', accepted: 1, duplicate: 0, rejected: 0, eventsAll: 1, events: [], rejects: null, ...more })
  const request = (body) => ({ query: '', headers: { Host: 'engine.shop.example', 'User-Agent': 'node', 'Content-Type': 'application/json' }, bodyBytes: 240, body: JSON.stringify(body) })
  const identity = (kind, more = {}) => ({ kind, customer: '12349', userBefore: '12349', anonymousBefore: null, previousBefore: null, ...more })
  const order = { order_id: '581587', total: 40.5, currency: 'GBP', products: [{ product_id: '85123A', quantity: 3, price: 13.5 }] }
  return [
    one('3', { status: 200, accepted: 0, rejected: 1, eventsAll: 0, request: request({ writeKey: '**********', batch: [{ type: 'track', messageId: 'm-3' }] }), rejects: [{ index: 0, reason: 'no_customer', text: 'the event names no customer: userId or anonymousId is needed', detail: '', raw: '{"type":"track"}' }] }),
    one('2', { request: request({ batch: [{ type: 'track', event: 'Order Completed', messageId: 'm-2', userId: 'u12349', properties: order }] }), events: [{ type: 'track', event: 'Order Completed', messageId: 'm-2', outcome: 'accepted', raw: { messageId: 'm-2', type: 'track', event: 'Order Completed', userId: 'u12349', properties: order }, identity: identity('known'), before: standing(4, 120_000), after: standing(5, 124_050), personal: null }] }),
    one('1', { path: '/v1/i', request: request({ userId: 'u12349', anonymousId: 'a-1', messageId: 'm-1', traits: { city: 'Leeds', email: 'x@shop.example' } }), events: [{ type: 'identify', event: '', messageId: 'm-1', outcome: 'accepted', raw: { messageId: 'm-1', type: 'identify', userId: 'u12349', traits: { city: 'Leeds' } }, identity: identity('joined', { anonymousBefore: '90210' }), before: standing(4, 120_000, { city: 'York' }), after: standing(4, 120_000, { city: 'Leeds', level: 2 }), personal: ['email'] }] }),
  ]
}

export const sources = [
  ['web', ['segment'], 402_118, 4_000], ['app', ['rudderstack'], 96_204, 41_000], ['mini-program', ['sensors'], 43_587, 130_000], ['history', ['import'], 541_909, 86_400_000 * 3],
].map(([name, dialects, events, agoMs], at) => ({ id: String(at + 1), name, dialects, events, lastEventAt: new Date(Date.now() - agoMs).toISOString() }))

const keyOf = (id, kind, source, name, hint, daysAgo, revokedDaysAgo) => ({
  id: String(id), kind, source, name, hint: `…${hint}`, createdAt: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
  origins: [],
  revokedAt: revokedDaysAgo === undefined ? null : new Date(Date.now() - revokedDaysAgo * 86_400_000).toISOString(),
})
export const keys = [
  keyOf(1, 'write', 'web', 'shop front', 'k1f9', 120), keyOf(2, 'server', 'web', 'recommendations of the shop front', 'Qz0a', 118), keyOf(3, 'write', 'web', 'first try', 'm_2x', 121, 119),
  keyOf(4, 'write', 'app', 'iOS and Android', '8sTd', 90), keyOf(5, 'write', 'mini-program', '', 'Uw4-', 31), keyOf(6, 'admin', undefined, 'nightly export', 'h7Ra', 60),
]
/** A key as the engine makes it; its text is told once. */
export function makeKey({ kind, source, name, origins = [] }, number) {
  const key = `zhun_${kind === 'server' ? 's' : 'w'}k_${number}_${String(number).padStart(39, 'made-of-the-mock-only-')}e2e`
  return { ...keyOf(number, kind, source || 'web', name ?? '', key.slice(-4), 0), origins, key }
}

const views = [['identity', 4_372], ['customers', 4_372], ['consents', 318], ['registry', 12], ['catalog', 20], ['sales', 18_532], ['cocount', 96_310], ['popularity', 20], ['counts', 7]]
export const checkReport = { views: views.map(([view, entries]) => ({ view, entries, different: 0 })), equal: true }

export function system(empty) {
  const counts = empty
    ? { events: 0, customers: 0, items: 0, orders: 0, decisions: 0, deadLetters: 0 }
    : { events: 541_909, customers: 4_372, items: items.length, orders: 18_532, decisions: 72_406, deadLetters: deadLetters.length }
  return {
    version: '0.1.0', uptimeSeconds: 273_912, startedAt: new Date(Date.now() - 273_912_000).toISOString(),
    positions: [0, 1, 2, 3].map((partition) => ({ partition, logEnd: 203_110_912 + partition * 1_048_576, folded: 203_110_912 + partition * 1_048_576 })), partitions: 4,
    logBytes: 812_443_648, stateBytes: 143_884_288, residentBytes: 211_812_352, diskFreeBytes: 61_203_283_968, diskBytes: 210_304_524_288, viewLagMs: 3,
    storage: {
      segments: 14, packedSegments: 13, packedBytes: 391_118_848, packedFromBytes: 805_306_368,
      backup: { phase: 'done', to: '/mnt/backup/zhun', startedAt: '2026-11-20T02:00:00.000Z', finishedAt: '2026-11-20T02:01:12.000Z', doneBytes: 812_443_648, allBytes: 812_443_648, records: 5_210_334, copiedBytes: 96_468_992, linkedBytes: 0, sameBytes: 715_974_656, stateBytes: 143_884_288, withKey: false },
      retention: {
        phase: 'waiting', rule: { eventsSeconds: 400 * 86_400 }, logBytes: 812_443_648, oldestAt: '2025-10-17T03:12:00.000Z', whole: false, droppedSegments: 2, droppedBytes: 134_217_728, nextDropAt: '2026-11-25T08:00:00.000Z',
        base: { number: 7, madeAt: '2026-11-19T08:00:12.000Z', until: '2025-10-17T03:12:00.000Z', events: 1_204_331, bytes: 96_468_992, digest: '5f0c2a8b1d3e4f60718293a4b5c6d7e8f90112233445566778899aabbccddeef', positions: [51_200_100, 51_200_200, 51_200_300, 51_200_400] },
      },
    }, ready: true, timeZone: 'Asia/Shanghai',
    ...(empty ? {} : { model: { name: 'cocount', version: 12 } }), counts,
    memory: [['identity', 11_400_000], ['customers', 38_200_000], ['consents', 310_000], ['registry', 40_000], ['catalog', 2_900_000], ['sales', 21_700_000], ['cocount', 74_800_000], ['popularity', 5_100_000], ['counts', 90_000]].map(([view, bytes]) => ({ view, bytes })),
    libraries: [['RocksDB', '7.8.3'], ['libuv', '1.44.2'], ['libsodium', '1.0.18'], ['OpenSSL', '3.0.17'], ['nghttp2', '1.52.0'], ['zlib', '1.2.13']].map(([name, version]) => ({ name, version })),
  }
}

export function daily() {
  const days = []
  const end = Date.UTC(2011, 11, 9)
  for (let back = 70; back >= 0 && days.length < 60; back--) {
    const at = new Date(end - back * 86_400_000)
    if (at.getUTCDay() === 6) continue // this shop rests on Saturdays
    const busy = (0.75 + 0.5 * randomAt(7, back)) * (at.getUTCDay() === 0 ? 0.55 : 1) * (1 + (70 - back) / 90)
    days.push({ day: at.toISOString().slice(0, 10), orders: Math.round(62 * busy), revenueCents: Math.round(3_010_000 * busy * (0.8 + 0.4 * randomAt(8, back))) })
  }
  return days.slice(-60)
}

export const placements = [
  ['home', 'Home page', '首页', 'personal', []],
  ['product_page', 'Product page', '商品页', 'complement', ['itemId']],
  ['cart', 'Cart', '购物车', 'basket', ['cart']],
  ['search_empty', 'Empty search', '搜索无结果', 'trending', []],
  ['order_done', 'After the order', '下单完成', 'after_order', []],
].map(([id, en, zh, strategy, needs]) => ({ id, name: { en, zh }, strategy, n: 10, public: id === 'home', needs }))

export function customer(id, clear = false) {
  const n = Number(id)
  const anonymous = n % 4 === 0
  return {
    id,
    userId: anonymous ? null : `u***${id.slice(-2)}`,
    ids: { ...(anonymous ? {} : { userId: [`u***${id.slice(-2)}`] }), anonymousId: [`a-7f3e-${id}`, `a-19c0-${id}`] },
    contact: clear ? 'clear' : 'masked',
    traits: anonymous ? {} : { phone: clear ? '13800001234' : '***34', city: '深圳', memberLevel: 'gold', language: 'zh-CN' },
    firstSeen: new Date(Date.UTC(2010, 11, 7, 14, 57) + (n % 61) * 3 * 86_400_000).toISOString(),
    lastSeen: new Date(Date.now() - (n % 50) * 3_600_000 - 120_000).toISOString(),
    orders: anonymous ? { count: 0, revenueCents: 0, currency: '', last: null } : { count: 1 + (n % 11), revenueCents: (1 + (n % 11)) * (14_150 + (n % 97) * 310), currency: 'GBP', last: '2011-12-07T15:52:00.000Z' },
    affinity: { category: { Bags: 0.41, Kitchen: 0.27, 茶具: 0.16, Party: 0.09, Candles: 0.04 }, brand: { RETROSPOT: 0.38, REGENCY: 0.12 } },
    standing: {
      rfm: anonymous ? null : { segment: 'loyal', class: 'key_keep', classZh: '重要保持', recency: 3, frequency: 5, monetary: 5 },
      lifecycle: anonymous ? 'prospect' : 'at_risk', lifecycleUntil: anonymous ? null : new Date(Date.now() + 9 * 86_400_000).toISOString(), aipl: anonymous ? 'interest' : 'loyal', intervalDays: 28,
    },
    segments: anonymous ? [] : ['vip', '换季复购'],
    consents: {
      personalization: n % 5 !== 0, analytics: true, sharing: false, minor: n % 7 === 0, marketing: { email: true, sms: false }, version: '2026-11', source: 'settings page',
      times: { personalization: '2011-03-02T10:11:00.000Z', 'marketing.email': '2011-03-02T10:11:00.000Z', 'marketing.sms': '2011-10-21T18:40:00.000Z' },
    },
    events: 182,
  }
}

/** Somebody of the evening who buys tea things; every fourth is anonymous and bought nothing, every seventh only looked once. */
export function portrait(id) {
  const n = Number(id)
  const at = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
  const origin = (evidence, k, days, source = 'observed') => ({ source, at: at(days), evidence, confidence: Math.round((1 - Math.exp(-evidence / k)) * 1e4) / 1e4 })
  const rows = (list) => list.map(([name, share, lately, events, days]) => ({ name, share, lately, liked: share > 0.27, ...origin(events, 8, days) }))
  const leanings = [
    { dimension: 'category', names: 7, values: rows([['Bags', 0.41, 0.22, 38, 3], ['Kitchen', 0.27, 0.55, 21, 0.3], ['茶具', 0.16, 0.17, 12, 1], ['Party', 0.09, 0.04, 7, 20], ['Candles', 0.04, 0.02, 2, 41]]) },
    { dimension: 'brand', names: 2, values: rows([['RETROSPOT', 0.78, 0.7, 44, 0.3], ['REGENCY', 0.22, 0.3, 15, 1]]) },
    { dimension: 'priceBand', names: 3, values: rows([['low', 0.52, 0.5, 41, 0.3], ['middle', 0.39, 0.42, 33, 0.3], ['high', 0.09, 0.08, 6, 9]]) },
    { dimension: 'colour', names: 3, values: rows([['red', 0.61, 0.58, 30, 0.3], ['ivory', 0.29, 0.4, 14, 1], ['藏青', 0.1, 0.02, 5, 31]]) },
  ]
  const hours = Array.from({ length: 168 }, (_, i) => Math.max(0, Math.round(9 * Math.exp(-(((i % 24) - 20) ** 2) / 6) * (i >= 120 ? 1.3 : 0.8) + ((i * 7919 + n) % 11 === 0 ? 2 : 0) - 0.3)))
  const events = hours.reduce((sum, one) => sum + one, 0)
  const habits = { ...origin(events, 20, 0.1), since: at(280), hours, visits: Math.ceil(events / 5), visitMinutes: 11.5, visitEvents: 5.2 }
  const bought = 1 + (n % 11)
  const value = (amount, evidence = bought, source = 'observed') => ({ value: amount, ...origin(evidence, 4, 12, source) })
  const orders = {
    count: bought, purchases: bought, currency: 'GBP', first: at(12 + 24 * (bought - 1)), last: at(12), meanCents: value(14_150), basketSize: value(6.4), basketProducts: value(3.1), returnRate: value(0.12), refundedShare: value(0.04),
    ...(bought > 1 ? { intervalDays: value(24, bought - 1, 'computed') } : {}),
    nextOrder: bought > 1 ? { value: at(-12), from: at(-4), until: at(-29), chance: 0.8, isOverdue: false, ...origin(bought - 1, 4, 12, 'computed') } : null,
  }
  const anonymous = n % 4 === 0
  const place = (cell, latitude, longitude, share, [nights, workDays, weekends, edges], days, source = 'observed') => ({ value: cell, latitude, longitude, share, nights, workDays, weekends, edges, ...origin(days, 4, 12, source) })
  return {
    id, at: at(0), zone: 'Europe/London', halfLifeDays: 28, latelyDays: 1, leanings: n % 7 === 0 ? [] : leanings, orders: anonymous ? null : orders, habits: n % 7 === 0 && anonymous ? null : habits,
    places: n % 7 === 0 ? null : {
      home: place('wtw3sj', 31.2314, 121.4703, 0.83, [21, 2, 6, 3], 25, 'computed'), work: anonymous ? null : place('wtw3ev', 31.2205, 121.4264, 0.91, [0, 17, 0, 1], 17, 'computed'), cells: 4,
      frequent: [place('wtw3sj', 31.2314, 121.4703, 0.55, [21, 2, 6, 3], 29), place('wtw3ev', 31.2205, 121.4264, 0.34, [0, 17, 0, 1], 18), place('wtw37q', 31.1875, 121.4593, 0.11, [0, 1, 4, 0], 5)],
    },
    context: n % 7 === 0 ? null : {
      ...origin(100, 15, 0.1), since: at(40), devices: [{ name: 'mobile', events: 71 }, { name: 'desktop', events: 29 }], systems: [{ name: 'iOS', events: 64 }, { name: 'Windows', events: 29 }],
      channels: [{ name: 'wechat', events: 12 }, { name: 'newsletter', events: 7 }], discountShare: anonymous ? null : value(0.25, 4),
    },
    computed: anonymous && n % 7 === 0 ? [] : [
      { name: 'tea_views_30d', kind: 'count', event: 'Product Viewed', where: "e.category == '茶具'", windowDays: 30, value: 12, isWhole: true, ...origin(12, 20, 1, 'computed') },
      { name: 'usual_brand', kind: 'most_frequent', field: 'brand', event: '', where: '', windowDays: 0, value: 'RETROSPOT', isWhole: false, ...origin(59, 20, 0.3, 'computed') },
      { name: 'kinds_bought', kind: 'unique_list', field: 'category', event: 'Order Completed', where: '', windowDays: 90, value: anonymous ? [] : ['Bags', 'Kitchen', '茶具'], isWhole: true, ...origin(bought, 20, 12, 'computed') },
    ],
    traits: anonymous ? [] : [{ name: 'city', value: '深圳', source: 'declared', at: at(90) }],
  }
}

// Merges of a customer, and those that somebody took back; one that is young is still being folded.
const unmerged = new Map()
export function mergedCustomer(id, number) {
  const n = Number(id)
  const at = (days) => new Date(Date.UTC(2011, 9, 1, 9, 30) + days * 86_400_000).toISOString()
  const all = [[1, 'login', 3], [2, 'alias', 9], [3, 'login', 20]].map(([k, why, days]) => ({ number: String(n + 100_000 * k), into: id, at: at(days), why }))
  const gone = unmerged.get(id) ?? new Map()
  const merge = all.find((one) => one.number === number && !gone.has(number))
  if (merge !== undefined) unmerged.set(id, gone.set(number, { merge, at: Date.now(), by: 'admin' }))
  const anonymous = all.map((one, i) => ({ kind: 'anonymousId', id: `a-7f3e-${one.number}`, number: one.number, customers: i === 1 ? 2 : 1 }))
  return {
    id,
    ids: [{ kind: 'userId', id: `u${id}`, number: id }, { kind: 'anonymousId', id: `a-19c0-${id}`, number: id, customers: 1 }, ...anonymous.filter((one) => !gone.has(one.number))],
    merges: all.filter((one) => !gone.has(one.number)),
    unmerged: [...gone.values()].reverse().map((one) => ({ ...one, at: new Date(one.at).toISOString(), state: Date.now() - one.at > 1500 ? 'undone' : 'undoing' })),
  }
}

const reasons = [
  ['popular_in_category', (x) => `Popular in ${x}`, (x) => `${x}中的热销`],
  ['bought_together', (x) => `Often bought with ${x}`, (x) => `常与${x}一起购买`],
  ['because_you_viewed', (x) => `Because you looked at ${x}`, (x) => `因为您看过${x}`],
  ['trending', () => 'Many look at it this week', () => '本周很多人在看'],
  ['because_you_bought', (x) => `Because you bought ${x}`, (x) => `因为您购买过${x}`],
]

export function recommend(ask) {
  const place = placements.find((one) => one.id === ask.placement) ?? placements[0]
  const shift = placements.indexOf(place) * 3 + (Number(ask.customerId ?? 0) % 7)
  const personalized = ask.customerId !== undefined && Number(ask.customerId) % 5 !== 0
  // The popular ones first; a customer's history moves some of them, and brings in others.
  const worth = (at) => 1 - at / items.length + (personalized ? 0.55 * randomAt(Number(ask.customerId) + shift, at) : 0)
  const on = items.map((item, at) => ({ item, worth: worth((at + 3 * placements.indexOf(place)) % items.length) })).filter(({ item }) => item.available && item.listed && item.itemId !== ask.context?.itemId)
    .sort((a, b) => b.worth - a.worth).map(({ item }) => item)
  return {
    decisionId: '',
    placement: ask.placement,
    personalized,
    strategy: personalized ? place.strategy : 'popular',
    items: Array.from({ length: ask.n ?? 10 }, (_, at) => {
      const item = on[at % on.length]
      const near = items[(shift + at * 5 + 1) % items.length]
      const [code, en, zh] = personalized ? reasons[at % reasons.length] : reasons[3]
      const about = code === 'popular_in_category' ? item.category : near.title
      return {
        itemId: item.itemId,
        rank: at + 1,
        score: Number((0.93 * 0.86 ** at + 0.01 * randomAt(11, at)).toFixed(6)),
        propensity: Number(Math.max(0.05, 0.92 - at * 0.11).toFixed(3)),
        reason: {
          code,
          text: { en: en(about), zh: zh(`“${about}”`) },
          evidence: code === 'trending' ? [] : [
            { itemId: near.itemId, title: near.title, event: 'Product Viewed', at: '2011-12-08T09:14:00.000Z', weight: 0.62 },
            { itemId: items[(shift + at) % items.length].itemId, title: items[(shift + at) % items.length].title, event: 'Order Completed', at: '2011-11-24T16:02:00.000Z', weight: 0.38 },
          ],
        },
        item,
      }
    }),
    experiment: ask.placement === 'home' ? { id: 'home-blend', arm: 'b' } : null,
    model: { name: place.strategy === 'personal' ? 'blend' : 'rp3beta', version: 12 },
    tookUs: 412,
  }
}
