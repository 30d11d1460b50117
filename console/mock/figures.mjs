// Made-up answers for the overview: figures by hour and day, what needs attention, policies compared.
// Each entry answers one route: (url) => body. The same question has the same answer all day long.
import { randomAt } from './shop.mjs'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const OFFSET = 8 * HOUR // the mock's workspace lives in Asia/Shanghai, which changes no clocks
const CURRENCY = 'GBP'

const dayNumber = (atMs) => Math.floor((atMs + OFFSET) / DAY)
const dayName = (number) => new Date(number * DAY).toISOString().slice(0, 10)
const numberOf = (name) => Date.parse(`${name}T00:00:00Z`) / DAY

/** How busy an hour of the day is: quiet nights, a noon, a long evening. */
const shape = [0.2, 0.12, 0.08, 0.06, 0.06, 0.1, 0.25, 0.5, 0.8, 1.1, 1.3, 1.35, 1.5, 1.4, 1.25, 1.2, 1.2, 1.25, 1.4, 1.7, 2.1, 2.2, 1.5, 0.7]

/** One hour of the shop: weekends are busier, and it grows a little. */
function hourOf(day, hour, share = 1) {
  const weekday = (day + 4) % 7
  const busy = shape[hour] * (weekday === 0 || weekday === 6 ? 1.25 : 1) * (0.9 + 0.2 * randomAt(21, day)) * (0.85 + 0.3 * randomAt(22, day * 24 + hour)) * share
  const visitors = Math.round(92 * busy)
  const buyers = Math.round(visitors * (0.034 + 0.012 * randomAt(23, day * 24 + hour)))
  const orders = buyers + Math.round(buyers * 0.12 * randomAt(24, day * 24 + hour))
  const revenueCents = Math.round(orders * (2_900 + 1_500 * randomAt(25, day * 24 + hour)))
  const refunds = Math.round(orders * 0.06 * (randomAt(26, day * 24 + hour) > 0.5 ? 1 : 0))
  return { visitors, buyers, orders, revenueCents, refunds, refundedCents: refunds * 2_450 }
}

function sum(list) {
  const out = { visitors: 0, buyers: 0, orders: 0, revenueCents: 0, refunds: 0, refundedCents: 0 }
  for (const one of list) for (const key of Object.keys(out)) out[key] += one[key]
  return out
}

function kpisOf(list) {
  const all = sum(list)
  // Somebody who comes in several hours counts once in the whole span.
  const visitors = Math.round(all.visitors * 0.72)
  const buyers = Math.round(all.buyers * 0.94)
  return { ...all, visitors, buyers, conversion: visitors > 0 ? buyers / visitors : null, perBuyerCents: buyers > 0 ? Math.round(all.revenueCents / buyers) : null }
}

function hours(from, to, endMs) {
  const out = []
  for (let day = from; day <= to; day++) {
    for (let hour = 0; hour < 24; hour++) {
      const at = day * DAY + hour * HOUR - OFFSET
      if (at >= endMs) return out
      out.push({ at, day, ...hourOf(day, hour, Math.min(1, (endMs - at) / HOUR)) })
    }
  }
  return out
}

function stepsOf(list, step) {
  const plain = ({ at, visitors, buyers, orders, revenueCents, refundedCents }) => ({ at, visitors, buyers, orders, revenueCents, refundedCents })
  if (step === 'hour') return list.map(plain)
  const days = Map.groupBy ? Map.groupBy(list, (one) => one.day) : list.reduce((map, one) => map.set(one.day, [...(map.get(one.day) ?? []), one]), new Map())
  return [...days.values()].map((all) => plain({ at: all[0].at, ...sum(all) }))
}

