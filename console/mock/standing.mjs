// Where the mock's customers stand: made-up counts that fit each other.
const segments = ['champion', 'loyal', 'potential_loyalist', 'new_customer', 'promising', 'need_attention', 'about_to_sleep', 'at_risk', 'cant_lose', 'lost', 'other']
const classes = [['key_value', '重要价值'], ['low_value', '一般价值'], ['key_develop', '重要发展'], ['low_develop', '一般发展'], ['key_keep', '重要保持'], ['low_keep', '一般保持'], ['key_win_back', '重要挽留'], ['low_win_back', '一般挽留']]
const sum = (customers, orders) => ({ customers, orders: customers * orders, revenueCents: customers * orders * 39_900 })

let drawnAt = Date.now() - 6 * 3_600_000
let buyers = 4_339 // one more with each drawing, so that it shows

function boundaries() {
  return {
    at: new Date(drawnAt).toISOString(), day: new Date(drawnAt).toISOString().slice(0, 10), cause: 'midnight', currency: 'GBP', customers: 4_372, buyers, repeaters: 2_845, intervalDays: 51.3,
    recency: { cuts: [14, 33, 72, 180], mean: 92.5 }, frequency: { cuts: [2, 3, 4, 7], mean: 4.3 }, monetary: { cuts: [251.1, 490.7, 942.9, 2058.9], mean: 2053.8 },
  }
}

const empty = { customers: 0, orders: 0, revenueCents: 0 }

function rfm(none) {
  const grid = []
  for (let recency = 1; recency <= 5; recency++) for (let frequency = 1; frequency <= 5; frequency++) grid.push({ recency, frequency, ...(none ? empty : sum(40 + 60 * Math.abs(recency + frequency - 6) + 11 * recency, frequency)) })
  return {
    at: new Date().toISOString(), boundaries: none ? null : boundaries(), buyers: none ? empty : sum(4_339, 4), grid,
    scores: { recency: [868, 867, 869, 866, 869], frequency: [1_494, 835, 508, 802, 700], monetary: [870, 868, 867, 866, 868] }, codes: none ? {} : { 555: 329, 111: 330 },
    segments: segments.map((segment, at) => ({ segment, ...(none ? empty : sum([910, 903, 933, 0, 0, 173, 281, 263, 0, 564, 312][at], 11 - at)) })),
    classes: classes.map(([name, classZh], at) => ({ class: name, classZh, ...(none ? empty : sum([742, 88, 61, 1_702, 130, 20, 210, 1_386][at], 8 - at)) })),
  }
}

function stages(names, flows, days, none) {
  const listed = none ? [] : flows
  return {
    at: new Date().toISOString(), since: new Date(Date.now() - days * 86_400_000).toISOString(), boundaries: none ? null : boundaries(), customers: listed.reduce((all, flow) => all + flow[2], 0),
    stages: names.map((stage) => ({ stage, customers: listed.filter((flow) => flow[1] === stage).reduce((all, flow) => all + flow[2], 0) })),
    flows: listed.map(([from, to, customers]) => ({ from, to, customers })),
  }
}

const life = [['prospect', 'prospect', 610], ['prospect', 'new', 210], ['none', 'prospect', 320], ['none', 'new', 96], ['new', 'new', 280], ['new', 'active', 144], ['new', 'at_risk', 88], ['active', 'active', 1_420], ['active', 'at_risk', 201], ['at_risk', 'at_risk', 402], ['at_risk', 'lapsed', 166], ['at_risk', 'active', 74], ['lapsed', 'lapsed', 930], ['lapsed', 'won_back', 41]]
const aipl = [['none', 'aware', 260], ['none', 'interest', 156], ['none', 'purchase', 60], ['aware', 'aware', 740], ['aware', 'interest', 190], ['interest', 'interest', 880], ['interest', 'purchase', 204], ['purchase', 'purchase', 1_190], ['purchase', 'loyal', 118], ['loyal', 'loyal', 1_904]]

function cohorts(none) {
  const months = Array.from({ length: 13 }, (_, at) => `${at === 0 ? 2010 : 2011}-${String(at === 0 ? 12 : at).padStart(2, '0')}`)
  return {
    at: new Date().toISOString(), customers: none ? 0 : 4_339, leftOut: none ? 0 : 2,
    cohorts: none ? [] : months.map((cohort, at) => {
      const customers = [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 324, 41][at]
      return { cohort, customers, retained: Array.from({ length: 13 - at }, (_, k) => (k === 0 ? customers : Math.round(customers * (0.38 - 0.11 * Math.sin(k * 1.7 + at))))) }
    }),
  }
}

/** The answer of a path, or undefined. */
export function answerStanding(method, path, query, none) {
  const days = Number(query.get('days') ?? 30)
  if (path === '/api/v1/reports/rfm') return rfm(none)
  if (path === '/api/v1/reports/lifecycle') return stages(['prospect', 'new', 'active', 'at_risk', 'lapsed', 'won_back'], life, days, none)
  if (path === '/api/v1/reports/aipl') return stages(['none', 'aware', 'interest', 'purchase', 'loyal'], aipl, days, none)
  if (path === '/api/v1/reports/cohorts') return cohorts(none)
  if (path === '/api/v1/boundaries' && method === 'POST') {
    drawnAt = Date.now()
    buyers += 1
    return boundaries()
  }
  return undefined
}
