// Experiments, made up: one that runs and is decided, one whose arms do not fit, one that is open with three arms, a draft. No statistics are done here.
import { randomAt } from './shop.mjs'

const DAY = 86_400_000
const ago = (days) => Date.now() - days * DAY
const iso = (ms) => new Date(ms).toISOString()
const day = (days) => iso(ago(days)).slice(0, 10)

const builtins = [
  ['conversion', 'Conversion', '转化率', 'share'], ['orders', 'Orders a customer', '人均订单数', 'mean'], ['revenue', 'Revenue a customer (ordered)', '人均成交额（下单）', 'mean', true],
  ['paid_revenue', 'Revenue a customer (paid)', '人均成交额（已付款）', 'mean', true], ['net_revenue', 'Revenue a customer after returns', '人均净成交额（扣除退款）', 'mean', true], ['average_order', 'Average order', '客单价', 'ratio', true], ['repurchase', 'Repurchase', '复购率', 'ratio'],
  ['refund_share', 'Share refunded', '退款率（金额）', 'ratio', false, 'less'], ['item_views', 'Products viewed a customer', '人均浏览商品数', 'mean'], ['add_to_cart', 'Added to cart', '加购率', 'share'],
  ['active_days', 'Active days a customer', '人均活跃天数', 'mean'], ['opt_outs', 'Opt-outs', '退订率', 'share', false, 'less'],
].map(([name, en, zh, type, money = false, better = 'more']) => ({ name, title: { en, zh }, type, money, better, builtin: true }))
const own = [{ name: 'videos', title: { en: 'Watched a video', zh: '看过视频' }, type: 'share', money: false, better: 'more', builtin: false, kind: 'did', event: 'Video Watched' }]
const metricOf = (name) => [...builtins, ...own].find((one) => one.name === name)

const blank = { title: '', hypothesis: '', placements: [], layer: '', layerFrom: 0, layerTo: 10_000, share: 1, eligibility: '', guardrails: [], windowDays: 14, beforeDays: 30, alpha: 0.05, currency: 'GBP', definitions: {}, mode: 'ab', state: 'draft', startedAt: 0, stoppedAt: 0, holdout: false, exposed: 0, crossed: 0, firstExposureAt: null, lastExposureAt: null, trusted: true }
const learns = { mode: 'bandit', strategy: 'thompson', floor: 0.05, epsilon: 0.1, temperature: 0.1, everyCustomers: 100, everySeconds: 3600, winnerLoss: 0.001 }
const ran = (days, exposed, more) => ({ state: 'running', startedAt: ago(days), exposed, crossed: 7, firstExposureAt: iso(ago(days)), lastExposureAt: iso(Date.now() - 60_000), ...more })
const all = [
  { ...blank, name: 'calm', title: '首页少重复', hypothesis: '看了没点的商品少出现，成交更多。', placements: ['home'], layer: 'home', layerTo: 5_000, arms: [{ name: 'control', weight: 1 }, { name: 'calm', weight: 1, policy: { tired_weight: 0.5 } }], metrics: ['conversion', 'revenue', 'average_order', 'item_views'], guardrails: ['opt_outs', 'refund_share'], ...ran(24, 18_240) },
  { ...blank, name: 'views', title: 'Views count more', placements: ['product_page'], arms: [{ name: 'control', weight: 2 }, { name: 'some', weight: 1, policy: { viewed_weight: 0.6 } }, { name: 'much', weight: 1, policy: { viewed_weight: 1 } }], metrics: ['revenue', 'conversion'], guardrails: ['opt_outs'], share: 0.2, ...ran(6, 2_110) },
  { ...blank, name: 'cart-lost', title: '购物车推荐', placements: ['cart'], arms: [{ name: 'control', weight: 1 }, { name: 'explore', weight: 1, policy: { explore: 0.2 } }], metrics: ['conversion'], ...ran(9, 6_030, { trusted: false }) },
  { ...blank, name: 'learn', title: '自动分流', hypothesis: '看得更重或更轻，让数据自己选。', placements: ['order_done'], arms: [{ name: 'control', weight: 1 }, { name: 'views', weight: 1, policy: { viewed_weight: 0.8 } }, { name: 'explore', weight: 1, policy: { explore: 0.2 } }], metrics: ['conversion', 'revenue'], guardrails: ['opt_outs'], ...learns, ...ran(16, 5_400) },
  { ...blank, name: 'holdout', title: '留出组', arms: [{ name: 'held', weight: 1 }, { name: 'treated', weight: 19 }], metrics: ['net_revenue'], holdout: true, ...ran(80, 4_100, { state: 'stopped', stoppedAt: ago(3) }) },
  { ...blank, name: 'quiet', title: '夜间少打扰', placements: ['order_done'], arms: [{ name: 'control', weight: 1 }, { name: 'anybody', weight: 1, policy: { personal: false } }], metrics: ['conversion'], guardrails: ['opt_outs'] },
]

