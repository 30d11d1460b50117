// Reports, made up: a funnel of any steps, whose conditions the mock cannot read, retention, paths, baskets; figures open to the first customers.
const iso = (ms) => new Date(ms).toISOString()

function opened(body, count, { everybody, row }) {
  if (body.open === undefined) return { items: [], next: null }
  const from = Number(body.open.cursor || 0)
  const limit = Math.min(body.open.limit ?? 50, 50)
  const all = everybody.slice(0, Math.min(count, everybody.length))
  return { items: all.slice(from, from + limit).map(row), next: from + limit < all.length ? String(from + limit) : null }
}

function funnel(body, context) {
  const { empty, problem } = context
  const bad = body.steps.findIndex((step) => typeof step === 'object' && /prise|ordrs/.test(step.where ?? ''))
  if (bad >= 0) return problem(400, 'bad_expression', `step ${bad + 1}, line 1, column 3: event has no field 'prise'; did you mean 'price'?`, 'steps.where')
  const all = empty ? 0 : body.segment ? 1_190 : 4_372
  const kept = body.segment ? 0.5 + (body.segment.length % 5) / 12 : 0.55
  const reached = []
  for (const step of body.steps) reached.push(Math.round((reached.at(-1) ?? all) * (reached.length === 0 ? 0.82 : kept) * (typeof step === 'object' ? 0.6 : 1)))
  const steps = body.steps.map((step, k) => ({
    event: typeof step === 'string' ? step : step.event, ...(typeof step === 'object' && step.where ? { where: step.where } : {}), customers: reached[k],
    ofFirst: reached[0] === 0 ? 0 : reached[k] / reached[0], ofPrevious: k === 0 ? 1 : reached[k - 1] === 0 ? 0 : reached[k] / reached[k - 1], medianMs: k * 5_400_000, medianStepMs: k * 3_900_000,
  }))
  const open = body.open
  const count = open === undefined ? 0 : open.orMore ? (reached[open.reached - 1] ?? all) : (reached[open.reached - 1] ?? all) - (reached[open.reached] ?? 0)
  return { customers: all, failed: 0, from: iso(Date.now() - 30 * 86_400_000), to: iso(Date.now()), windowDays: body.windowDays ?? 7, steps, tookUs: 900, ...opened(body, count, context) }
}

const DAY = 86_400_000
const long = { day: DAY, week: 7 * DAY, month: 30 * DAY }

function retention(body, context) {
  const { period = 'week', periods = 12 } = body
  const cohorts = context.empty ? [] : Array.from({ length: periods + 1 }, (_, i) => {
    const customers = 180 + ((i * 67) % 90)
    const length = periods + 1 - i
    const classic = Array.from({ length }, (_, k) => Math.round(customers * (k === 0 ? 0.22 : 0.34 / (1 + 0.35 * k) - 0.01 * (i % 3))))
    const rolling = classic.map((_, k) => Math.min(customers, Math.max(...classic.slice(k)) + 6 * (length - k)))
    return { cohort: iso(Date.now() - (periods - i) * long[period]).slice(0, 10), customers, running: true, classic, rolling, netRevenueCents: classic.map((_, k) => Math.round(customers * (4_100 + 1_350 * k ** 0.8))) }
  })
  const sum = (of) => Array.from({ length: context.empty ? 0 : periods + 1 }, (_, k) => cohorts.reduce((all, cohort) => all + (of(cohort, k) ?? 0), 0))
  const total = { customers: sum((cohort, k) => (cohort.classic[k] === undefined ? 0 : cohort.customers)), classic: sum((cohort, k) => cohort.classic[k]), rolling: sum((cohort, k) => cohort.rolling[k]), netRevenueCents: sum((cohort, k) => cohort.netRevenueCents[k]) }
  const one = cohorts.find((cohort) => cohort.cohort === body.open?.cohort)
  const count = one === undefined ? 0 : body.open.kind === 'size' ? one.customers : one[body.open.kind][body.open.period ?? 0]
  return { customers: context.empty ? 0 : 4_372, failed: 0, period, from: iso(Date.now() - periods * long[period]), to: iso(Date.now()), currency: 'GBP', cohorts, total, tookUs: 900, ...opened(body, count, context) }
}

const nodes = [['Product Viewed', 'Product Added', 'Products Searched', 'Order Completed', null], ['Product Added', 'Product Viewed', 'Checkout Started', null], ['Checkout Started', 'Order Completed', null]]

