// The journeys of the mock: one that answers carts and runs in its second version, the five stages waiting for approval, a paused one, one that ended; a small part of what the engine refuses.
import { readFileSync } from 'node:fs'

const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
const who = (name, days) => ({ kind: 'user', name, at: ago(days) })
const example = (name) => JSON.parse(readFileSync(new URL(`../../docs/journeys/${name}.json`, import.meta.url), 'utf8'))
const cart = example('abandoned-cart')
const { gift: _, first_order: __, ...simple } = cart.nodes
const firstCart = { ...cart, nodes: { ...simple, day: { ...cart.nodes.day, next: 'again' } } }
const circle = {
  title: { zh: '每周挑选', en: 'A pick a week' }, entry: { segment: 'regulars', again: 'never' }, audience: { everyone: true }, control: 0.2, goal: { metric: 'conversion', windowMs: 1_209_600_000 }, running: 'move', first: 'saturday',
  nodes: {
    saturday: { kind: 'wait', time: '10:00', weekdays: [6], next: 'which' },
    which: { kind: 'split', arms: [{ name: 'new', share: 0.5, next: 'fresh' }, { name: 'liked', share: 0.5, next: 'liked' }], winner: { metric: 'conversion', customers: 1000 } },
    fresh: { kind: 'send', channels: [{ channel: 'inbox', template: 'autumn' }], next: 'tired', unreached: 'tired' },
    liked: { kind: 'send', channels: [{ channel: 'inbox', template: 'autumn' }], next: 'tired', unreached: 'tired' },
    tired: { kind: 'branch', cases: [{ if: 'customer.last_seen < now - days(30)', next: 'enough' }], next: 'saturday' },
    enough: { kind: 'exit' },
  },
}
const kept = new Map([
  ['carts', { state: 'running', version: 2, definition: cart, former: [{ version: 1, definition: firstCart }], ran: ago(34), entered: [4210, 9120] }],
  ['stages', { state: 'review', version: 1, definition: example('five-stages'), former: [], ran: null, entered: [] }],
  ['weekly', { state: 'paused', version: 1, definition: circle, former: [], ran: ago(60), entered: [2600] }],
  ['welcome', { state: 'ended', version: 1, definition: { ...firstCart, title: { zh: '欢迎新客', en: 'Welcome' } }, former: [], ran: ago(300), entered: [800] }],
])
for (const one of kept.values()) one.history = [...(one.ran === null ? [{ act: 'submit', version: one.version, note: '', by: who('admin', 1) }] : [{ act: 'approve', version: one.version, note: '', by: who('owner', 12) }, { act: 'submit', version: one.version, note: 'a month of trial', by: who('admin', 13) }]), { act: 'edit', version: one.version, note: '', by: who('admin', 14) }]

const waysOf = (node) => (node.kind === 'exit' ? [] : node.kind === 'split' ? node.arms.map((one) => one.next) : [...(node.cases ?? []).map((one) => one.next), node.next, ...(node.kind === 'send' ? [node.unreached ?? node.next] : node.kind === 'offer' ? [node.refused ?? node.next] : node.event === undefined || node.kind !== 'wait' ? [] : [node.late])])