function difference(estimate, se) {
  const to = (z) => ({ low: estimate - z * se, high: estimate + z * se, p: Math.min(1, Math.exp(-3 * (estimate / se / z) ** 2)) })
  return { estimate, se, fixed: to(1.96), sequential: to(3.1) }
}
const bases = { share: [0.084, 0.277], mean: [2.4, 3.1], ratio: [0.06, 0.12] }
const moneyBase = [2_630, 4_100]

function measured(one, name, at, guardrail) {
  const metric = metricOf(name)
  const [base, sd] = metric.money ? moneyBase : bases[metric.type]
  const total = one.arms.reduce((sum, arm) => sum + arm.weight, 0)
  const unitsOf = (arm) => Math.round((one.exposed * arm.weight) / total)
  const differences = one.arms.slice(1).map((arm, i) => {
    const lift = guardrail ? 0.01 * (at % 2 === 0 ? -1 : 1) : one.name === 'calm' ? 0.085 / (at + 1) : 0.02 * (i + 1)
    const se = (sd * Math.sqrt(1 / unitsOf(arm) + 1 / unitsOf(one.arms[0])) * 0.5) / base
    const relative = difference(lift, se)
    const absolute = difference(lift * base, se * base)
    const decided = relative.sequential.low > 0 || relative.sequential.high < 0
    const good = (lift > 0) === (metric.better === 'more')
    return {
      arm: arm.name, absolute, relative, q: guardrail ? null : relative.sequential.p, cuped: { theta: 0.61, reduction: 0.34 },
      bayes: { chance: decided ? 0.998 : 0.71, lossOfControl: Math.abs(lift * base), lossOfArm: Math.abs(lift * base) * (decided ? 0.002 : 0.4) }, verdict: decided ? (good ? 'better' : 'worse') : 'open',
    }
  })
  const lifts = [0, ...differences.map((each) => each.relative.estimate)]
  return { ...metric, guardrail, arms: one.arms.map((arm, i) => ({ arm: arm.name, units: unitsOf(arm), mean: base * (1 + lifts[i]), sd })), differences }
}

function historyOf(one, first) {
  const days = Math.round((Date.now() - one.startedAt) / DAY)
  return Array.from({ length: days + 1 }, (_, i) => ({
    date: day(days - i),
    arms: one.arms.map((arm, a) => {
      if (a === 0) return { arm: arm.name, units: 380 * (i + 1) }
      const end = first.differences[a - 1]
      const se = Math.sqrt((days + 1) / (i + 1))
      const wander = (randomAt(a, i) - 0.5) * end.relative.se * se * 1.6
      const estimate = i === days ? end.relative.estimate : end.relative.estimate + wander
      return { arm: arm.name, units: 380 * (i + 1), absolute: difference(estimate * 0.084, end.absolute.se * se), relative: difference(estimate, end.relative.se * se) }
    }),
  }))
}

