// What the mock attributes: made-up channels whose parts add up, an experiment and the holdout beside them.
const models = { first: [40, 22, 18, 12, 8], last: [24, 34, 12, 20, 10], linear: [32, 28, 15, 16, 9], decay: [29, 30, 14, 18, 9], position: [32, 28, 15, 16, 9], shapley: [33, 27, 16, 15, 9], markov: [30, 26, 18, 15, 11] }
const names = {
  channel: ['google / cpc', 'direct', 'baidu / organic', 'mail / email', 'xiaohongshu.com / referral'], source: ['google', 'direct', 'baidu', 'mail', 'xiaohongshu.com'],
  medium: ['cpc', 'direct', 'organic', 'email', 'referral'], campaign: ['google / cpc / 春季上新', 'direct', 'baidu / organic', 'mail / email / calm', 'xiaohongshu.com / referral'],
}

const lift = (metric, perCustomer, low, high, customers) => ({ metric, perCustomer, low, high, all: perCustomer * customers, allLow: low * customers, allHigh: high * customers })

function measured() {
  return [
    { experiment: 'holdout', title: '', holdout: true, state: 'running', placements: [], arm: 'treated', control: 'held', customers: 41_230, windowDays: 30, trusted: true, money: lift('revenue', 212.4, 96.1, 328.7, 41_230), orders: lift('orders', 0.021, 0.009, 0.033, 41_230) },
    { experiment: 'calm', title: '首页少重复', holdout: false, state: 'running', placements: ['home'], arm: 'calm', control: 'control', customers: 12_114, windowDays: 14, trusted: true, money: lift('revenue', 88.2, -14.5, 190.9, 12_114), orders: null },
  ]
}

/** The answer of a path, or undefined. */
export function answerAttribution(method, path, body, { empty, everybody, row, problem }) {
  if (path !== '/api/v1/reports/attribution' || method !== 'POST') return undefined
  const level = body.level ?? 'channel'
  if (names[level] === undefined) return problem(400, 'bad_field', 'level is source, medium, channel or campaign', 'level')
  const cents = 8_640_000
  const conversions = 1_800
  const channels = names[level].map((channel, at) => ({
    channel, touches: [4_210, 3_877, 2_304, 1_650, 902][at], paths: [3_120, 3_300, 1_900, 1_200, 800][at], converted: [720, 690, 340, 360, 190][at], removal: [0.42, 0.37, 0.25, 0.21, 0.15][at],
    models: Object.fromEntries(Object.entries(models).map(([model, parts]) => [model, { conversions: (conversions * parts[at]) / 100, valueCents: (cents * parts[at]) / 100 }])),
    experiment: level === 'campaign' && at === 3 ? 'calm' : null,
  }))
  const from = body.open?.cursor ? Number(body.open.cursor) : 0
  const limit = body.open?.limit ?? 50
  const whose = body.open === undefined || empty ? [] : everybody.slice(from, from + limit)
  return {
    from: body.from ?? null, to: body.to ?? null, lookbackDays: body.lookbackDays ?? 30, event: 'Order Completed', level, direct: true, halfLife: 2, currency: 'GBP',
    customers: empty ? 0 : 43_720, convertedCustomers: empty ? 0 : 1_690, refusedAnalytics: empty ? 0 : 211, conversions: empty ? 0 : conversions, valueCents: empty ? 0 : cents,
    untouched: empty ? { conversions: 0, valueCents: 0 } : { conversions: 64, valueCents: 301_250 }, pathsWithoutConversion: empty ? 0 : 18_422, cut: { longPaths: empty ? 0 : 3, mergedPaths: 0, channels: 0 },
    channels: empty ? [] : channels,
    incrementality: { measured: empty ? [] : measured(), holdout: !empty, notMeasured: empty ? ['home', 'product_page', 'cart', 'search_empty', 'order_done'] : ['product_page', 'cart', 'search_empty', 'order_done'] },
    tookUs: 81_200, items: whose.map(row), next: body.open !== undefined && !empty && from + limit < everybody.length ? String(from + limit) : null,
  }
}