/** Customers flow along the ways: a wait keeps some, the rest part evenly, the first way getting the most. */
function versionOf(definition, version, entered, isOld) {
  const led = Math.round(entered * (1 - definition.control))
  const visited = new Map(Object.keys(definition.nodes).map((name) => [name, 0]))
  const at = new Map()
  const left = { end: 0, goal: 0, control: entered - led, ended: 0, merged: 3, lost: 0 }
  const flow = (name, n, depth) => {
    const node = definition.nodes[name]
    if (node === undefined || node.kind === 'exit' || depth > 40) {
      if (node !== undefined) visited.set(name, visited.get(name) + n)
      left[node?.goal ? 'goal' : 'end'] += n
      return
    }
    visited.set(name, visited.get(name) + n)
    const stays = node.kind === 'wait' ? Math.round(n * (isOld ? 0.002 : 0.06)) : 0
    at.set(name, (at.get(name) ?? 0) + stays)
    const bought = node.kind === 'wait' && definition.exitOn !== undefined ? Math.round(n * 0.12) : 0
    left.goal += bought
    const ways = waysOf(node)
    let rest = n - stays - bought
    ways.forEach((to, i) => {
      const part = i === ways.length - 1 ? rest : Math.round(rest * 0.7)
      rest -= part
      if (part > 0) flow(to, part, depth + 1)
    })
  }
  flow(definition.first, led, 0)
  const nodes = Object.entries(definition.nodes).map(([node, { kind }]) => {
    const n = visited.get(node)
    const messages = kind === 'send' ? { planned: n, sent: Math.round(n * 0.81), skipped: n - Math.round(n * 0.83), seen: Math.round(n * 0.44), clicked: Math.round(n * 0.13) } : undefined
    return { node, kind, at: at.get(node) ?? 0, visited: n, ...(messages === undefined ? {} : { messages }) }
  })
  return { version, entered, in: nodes.reduce((all, one) => all + one.at, 0), nodes, left }
}

function versionsOf(name) {
  const { definition, version, former, entered } = kept.get(name)
  const all = [...former, { version, definition }]
  return entered.map((n, i) => versionOf(all[i].definition, all[i].version, n, i < entered.length - 1)).reverse()
}

function rowOf(name) {
  const { state, version, definition: d, ran, history } = kept.get(name)
  const last = (act) => history.find((one) => one.act === act)?.by ?? null
  const versions = versionsOf(name)
  const control = versions.reduce((all, one) => all + one.left.control, 0)
  const counts = { in: versions.reduce((all, one) => all + one.in, 0), control, left: versions.reduce((all, one) => all + Object.values(one.left).reduce((sum, n) => sum + n, 0), 0) - control }
  const entry = d.entry.event === undefined ? { kind: 'segment', segment: d.entry.segment } : { kind: 'event', event: d.entry.event }
  return { name, state, version, title: { en: '', zh: '', ...d.title }, entry, control: d.control ?? 0.1, nodes: Object.keys(d.nodes).length, activeFrom: ran, edited: last('edit'), submitted: last('submit'), approved: last('approve'), counts }
}
const detailOf = (name) => ({ ...rowOf(name), definition: kept.get(name).definition, versions: kept.get(name).former.map((one) => ({ ...one, edited: who('admin', 40) })).reverse(), history: kept.get(name).history })

function faultOf(d, problem) {
  const bad = (field, detail) => problem(400, 'bad_field', detail, field)
  if (d.entry?.event === '') return bad('entry.event', 'is missing')
  if (d.entry?.segment === '') return bad('entry.segment', 'is missing')
  const names = Object.keys(d.nodes ?? {})
  if (!names.includes(d.first)) return bad('first', 'names no node')
  for (const [name, node] of Object.entries(d.nodes)) {
    const lost = waysOf(node).find((to) => to !== undefined && !names.includes(to))
    if (lost !== undefined) return bad(`nodes.${name}.next`, `names no node: ${lost}`)
    for (const [i, sent] of (node.channels ?? []).entries()) for (const member of ['channel', 'template']) if (!sent[member]) return bad(`nodes.${name}.channels.${i}.${member}`, 'is missing')
    if (node.kind === 'offer' && !node.offer) return bad(`nodes.${name}.offer`, 'is missing')
    if (node.kind === 'update' && !node.webhook && !node.tag) return bad(`nodes.${name}.tag`, 'is missing')
    if (node.kind === 'wait' && node.time === undefined && !(node.forMs >= 1_000)) return bad(`nodes.${name}.forMs`, 'must be from a second to 366 days')
  }
  const reached = new Set([d.first])
  for (const name of reached) for (const to of waysOf(d.nodes[name])) if (to !== undefined) reached.add(to)
  const alone = names.find((name) => !reached.has(name))
  return alone === undefined ? undefined : bad(`nodes.${alone}`, 'cannot be reached')
}