/** A bandit that found its arm, saw it change once, and found another. */
function banditOf(one) {
  if (one.mode !== 'bandit') return null
  const arms = one.arms.length
  const best = (at) => (at < 22 ? 1 : arms - 1)
  const chanceOf = (at, arm) => (arm === best(at) ? 1 - 0.05 * (arms - 1) - (1 / (1 + (at < 22 ? at : at - 22))) * (1 - 0.05 * arms - (1 - 0.05 * arms) / arms) : 0)
  const allocations = Array.from({ length: one.exposed === 0 ? 1 : 54 }, (_, at) => {
    const top = at === 0 ? 1 / arms : chanceOf(at, best(at))
    const chances = one.arms.map((_, arm) => (at === 0 ? 1 / arms : arm === best(at) ? top : (1 - top) / (arms - 1)))
    return { number: at, at: iso(ago(16 - at * 0.29)), cause: at === 0 ? 'begin' : at === 22 ? 'drift' : 'learnt', drifted: at === 22 ? one.arms[1].name : null, chances, units: one.exposed === 0 ? 0 : 100 }
  })
  const last = allocations.at(-1)
  const known = one.exposed > 0
  return {
    allocation: last.number, at: last.at, since: known ? 22 : 0, known, best: known ? one.arms.at(-1).name : null, winner: null,
    arms: one.arms.map((arm, at) => ({ arm: arm.name, chance: last.chances[at], units: known ? Math.round(3_200 * last.chances[at]) : 0, mean: known ? 0.081 + 0.006 * at : null, se: known ? 0.009 - 0.001 * at : null, best: known ? last.chances[at] : null, loss: known ? 0.0121 - 0.0058 * at : null })),
    regret: known ? { soFar: 9.4, ifEven: 20.6, aCustomer: 0.0012 } : { soFar: null, ifEven: null, aCustomer: null }, drift: { times: known ? 1 : 0, score: known ? 4.2 : 0, alarm: 40 }, allocations,
  }
}

/** What would have been earned; of a rare arm there is no answer. */
function replayOf({ experiment, target, metric, from, to }, problem) {
  const one = all.find((each) => each.name === experiment)
  if (one === undefined) return problem(404, 'not_found', 'there is no experiment of this name', 'experiment')
  const of = metricOf(metric ?? one.metrics[0])
  const rare = target.explore > 0 && one.arms.find((arm) => arm.name === target.arm)?.policy?.explore === undefined
  const refusal = one.exposed === 0 ? { code: 'nothing', detail: 'nobody was drawn', arm: null } : rare ? { code: 'no_support', detail: 'it never explored', arm: null } : one.name === 'learn' && target.arm === 'control' ? { code: 'collapsed', detail: 'fewer than 100', arm: null } : null
  const base = of.money ? 2_630 : of.type === 'share' ? 0.084 : 2.4
  const around = (value, part) => (refusal === null ? { estimate: value, low: value * (1 - part), high: value * (1 + part) } : null)
  return {
    experiment, metric: of, from, to, windowDays: one.windowDays, decisions: one.exposed * 3, covered: 0.94, customers: one.exposed, open: Math.round(one.exposed / 5), refusal,
    arms: one.arms.map((arm) => ({ arm: arm.name, customers: Math.round(one.exposed / one.arms.length), share: 1 / one.arms.length, target: arm.name === target.arm ? 1 : 0 })),
    actual: one.exposed === 0 ? null : { estimate: base, low: base * 0.96, high: base * 1.04 }, ips: around(base * 1.07, 0.12), snips: around(base * 1.08, 0.09), dr: around(base * 1.08, 0.07), clippedIps: around(base * 0.97, 0.06),
    clip: 10, clipped: 0.02, effectiveCustomers: refusal === null ? one.exposed * 0.42 : 61, meanWeight: 1.01, maxShare: 0.004, alpha: 0.05, tookUs: 8_000,
  }
}

