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
export const items = names.map(([itemId, title, category, priceCents], at) => ({
  itemId, title, category, brand: '', priceCents, currency: 'GBP', stock: 12 + at * 7, available: at !== 13, attributes: {}, updatedAt: '2011-12-09T08:00:00.000Z',
}))

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
    source: 'web',
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

export function customer(id) {
  const n = Number(id)
  const anonymous = n % 4 === 0
  return {
    id,
    userId: anonymous ? null : `u***${id.slice(-2)}`,
    ids: { ...(anonymous ? {} : { userId: [`u***${id.slice(-2)}`] }), anonymousId: [`a-7f3e-${id}`, `a-19c0-${id}`] },
    traits: anonymous ? {} : { city: '深圳', memberLevel: 'gold', language: 'zh-CN' },
    firstSeen: new Date(Date.UTC(2010, 11, 7, 14, 57) + (n % 61) * 3 * 86_400_000).toISOString(),
    lastSeen: new Date(Date.now() - (n % 50) * 3_600_000 - 120_000).toISOString(),
    orders: anonymous ? { count: 0, revenueCents: 0, currency: '', last: null } : { count: 1 + (n % 11), revenueCents: (1 + (n % 11)) * (14_150 + (n % 97) * 310), currency: 'GBP', last: '2011-12-07T15:52:00.000Z' },
    affinity: { category: { Bags: 0.41, Kitchen: 0.27, 茶具: 0.16, Party: 0.09, Candles: 0.04 }, brand: { RETROSPOT: 0.38, REGENCY: 0.12 } },
    segments: anonymous ? [] : ['vip', '换季复购'],
    consents: {
      personalization: n % 5 !== 0, analytics: true, marketing: { email: true, sms: false }, version: '2026-11', source: 'settings page',
      times: { personalization: '2011-03-02T10:11:00.000Z', 'marketing.email': '2011-03-02T10:11:00.000Z', 'marketing.sms': '2011-10-21T18:40:00.000Z' },
    },
    events: 182,
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
  const shift = placements.indexOf(place) * 3 + (Number(ask.customerId) % 7)
  const on = items.filter((one) => one.available)
  const personalized = Number(ask.customerId) % 5 !== 0
  return {
    decisionId: '',
    placement: ask.placement,
    personalized,
    strategy: personalized ? place.strategy : 'popular',
    items: Array.from({ length: ask.n ?? 10 }, (_, at) => {
      const item = on[(shift + at * 3) % on.length]
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