const between = (estimate, low, high, relative) => ({ estimate, fixed: { low: estimate + (low - estimate) * 0.7, high: estimate + (high - estimate) * 0.7 }, sequential: { low, high }, relative, relativeLow: relative === null ? null : relative / 4, relativeHigh: relative === null ? null : relative * 1.75 })
function reportOf(name) {
  const one = kept.get(name)
  const versions = versionsOf(name)
  const control = versions.reduce((all, each) => all + each.left.control, 0)
  const treated = versions.reduce((all, each) => all + each.entered, 0) - control
  const sides = (type, money, t, c, difference, all) => ({ type, money, builtin: true, better: 'more', treated: { customers: treated, mean: t }, control: { customers: control, mean: c }, difference, incremental: difference === null ? null : { estimate: all, sequential: { low: difference.sequential.low * treated, high: difference.sequential.high * treated } }, verdict: difference === null ? 'too_few' : difference.sequential.low > 0 ? 'better' : 'open' })
  const few = name === 'welcome'
  return {
    name, state: one.state, version: one.version, versions, treated, control, crossed: 4, silent: 61, open: one.state === 'running' ? 830 : 0, isPart: false, goal: one.definition.goal, unitsMin: few ? 500 : 50, currency: 'GBP',
    compared: treated === 0 ? [] : [
      { name: 'conversion', title: { zh: '转化率', en: 'Conversion' }, ...sides('share', false, 0.214, 0.171, few ? null : between(0.043, 0.016, 0.07, 0.25), 0.043 * treated) },
      { name: 'net_revenue', title: { zh: '退款后收入', en: 'Net revenue' }, ...sides('mean', true, 1312, 1124, few ? null : between(188, -40, 416, null), 188 * treated) },
    ],
  }
}

function membersOf(name, query, row) {
  const wanted = query.get('node')
  const from = Number(query.get('cursor') || 0)
  const version = Number(query.get('version') ?? kept.get(name).version)
  const total = wanted === null ? 30 : Math.min(45, versionsOf(name).find((one) => one.version === version)?.nodes.find((one) => one.node === wanted)?.at ?? 0)
  const items = Array.from({ length: Math.max(0, Math.min(20, total - from)) }, (_, i) => ({ customer: row(String(12347 + (from + i) * 3)), key: name === 'weekly' ? '' : `c-${88120 + from + i}`, version, entered: ago(1 + (from + i) / 9), moved: ago(0.1 + (from + i) / 11), due: wanted === null ? null : ago(-0.2 - i / 40) }))
  return { items, next: from + 20 < total ? String(from + 20) : null }
}

const instancesOf = () => ({
  isPart: false,
  items: [
    { journey: 'carts', key: 'c-88120', version: 2, node: 'day', inWait: true, left: 'in', control: false, entries: 1, entered: ago(0.3), moved: ago(0.25), due: ago(-0.75), visited: ['hour', 'remind', 'day'] },
    { journey: 'weekly', key: '', version: 1, node: null, inWait: false, left: 'control', control: true, entries: 1, entered: ago(50), moved: ago(50), due: null, visited: [] },
    { journey: 'carts', key: 'c-61002', version: 1, node: null, inWait: false, left: 'goal', control: false, entries: 2, entered: ago(30), moved: ago(29), due: null, visited: ['hour', 'remind'] },
  ],
})
const moves = { submit: ['draft', 'review'], approve: ['review', 'running'], reject: ['review', 'draft'], pause: ['running', 'paused'], resume: ['paused', 'running'], end: [undefined, 'ended'] }