function kpis(url) {
  const now = Date.now()
  const today = dayNumber(now)
  const from = url.searchParams.get('from') ? numberOf(url.searchParams.get('from')) : today
  const to = url.searchParams.get('to') ? numberOf(url.searchParams.get('to')) : from
  const compare = url.searchParams.get('compare') ?? 'yesterday'
  const step = to - from < 2 ? 'hour' : 'day'
  const back = { none: 0, yesterday: 1, last_week: 7, previous: to - from + 1 }[compare]
  const endMs = to >= today ? now : (to + 1) * DAY - OFFSET
  const wholeMs = to >= today ? Math.floor(now / HOUR) * HOUR : endMs
  const span = (a, b, through) => ({ from: dayName(a), to: dayName(b), through })
  return {
    now, timeZone: 'Asia/Shanghai', currency: CURRENCY, step, compare,
    span: span(from, to, to >= today ? wholeMs + HOUR : endMs),
    current: kpisOf(hours(from, to, endMs)),
    settled: kpisOf(hours(from, to, wholeMs)),
    settledSpan: span(from, to, wholeMs),
    steps: stepsOf(hours(from, to, endMs), step),
    before: compare === 'none' ? null : kpisOf(hours(from - back, to - back, wholeMs - back * DAY)),
    beforeSpan: compare === 'none' ? null : span(from - back, to - back, wholeMs - back * DAY),
    beforeSteps: compare === 'none' ? [] : stepsOf(hours(from - back, to - back, Infinity), step),
  }
}

function attention() {
  return {
    items: [
      { code: 'conversion_down', level: 'high', params: { conversion: 0.0291, before: 0.0436, change: -0.3326 }, to: '/' },
      { code: 'popular_sold_out', level: 'medium', params: { count: 2, itemId: '21034' }, to: '/items?sort=trending' },
      { code: 'dead_letters', level: 'medium', params: { count: 41 }, to: '/system' },
      { code: 'untitled_items', level: 'low', params: { count: 3 }, to: '/items?sort=popular' },
    ],
  }
}

const DAYS = 39
/** The figures of a policy after so many days: intervals narrow with the root of the days. */
function estimate(value, wide, days, seed) {
  const error = wide / Math.sqrt(days)
  const at = value + 0.45 * error * (randomAt(seed, days) - 0.5)
  return { value: at, low: at - error, high: at + error }
}

function comparison(name, gain, ago, note) {
  const first = dayNumber(Date.now()) - DAYS - ago
  const gains = { random: -172, engine: gain, oracle: 459 }
  const series = []
  for (let days = 1; days <= DAYS; days++) {
    for (const [policy, value] of Object.entries(gains)) {
      const difference = estimate(value, policy === 'engine' ? 140 : 300, days, policy.length + ago)
      series.push({ to: dayName(first + days - 1), policy, difference, oracleShare: policy === 'oracle' ? 1 : difference.value / 459 })
    }
  }
  const last = (policy) => series.filter((one) => one.policy === policy).at(-1)
  const visits = 48_212
  const result = (policy, margin, wide) => ({
    policy, visits, orders: Math.round(visits * 0.041 * (margin / 480)), revenueCents: Math.round(margin * visits * 3.1), marginCents: Math.round(margin * visits),
    marginPerVisit: { value: margin, low: margin - wide, high: margin + wide },
    difference: policy === 'popular' ? null : last(policy).difference,
    oracleShare: policy === 'popular' ? null : last(policy).oracleShare,
  })
  return {
    name,
    reportedAt: new Date(Date.now() - ago * DAY - 95_000).toISOString(),
    report: {
      baseline: 'popular', currency: CURRENCY, from: dayName(first), to: dayName(first + DAYS - 1), visits, note,
      policies: [result('popular', 481, 38), result('random', 309, 30), result('engine', 481 + gain, 41), result('oracle', 940, 58)],
    },
    series,
  }
}

function policies() {
  return { items: [comparison('home', 64, 0, 'zhun-sim, seed 1, 1500 customers'), comparison('market', 9, 6, 'zhun-sim, market, seed 2')] }
}

export const figures = {
  'GET /api/v1/reports/kpis': kpis,
  'GET /api/v1/attention': attention,
  'GET /api/v1/reports/policies': policies,
}

/** The same routes of a shop where nothing has happened yet. */
export const quietFigures = {
  'GET /api/v1/reports/kpis': (url) => {
    const full = kpis(url)
    const nothing = { visitors: 0, buyers: 0, orders: 0, revenueCents: 0, refunds: 0, refundedCents: 0, conversion: null, perBuyerCents: null }
    const still = (steps) => steps.map(({ at }) => ({ at, visitors: 0, buyers: 0, orders: 0, revenueCents: 0, refundedCents: 0 }))
    return { ...full, currency: '', current: nothing, settled: nothing, before: full.before && nothing, steps: still(full.steps), beforeSteps: still(full.beforeSteps) }
  },
  'GET /api/v1/attention': () => ({ items: [{ code: 'no_events', level: 'medium', params: {}, to: '/live' }] }),
  'GET /api/v1/reports/policies': () => ({ items: [] }),
}