/** Whom an arm moves: of the calm home page some, of the others nobody in particular, of few nothing. */
function upliftOf(one, query, problem) {
  const metric = metricOf(query.get('metric') ?? one.metrics[0])
  const arm = query.get('arm') ?? one.arms[1].name
  if (metric === undefined || metric.type === 'ratio') return problem(400, 'bad_field', "metric is one of the experiment's that is no ratio; arm one of its arms beside the control", 'metric')
  const [base] = metric.money ? moneyBase : bases[metric.type]
  const part = (customers, lift) => ({ customers: Math.round(customers), control: base, treated: base * (1 + lift), effect: base * lift, low: base * (lift - 0.05), high: base * (lift + 0.05) })
  const verdict = !one.trusted ? 'mismatch' : one.exposed < 600 ? 'too_few' : one.name === 'calm' ? 'offered' : 'no_better'
  const offered = verdict === 'offered'
  const learnt = offered || verdict === 'no_better'
  const gain = (share) => base * 0.085 * (share + (offered ? 1.1 * share * (1 - share) : 0))
  const groups = [[[{ column: 'orders', is: 'at_least', value: 3 }, { column: 'days_since_order', is: 'below', value: 45 }], 0.22, 0.24], [[{ column: 'orders', is: 'below', value: 3 }, { column: 'dear', is: 'at_least', value: 4_990 }], 0.33, 0.07], [[{ column: 'orders', is: 'below', value: 3 }, { column: 'dear', is: 'below', value: 4_990 }], 0.45, 0.01]]
  return {
    metric, arm, control: one.arms[0].name, exposed: one.exposed, drawn: one.exposed > 100_000, unitsMin: 300, verdict, all: part(one.exposed, 0.085),
    learners: learnt ? ['t', 'x', 'dr'].map((learner, at) => ({ learner, best: at === 2, qiniPerCustomer: base * 0.004 * (at + 1), low: offered ? base * 0.002 : -base * 0.004, high: base * 0.02, qiniNegTrue: null, qiniNegFalse: null, auuc: null })) : [],
    curve: learnt ? Array.from({ length: 21 }, (_, i) => ({ share: i / 20, gain: gain(i / 20) })) : [],
    tenths: offered ? Array.from({ length: 10 }, (_, i) => ({ expected: base * (0.26 - 0.035 * i), ...part(one.exposed / 10, 0.25 - 0.034 * i) })) : [],
    groups: offered ? groups.map(([conditions, share, lift]) => ({ conditions, share, ...part(one.exposed * share, lift) })) : [], tookUs: 210_000,
  }
}

const hints = ['does one arm fail to answer, or answer so late that the page shows nothing?', 'was a weight, a share or a layer changed by hand while it ran?', 'does a robot or an import reach one arm only?', 'do customers who are merged later (login) differ between the arms?']
function resultOf(one) {
  const total = one.arms.reduce((sum, arm) => sum + arm.weight, 0)
  const metrics = one.exposed === 0 || !one.trusted ? [] : [...one.metrics.map((name, at) => measured(one, name, at, false)), ...one.guardrails.map((name, at) => measured(one, name, at, true))]
  return {
    experiment: one,
    arms: one.arms.map((arm, at) => ({ name: arm.name, units: Math.round(((one.exposed * arm.weight) / total) * (one.trusted ? 1 : at === 0 ? 1.12 : 0.88)), expectedShare: arm.weight / total })),
    srm: { chi2: one.trusted ? 0.41 : 86.8, p: one.trusted ? 0.52 : 1.2e-20, alarm: !one.trusted, hints: one.trusted ? [] : hints },
    trusted: one.trusted, metrics, history: metrics.length === 0 ? [] : historyOf(one, metrics[0]), bandit: banditOf(one),
  }
}

function put(name, body, problem) {
  const wrong = body.eligibility?.indexOf('ordrs') ?? -1
  if (wrong >= 0) return { ...problem(400, 'bad_expression', `line 1, column ${wrong + 1}: Customer has no field 'ordrs'; did you mean 'orders'?`, 'eligibility') }
  const at = all.findIndex((each) => each.name === name)
  const old = at < 0 ? blank : all[at]
  const one = { ...old, ...body, name, arms: body.arms.map((arm) => ({ weight: 1, ...arm })), holdout: name === 'holdout' }
  if (at < 0) all.push(one)
  else all[at] = one
  return one
}

function turn(one, to, problem) {
  if (one.name === 'quiet' && to === 'running') return problem(409, 'overlap', 'calm decides on the same placement: give both the same layer, or other placements, or stop it first')
  if (one.state === 'draft' && to !== 'running') return problem(409, 'bad_state', `it is draft: it cannot become ${to}`)
  if (one.state === 'draft') one.startedAt = Date.now()
  if (to === 'stopped') one.stoppedAt = Date.now()
  one.state = to
  return one
}

function planOf(metric, body, problem) {
  if (metric.name === 'videos') return problem(409, 'no_baseline', 'nobody did this in the last window: give mean and variance of the metric')
  const [mean, sd] = metric.money ? moneyBase : bases[metric.type]
  const { effect, power = 0.8, alpha = 0.05, arms = 2, windowDays = 14 } = body
  const fixed = Math.ceil((2 * (2.8 * sd) ** 2) / (effect * mean) ** 2)
  const days = (units) => Math.ceil((units * arms) / 760) + windowDays
  const sequential = Math.ceil(fixed * 1.62)
  return { metric, mean, variance: sd * sd, effect, difference: effect * mean, power, alpha, windowDays, customersADay: 760, fixed: { unitsAnArm: fixed, days: days(fixed) }, sequential: { unitsAnArm: sequential, days: days(sequential) } }
}