/** Nine in ten go on from each step, in the order in which ways lead to them. */
function previewOf(definition, days, empty) {
  const nodes = Object.entries(definition.nodes)
  const visited = new Map(nodes.map(([name], i) => [name, empty ? 0 : Math.round(1840 * 0.9 ** i)]))
  const sent = nodes.reduce((all, [name, { kind }]) => all + (kind === 'send' ? visited.get(name) : 0), 0)
  return {
    from: ago(days), until: ago(0), events: 48210, mattered: empty ? 0 : 6120, customers: empty ? 0 : 1712, entered: empty ? 0 : 1840, control: empty ? 0 : 171, most: sent > 0 ? 3 : 0, isPart: days === 90,
    nodes: nodes.map(([node, { kind }]) => ({ node, kind, at: kind === 'wait' ? Math.round(visited.get(node) / 20) : 0, visited: visited.get(node), ...(kind === 'send' ? { messages: visited.get(node) } : {}), ...(kind === 'offer' ? { claims: visited.get(node) } : {}) })),
    left: { end: 900, goal: 610, control: 171, ended: 0, merged: 0, lost: 0 },
    delayed: sent > 0 ? [{ why: 'quiet_hours', messages: 214 }] : [], skipped: sent > 0 ? [{ why: 'no_consent', messages: 402 }, { why: 'frequency_cap', messages: 61 }] : [],
    days: sent === 0 ? [] : Array.from({ length: Math.min(days, 14) }, (_, i) => ({ date: ago(days - i).slice(0, 10), messages: Math.round((sent / 14) * (1 + 0.4 * Math.sin(i))) })),
  }
}

/** The answer of a path, null where there is nothing to say, or undefined. */
export function answerJourneys(method, path, query, body, { empty, problem, row }) {
  if (path === '/api/v1/journeys') return { items: empty ? [] : [...kept.keys()].sort().map(rowOf), next: '' }
  if (path === '/api/v1/journeys/preview') return faultOf(body.definition, problem) ?? previewOf(body.definition, body.days ?? 7, empty)
  if (path === '/api/v1/journeys/instances') return empty ? { items: [], isPart: false } : instancesOf()
  const [, name, act] = /^\/api\/v1\/journeys\/([A-Za-z0-9_-]{1,64})(?:\/(\w+))?$/.exec(path) ?? []
  if (name === undefined) return undefined
  if (method === 'PUT') {
    if (kept.get(name)?.state === 'running') return problem(409, 'bad_state', 'it runs: pause it first', 'state')
    const fault = faultOf(body, problem)
    if (fault !== undefined) return fault
    const was = kept.get(name)
    const version = (was?.version ?? 0) + 1
    kept.set(name, { ran: null, entered: [], ...was, state: 'draft', version, definition: body, former: was === undefined ? [] : [...was.former, { version: was.version, definition: was.definition }], history: [{ act: 'edit', version, note: '', by: who('admin', 0) }, ...(was?.history ?? [])] })
    return detailOf(name)
  }
  if (empty || !kept.has(name)) return problem(404, 'not_found', 'there is no journey of this name: GET /api/v1/journeys lists them')
  const one = kept.get(name)
  if (act === 'report') return reportOf(name)
  if (act === 'members') return membersOf(name, query, row)
  if (act === 'approve') return problem(403, 'own_approval', 'who wrote it or submitted it does not approve it: somebody else does, or zhun journey approve on the machine')
  if (act === 'submit') {
    const missing = Object.entries(one.definition.nodes).find(([, node]) => (node.channels ?? []).some(({ template }) => template === 'not_there'))
    if (missing !== undefined) return problem(409, 'not_ready', 'there is no template of this name', `nodes.${missing[0]}.template`)
  }
  if (act !== undefined) {
    const [from, to] = moves[act]
    if (from !== undefined && one.state !== from) return problem(409, 'bad_state', `a journey that is ${one.state} cannot do that`, 'state')
    one.state = to
    one.history = [{ act, version: one.version, note: body?.note ?? '', by: who('admin', 0) }, ...one.history]
    return detailOf(name)
  }
  if (method === 'DELETE') {
    if (one.ran !== null) return problem(409, 'in_use', 'it ran: it can be ended, and its report stays', 'name')
    kept.delete(name)
    return null
  }
  return detailOf(name)
}
