// The campaigns of the mock: one that runs every Monday, one that waits for approval, one that answers carts, one that ended; a small part of what the engine refuses.
const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
const who = (name, days) => ({ kind: 'user', name, at: ago(days) })
const goal = { metric: 'conversion', windowMs: 604_800_000 }
const kept = new Map([
  ['autumn', { state: 'running', version: 2, definition: { title: { zh: '秋季满减', en: 'Autumn' }, channel: 'email', template: 'autumn', audience: { segment: 'cart_left' }, when: { kind: 'recurring', time: '10:00', weekdays: [1] }, control: 0.1, goal, budget: 50000 }, nextRunAt: ago(0), runs: [{ entry: '2026-11-16', at: ago(7), startedAt: ago(7), endedAt: ago(7), audience: 2104, planned: 1893, version: 2, budgetSpent: false }] }],
  ['carts', { state: 'paused', version: 1, definition: { title: { zh: '购物车提醒', en: 'Cart reminder' }, channel: 'sms', template: 'autumn', audience: { everyone: true }, when: { kind: 'event', event: 'Cart Viewed', afterMs: 3_600_000, unless: 'Order Completed', key: 'cart_id' }, control: 0.2, goal }, nextRunAt: null, runs: [] }],
  ['spring', { state: 'ended', version: 1, definition: { title: { zh: '春天', en: 'Spring' }, channel: 'email', template: 'autumn', audience: { everyone: true }, when: { kind: 'once' }, control: 0.1, goal }, nextRunAt: null, runs: [{ entry: 'once', at: ago(200), startedAt: ago(200), endedAt: ago(200), audience: 4000, planned: 3000, version: 1, budgetSpent: true }] }],
  ['vip', { state: 'review', version: 1, definition: { title: { zh: '会员日', en: 'Members’ day' }, channel: 'inbox', template: 'autumn', audience: { segment: 'regulars' }, when: { kind: 'once', at: ago(-9) }, control: 0.1, goal }, nextRunAt: null, runs: [] }],
])
for (const one of kept.values()) one.history = [{ act: 'edit', version: one.version, note: '', by: who('admin', 30) }]

const rowOf = (name) => {
  const { state, version, definition: d, nextRunAt, runs, history } = kept.get(name)
  const last = (act) => history.find((one) => one.act === act)?.by ?? null
  return { name, state, version, title: d.title ?? { en: '', zh: '' }, channel: d.channel, template: d.template, kind: d.when.kind, control: d.control ?? 0.1, priority: 0, budget: d.budget ?? null, nextRunAt, activeFrom: runs.length > 0 || state === 'running' ? ago(20) : null, edited: last('edit'), submitted: last('submit'), approved: last('approve') }
}
const detailOf = (name) => ({ ...rowOf(name), definition: kept.get(name).definition, versions: [], history: kept.get(name).history, runs: kept.get(name).runs })

function faultOf(d, problem) {
  const strange = Object.keys(d).find((one) => !['title', 'channel', 'template', 'step', 'audience', 'when', 'control', 'goal', 'budget', 'priority', 'expiresMs', 'bestHour'].includes(one))
  if (strange !== undefined) return problem(400, 'bad_field', 'is not known', strange)
  if (!d.channel) return problem(400, 'bad_field', 'is missing', 'channel')
  if (!d.template) return problem(400, 'bad_field', 'is missing', 'template')
  return undefined
}