function paths(body, context) {
  const { depth = 5 } = body
  const asked = body.start ?? body.end
  const all = context.empty ? 0 : 9_400
  const steps = [{ step: 0, paths: all, nodes: context.empty ? [] : [{ event: typeof asked === 'string' ? asked : asked.event, folded: 0, paths: all, customers: 2_130, share: 1, dropped: Math.round(all * 0.3) }] }]
  const links = []
  for (let k = 1; k <= depth && !context.empty; k++) {
    const before = steps[k - 1]
    const names = nodes[(k - 1) % nodes.length]
    const going = before.nodes.map((node) => node.paths - node.dropped)
    const step = { step: k, paths: going.reduce((sum, n) => sum + n, 0), nodes: [] }
    names.forEach((event, at) => {
      const share = (names.length - at) / ((names.length * (names.length + 1)) / 2)
      let sum = 0
      before.nodes.forEach((node, from) => {
        const count = Math.round(going[from] * share)
        sum += count
        links.push({ step: k, from: node.event, to: event, paths: count, customers: Math.ceil(count / 4) })
      })
      step.nodes.push({ event, folded: event === null ? 7 : 0, paths: sum, customers: Math.ceil(sum / 4), share: sum / all, dropped: k === depth ? null : Math.round(sum * 0.35) })
    })
    steps.push(step)
  }
  const node = steps[body.open?.step]?.nodes.find((one) => one.event === body.open.event)
  return {
    customers: context.empty ? 0 : 4_372, failed: 0, from: iso(Date.now() - 30 * DAY), to: iso(Date.now()), direction: body.start === undefined ? 'backward' : 'forward', depth, sessionMinutes: 30, windowDays: null,
    paths: all, walkers: context.empty ? 0 : 2_130, steps, links, tookUs: 900, ...opened(body, (body.open?.dropped ? node?.dropped : node?.customers) ?? 0, context),
  }
}

const goods = [['22423', 'REGENCY CAKESTAND 3 TIER'], ['22699', 'ROSES REGENCY TEACUP AND SAUCER'], ['22697', 'GREEN REGENCY TEACUP AND SAUCER'], ['85123A', 'WHITE HANGING HEART T-LIGHT HOLDER'], ['47566', 'PARTY BUNTING'], ['20725', 'LUNCH BAG RED RETROSPOT'], ['22383', '']].map(([itemId, title]) => ({ itemId, title }))

function baskets(body, context) {
  const { sort = 'lift', minCount = 2 } = body
  const all = context.empty ? 0 : 18_532
  const rules = context.empty ? [] : goods.flatMap((left, i) => goods.slice(i + 1).map((right, j) => {
    const lift = 0.7 + ((i * 7 + j * 5) % 13) * 0.9
    const confidence = 0.12 + ((i + j * 2) % 5) * 0.1
    const orders = 6 + ((i * 31 + j * 17) % 120)
    return { left: (i + j) % 4 === 0 ? [left, goods[(i + 3) % 7]].filter((one) => one !== right) : [left], right, orders, support: orders / all, confidence, lift, leverage: (orders / all) * (1 - 1 / lift), conviction: (1 - confidence / lift) / (1 - confidence) }
  })).filter((rule) => rule.orders >= minCount).sort((a, b) => b[sort] - a[sort])
  const count = body.open === undefined ? 0 : 12 + body.open.items.length
  return { from: iso(Date.now() - 30 * DAY), to: iso(Date.now()), customers: context.empty ? 0 : 1_904, orders: all, distinctItems: 3_912, cells: 401_000, minCount, setsFound: rules.length, rulesFound: rules.length, sets: [], rules, tookUs: 900, ...opened(body, count, context) }
}

/** The answer of a path, or undefined. */
export function answerReports(path, body, context) {
  if (path === '/api/v1/reports/funnel') return funnel(body, context)
  if (path === '/api/v1/reports/retention') return retention(body, context)
  if (path === '/api/v1/reports/paths') return paths(body, context)
  if (path === '/api/v1/reports/baskets') return baskets(body, context)
  return undefined
}

/** The table of an answer: its first list, a row each. */
export function tableOf(answer) {
  const rows = answer.steps ?? answer.rules ?? answer.cohorts ?? answer.groups ?? answer.days ?? []
  const columns = Object.keys(rows[0] ?? {})
  return [columns, ...rows.map((row) => columns.map((name) => JSON.stringify(row[name] ?? '')))].map((line) => `${line.join(',')}\r\n`).join('')
}