/** A metric by day: made up, the same for the same days. */
function metricDays(body, empty, problem) {
  const metric = typeof body.metric === 'string' ? metricOf(body.metric) : { name: 'tried', title: { en: 'tried', zh: 'tried' }, type: body.metric.kind === 'did' ? 'share' : 'mean', money: body.metric.kind === 'sum', better: 'more', builtin: false, ...body.metric }
  if (metric === undefined) return problem(400, 'bad_field', 'metric is a name out of GET /api/v1/metrics, or a definition: {"kind", "event"}', 'metric')
  const [base] = metric.money ? moneyBase : bases[metric.type]
  const days = body.days ?? 30
  const of = (customers, factor) => {
    const per = metric.type === 'ratio' ? Math.round(customers * (metric.name === 'refund_share' ? 2_400 : 0.08)) : null
    const sum = Math.round((per ?? customers) * base * factor)
    return { customers: empty ? 0 : customers, of: empty ? 0 : sum, per: empty && per !== null ? 0 : per, value: empty ? null : sum / (per ?? customers) }
  }
  const list = Array.from({ length: days }, (_, i) => ({ date: day(days - 1 - i), ...of(Math.round(640 + 160 * Math.sin(i / 1.1) + 40 * randomAt(3, i)), 0.9 + 0.25 * randomAt(4, i)) }))
  return { metric, currency: 'GBP', from: iso(ago(days)), to: iso(Date.now() + 3_600_000), ...of(640 + 90 * days, 1), days: list }
}

function metrics(method, name, body, problem) {
  if (name === undefined) return { items: [...builtins, ...own], next: null }
  const at = own.findIndex((each) => each.name === name)
  if (method === 'DELETE') return at < 0 ? problem(404, 'not_found', 'there is no such metric') : own.splice(at, 1) && {}
  const title = typeof body.title === 'object' ? body.title : { en: body.title || name, zh: body.title || name }
  const one = { name, title, type: body.kind === 'did' ? 'share' : 'mean', money: false, better: body.better ?? 'more', builtin: false, kind: body.kind, event: body.event, where: body.where ?? '', windowDays: body.windowDays ?? 0, unit: body.unit ?? 'customer' }
  if (at < 0) own.push(one)
  else own[at] = one
  return one
}

/** The answer of a path, or undefined. */
export function answerExperiments(method, path, query, body, { empty, everybody, row, paged, problem }) {
  const [, planned] = /^\/api\/v1\/metrics\/([\w-]+)\/plan$/.exec(path) ?? []
  if (planned !== undefined) return metricOf(planned) === undefined ? problem(404, 'not_found', 'there is no such metric') : planOf(metricOf(planned), body, problem)
  if (path === '/api/v1/reports/metric') return metricDays(body, empty, problem)
  const metric = /^\/api\/v1\/metrics(?:\/([\w-]+))?$/.exec(path)
  if (metric !== null) return metrics(method, metric[1], body, problem)
  if (path === '/api/v1/reports/policy') return replayOf(body, problem)
  if (path === '/api/v1/experiments') return { items: empty ? [] : all, next: null }
  const [, name, part] = /^\/api\/v1\/experiments\/([\w-]+)(\/\w+)?$/.exec(path) ?? []
  if (name === undefined) return undefined
  if (method === 'PUT' && part === undefined) return put(name, body, problem)
  const one = empty ? undefined : all.find((each) => each.name === name)
  if (one === undefined) return problem(404, 'not_found', 'there is no experiment of this name')
  if (method === 'DELETE') return all.splice(all.indexOf(one), 1) && {}
  if (part === '/state') return turn(one, body.state, problem)
  if (part === '/results') return resultOf(one)
  if (part === '/uplift') return upliftOf(one, query, problem)
  if (part !== '/exposed') return one
  const arm = query.get('arm') ?? ''
  const rows = everybody.map((id, at) => ({ arm: one.arms[at % one.arms.length].name, firstExposureAt: iso(ago(at / 9)), customer: row(id) }))
  return paged(one.exposed === 0 ? [] : rows.filter((each) => arm === '' || each.arm === arm), query)
}