const dry = (budget) => ({
  customers: 4372, audience: 2104, judged: 2104, now: { send: 1140, wait: 212, skip: 752 }, reasons: [{ why: 'no_consent', customers: 391 }, { why: 'control_group', customers: 208 }, { why: 'quiet_hours', customers: 212 }, { why: 'frequency_cap', customers: 118 }, { why: 'opted_out', customers: 35 }], control: 208,
  messages: Math.min(budget ?? Infinity, 1352), overBudget: budget !== undefined && budget < 1352, seconds: 68, composed: { tried: 100, withoutAddress: 4, broken: 0 }, examples: [],
})
const means = (type, money, treated, control, difference, incremental) => ({ type, money, builtin: true, treated: { customers: 1684, mean: treated }, control: { customers: 187, mean: control }, difference, incremental, verdict: difference === null ? 'too_few' : difference.sequential.low > 0 ? 'better' : 'open' })
const between = (estimate, low, high, relative) => ({ estimate, fixed: { low: estimate + (low - estimate) * 0.7, high: estimate + (high - estimate) * 0.7 }, sequential: { low, high }, relative, relativeLow: relative === null ? null : relative / 4, relativeHigh: relative === null ? null : relative * 1.75 })
const together = (estimate, low, high) => ({ estimate, sequential: { low, high } })
const reportOf = (name) => ({
  name, state: kept.get(name).state, windowMs: 604_800_000, unitsMin: 50, currency: 'GBP',
  messages: { planned: 2104, waiting: 12, filtered: 544, control: 187, holdout: 0, sent: 1361, delivered: 1320, seen: 702, clicked: 214, bought: 96, unsubscribed: 7, failed: 3, in_doubt: 0 },
  filtered: [{ why: 'no_consent', messages: 391 }, { why: 'frequency_cap', messages: 118 }, { why: 'opted_out', messages: 35 }],
  customers: { treated: 1684, control: name === 'spring' ? 12 : 187, crossed: 2, withoutAnalytics: 31, windowOpen: 140, isPart: false },
  metrics: [
    { name: 'conversion', title: { zh: '转化率', en: 'Conversion' }, better: 'more', ...means('share', false, 0.082, 0.053, name === 'spring' ? null : between(0.029, 0.004, 0.054, 0.55), together(48.8, 6.7, 90.9)) },
    { name: 'net_revenue', title: { zh: '退款后收入', en: 'Net revenue' }, better: 'more', ...means('mean', true, 412, 330, name === 'spring' ? null : between(82, -60, 224, null), together(138088, -101040, 377216)) },
  ],
})
const membersOf = (figure) => ({ items: ['12347', '12350', '12353'].map((id, i) => ({ messageId: (0xb1 + i).toString(16).padStart(16, '0'), state: 'sent', why: 'none', plannedAt: ago(2 + i), customer: { id, userId: `customer-${figure}-${i}`, firstSeen: ago(90), lastSeen: ago(i), orders: 3, revenueCents: 12000, currency: 'GBP' } })), next: '' })
const moves = { submit: ['draft', 'review'], approve: ['review', 'running'], reject: ['review', 'draft'], pause: ['running', 'paused'], resume: ['paused', 'running'], end: [undefined, 'ended'] }

/** The answer of a path, null where there is nothing to say, or undefined. */
export function answerCampaigns(method, path, query, body, { empty, problem }) {
  if (path === '/api/v1/campaigns') return { items: empty ? [] : [...kept.keys()].sort().map(rowOf), next: null }
  if (path === '/api/v1/campaigns/preview') return faultOf(body.definition, problem) ?? dry(body.definition.budget)
  const [, name, act] = /^\/api\/v1\/campaigns\/([A-Za-z0-9_-]{1,64})(?:\/(\w+))?$/.exec(path) ?? []
  if (name === undefined) return undefined
  if (method === 'PUT') {
    const fault = faultOf(body, problem)
    if (fault !== undefined) return fault
    const was = kept.get(name)
    const version = (was?.version ?? 0) + 1
    kept.set(name, { runs: [], nextRunAt: null, ...was, state: 'draft', version, definition: body, history: [{ act: 'edit', version, note: '', by: who('admin', 0) }, ...(was?.history ?? [])] })
    return detailOf(name)
  }
  if (empty || !kept.has(name)) return problem(404, 'not_found', 'there is no campaign of this name: GET /api/v1/campaigns lists them')
  const one = kept.get(name)
  if (act === 'report') return reportOf(name)
  if (act === 'members') return membersOf(query.get('figure'))
  if (act === 'approve') return problem(403, 'own_approval', 'who wrote it or submitted it does not approve it: somebody else does, or zhun campaign approve on the machine')
  if (act !== undefined) {
    const [from, to] = moves[act]
    if (from !== undefined && one.state !== from) return problem(409, 'bad_state', `a campaign that is ${one.state} cannot do that`, 'state')
    one.state = to
    one.history = [{ act, version: one.version, note: body?.note ?? '', by: who('admin', 0) }, ...one.history]
    return detailOf(name)
  }
  if (method === 'DELETE') {
    if (one.runs.length > 0) return problem(409, 'in_use', 'it ran: it can be ended, and its report stays', 'name')
    kept.delete(name)
    return null
  }
  return detailOf(name)
}
