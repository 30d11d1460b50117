// A mock engine for development and tests: serves dist/ with the policy of the real one and made-up data.
//   node mock/server.mjs [PORT]      ZHUN_ADMIN_PASSWORD sets the password (default: zhun-console)
//   MOCK_MODE=empty|error shows the other states of each view.
import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answerAttribution } from './attribution.mjs'
import { answerExperiments } from './experiments.mjs'
import { answerFairness } from './fairness.mjs'
import { answerAccount, wantsCode } from './account.mjs'
import { answerAudit } from './audit.mjs'
import { answerMembers } from './members.mjs'
import { figures, quietFigures } from './figures.mjs'
import { answerImports } from './imports.mjs'
import * as made from './quality.mjs'
import { answerExpressions } from './expressions.mjs'
import { answerGroups } from './groups.mjs'
import { answerReports, tableOf } from './reports.mjs'
import { answerSegments } from './segments.mjs'
import * as shop from './shop.mjs'
import { answerViews } from './views.mjs'
import { answerModels } from './models.mjs'
import { answerScene } from './scene.mjs'
import { answerPredictions } from './predictions.mjs'
import { answerStanding } from './standing.mjs'
import { answerConsents } from './consents.mjs'
import { answerFeedback } from './feedback.mjs'
import { answerCampaigns } from './campaigns.mjs'
import { answerJourneys } from './journeys.mjs'
import { answerChannels } from './channels.mjs'
import { answerTemplates } from './templates.mjs'
import { answerMessages } from './messages.mjs'
import { answerOffers } from './offers.mjs'
import { answerPlacements } from './placements.mjs'
import { answerPrivacy } from './privacy.mjs'
import { answerTags } from './tags.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const dist = join(here, '../dist')
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json' }
const START = Date.now() - 900_000
const PER_SECOND = 14

function policy(nonce) {
  return `default-src 'self'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`
}

function rateAt(ms) {
  const s = ms / 1000
  return Math.max(0, PER_SECOND + 5 * Math.sin(s / 47) + 3 * Math.sin(s / 13) + 4 * shop.randomAt(5, Math.floor(s / 5)))
}

function overview(empty) {
  const now = Date.now()
  const series = Array.from({ length: 181 }, (_, i) => {
    const at = Math.floor(now / 5000) * 5000 - (180 - i) * 5000
    return { at, events: empty ? 0 : Math.round(rateAt(at) * 5) }
  })
  const grown = Math.round(((now - START) / 1000) * PER_SECOND)
  return {
    now,
    eventsPerSecond: empty ? 0 : Number(((series.at(-2).events + series.at(-3).events) / 10).toFixed(1)),
    series,
    totals: empty
      ? { events: 0, customers: 0, items: 0, orders: 0, duplicates: 0, rejected: 0 }
      : { events: 541_909 + grown, customers: 4_372, items: shop.items.length, orders: 18_532, duplicates: 5_268, rejected: 41 },
    orders: empty ? { count: 0, revenueCents: 0, refundedCents: 0, currency: '' } : { count: 18_532, revenueCents: 891_140_790, refundedCents: 23_114_022, currency: 'GBP' },
    daily: empty ? [] : shop.daily(),
    example: empty ? null : { customerId: '12349', orders: 8 },
  }
}

function problem(status, code, detail, field) {
  return { status, type: 'application/problem+json', body: { type: 'about:blank', title: code.replace('_', ' '), status, code, detail, field } }
}

function rowsNow(limit) {
  const last = Math.floor(((Date.now() - START) / 1000) * 3)
  return Array.from({ length: Math.max(0, Math.min(limit, last)) }, (_, i) => shop.eventAt(last - i, START + ((last - i) * 1000) / 3))
}

/** A page of a list, with the place of the next one. */
function paged(list, query) {
  const from = Number(query.get('cursor') || 0)
  const limit = Number(query.get('limit') ?? 50)
  return { items: list.slice(from, from + limit), next: from + limit < list.length ? String(from + limit) : null }
}

/** The event number `back` of a customer, counted from the latest. */
function customerEvent(id, back) {
  const at = Date.UTC(2011, 11, 9, 12, 50) - back ** 1.7 * 400_000
  return { ...shop.eventAt(id * 31 + back, at), customer: { id: String(id), userId: null }, position: `1-${id * 1000 + back}` }
}

/** Partition 0 holds the stream, partition 1 the customers' histories. */
function wholeAt(partition, sequence) {
  if (partition === 1) return shop.wholeOf(customerEvent(Math.floor(sequence / 1000), sequence % 1000), sequence)
  return shop.wholeOf(shop.eventAt(sequence, START + (sequence * 1000) / 3), sequence)
}

// Keys made and revoked while the mock runs.
const keys = shop.keys.map((one) => ({ ...one }))
function keysOf(method, query, body, empty) {
  if (method !== 'POST') return paged(empty ? [] : keys, query)
  const { key, ...made } = shop.makeKey(body, keys.length + 1)
  keys.push(made)
  return { ...made, key }
}
function revokeKey(id) {
  const one = keys.find((key) => key.id === id)
  if (one === undefined) return problem(404, 'not_found', 'no such key')
  one.revokedAt = new Date().toISOString()
  return {}
}

const sources = shop.sources.map((one) => ({ limit: null, ...one }))
function limit(id, body) {
  const one = sources.find((source) => source.id === id)
  if (one === undefined) return problem(404, 'not_found', 'no such source')
  one.limit = body.eventsPerSecond == null ? null : { eventsPerSecond: body.eventsPerSecond, burst: 2 * body.eventsPerSecond }
  return {}
}

// The debugger of each source: off until it is started.
const watched = new Map()
function debugging(method, id, body) {
  if (method === 'PUT' && body.minutes > 0) watched.set(id, Date.now() + body.minutes * 60_000)
  if (method === 'PUT' && !body.minutes) watched.delete(id)
  const until = watched.get(id)
  return until === undefined ? { on: false, raw: true, until: null, items: [] } : { on: true, raw: true, until: new Date(until).toISOString(), items: shop.debugged() }
}

const everybody = Array.from({ length: 90 }, (_, i) => String(12347 + i * 3))
function customerRow(id) {
  const c = shop.customer(id)
  return { id, userId: c.userId, firstSeen: c.firstSeen, lastSeen: c.lastSeen, orders: c.orders.count, revenueCents: c.orders.revenueCents, currency: c.orders.currency }
}

function answer(method, path, query, body, empty) {
  if (path === '/api/v1/overview') return overview(empty)
  if (path === '/api/v1/events') return paged(empty ? [] : rowsNow(1_500), query)
  if (path === '/api/v1/system') return shop.system(empty)
  const placed = answerPlacements(method, path, body, { empty, problem })
  if (placed !== undefined) return placed
  const campaign = answerCampaigns(method, path, query, body, { empty, problem })
  if (campaign !== undefined) return campaign
  const led = answerJourneys(method, path, query, body, { empty, problem, row: customerRow })
  if (led !== undefined) return led
  const channel = answerChannels(method, path, body, { empty, problem })
  if (channel !== undefined) return channel
  const template = answerTemplates(method, path, body, { empty, problem })
  if (template !== undefined) return template
  const told = answerMessages(method, path, query, body, { empty, problem, row: customerRow })
  if (told !== undefined) return told
  const offered = answerOffers(method, path, body, { empty, problem })
  if (offered !== undefined) return offered
  if (path === '/api/v1/items') return paged(empty ? [] : shop.listItems({ q: query.get('q'), sort: query.get('sort'), category: query.get('category'), brand: query.get('brand'), standing: query.get('standing') }), query)
  const item = /^\/api\/v1\/items\/([^/]+)$/.exec(path)
  if (item) return (empty ? undefined : shop.itemPage(decodeURIComponent(item[1]))) ?? problem(404, 'not_found', 'no such item')
  if (path === '/api/v1/deadletters') return made.lettersOf(query, empty, paged)
  if (path === '/api/v1/deadletters/replay') return made.replayAll(body)
  const letter = /^\/api\/v1\/deadletters\/(\d+)\/(replay|discard)$/.exec(path)
  if (letter) return (letter[2] === 'replay' ? made.replayOne(letter[1], body) : made.discard(letter[1])) ?? problem(404, 'not_found', 'no such letter')
  if (path === '/api/v1/quality') return made.quality(query, empty)
  if (path === '/api/v1/quality/samples') return made.samples(query, empty)
  if (path === '/api/v1/quality/true') return made.believe(body)
  if (path === '/api/v1/tracking-plan') return method === 'PUT' ? made.putPlan(body) : made.trackingPlan(empty)
  if (path === '/api/v1/sources') return paged(empty ? [] : sources, query)
  const limited = /^\/api\/v1\/sources\/(\d+)\/limit$/.exec(path)
  if (limited && method === 'PUT') return limit(limited[1], body)
  const debugged = /^\/api\/v1\/sources\/(\d+)\/debugger$/.exec(path)
  if (debugged) return debugging(method, debugged[1], body)
  if (path === '/api/v1/keys') return keysOf(method, query, body, empty)
  const revoked = /^\/api\/v1\/keys\/(\d+)$/.exec(path)
  if (revoked && method === 'DELETE') return revokeKey(revoked[1])
  const whole = /^\/api\/v1\/events\/([0-9]+)-([0-9]+)$/.exec(path)
  if (whole) return wholeAt(Number(whole[1]), Number(whole[2]))
  const members = answerMembers(method, path, body, problem)
  if (members !== undefined) return members
  const audited = answerAudit(method, path, query, { empty, paged, problem })
  if (audited !== undefined) return audited
  const fair = answerFairness(method, path, query, empty)
  if (fair !== undefined) return fair
  const models = answerModels(method, path, empty, body)
  const scene = answerScene(method, path, query, empty)
  if (scene !== undefined) return scene
  if (models !== undefined) return models
  const predicted = answerPredictions(method, path, empty)
  if (predicted !== undefined) return predicted
  const stands = answerStanding(method, path, query, empty)
  if (stands !== undefined) return stands
  const drawn = answerExpressions(method, path, body, empty, problem)
  if (drawn !== undefined) return drawn
  const tagged = answerTags(method, path, query, body, { empty, problem })
  if (tagged !== undefined) return tagged
  const allowed = answerConsents(method, path, { empty })
  if (allowed !== undefined) return allowed
  const refused = answerFeedback(method, path, { empty })
  if (refused !== undefined) return refused
  const forgotten = answerPrivacy(method, path, body ?? {}, { empty, problem })
  if (forgotten !== undefined) return forgotten
  const looked = answerGroups(path, body, { empty, everybody, row: customerRow, problem })
  if (looked !== undefined) return looked
  const grouped = answerSegments(method, path, query, body, { empty, everybody, row: customerRow, paged, problem })
  if (grouped !== undefined) return grouped
  const reported = answerReports(path, body, { empty, everybody, row: customerRow, problem })
  if (reported !== undefined) return reported
  const attributed = answerAttribution(method, path, body, { empty, everybody, row: customerRow, problem })
  if (attributed !== undefined) return attributed
  const tried = answerExperiments(method, path, query, body, { empty, everybody, row: customerRow, paged, problem })
  if (tried !== undefined) return tried
  if (path === '/api/v1/preview' && method === 'POST') return empty ? { ...shop.recommend(body), items: [] } : shop.recommend(body)
  if (path === '/api/v1/customers') {
    const q = query.get('q')
    if (empty) return { items: [], next: null }
    const ids = q === null ? Array.from({ length: 30 }, (_, i) => String(12347 + i * 3)) : /^u?(1[2-3]\d{3})$/.test(q) ? [q.replace('u', '')] : []
    return {
      items: ids.map(customerRow).sort((a, b) => b.lastSeen.localeCompare(a.lastSeen)),
      next: null,
    }
  }
  const merged = /^\/api\/v1\/customers\/(\d+)\/(identity|unmerge)$/.exec(path)
  if (merged) return shop.mergedCustomer(merged[1], merged[2] === 'unmerge' ? body.number : undefined)
  const one = /^\/api\/v1\/customers\/(\d+)(\/events|\/portrait)?$/.exec(path)
  if (one) {
    if (Number(one[1]) > 90_000) return problem(404, 'not_found', 'no such customer')
    if (one[2] === undefined) return shop.customer(one[1], query.get('contact') === 'clear')
    if (one[2] === '/portrait') return shop.portrait(one[1])
    const from = Number(query.get('cursor') || 0)
    const limit = Number(query.get('limit') ?? 50)
    const events = Array.from({ length: limit }, (_, i) => customerEvent(Number(one[1]), from + i))
    return from + limit < 160 ? { items: events, next: String(from + limit) } : { items: events, next: null, expiredBefore: '2025-10-17T03:12:00.000Z' }
  }
  return problem(404, 'not_found', `the mock does not know ${path}`)
}

/** Starts the mock; resolves to its address and a way to stop it. */
export function start(port = 0, { mode = process.env.MOCK_MODE ?? 'full', password = process.env.ZHUN_ADMIN_PASSWORD ?? 'zhun-console' } = {}) {
  const sessions = new Map()
  const streams = new Set()

  const send = (response, found, headers = {}) => {
    const failed = found?.status !== undefined && found?.type !== undefined
    const text = JSON.stringify(failed ? found.body : found)
    response.writeHead(failed ? found.status : 200, { 'Content-Type': failed ? found.type : 'application/json', 'Cache-Control': 'no-store', ...headers })
    response.end(text)
  }

  const page = (response, path) => {
    const wanted = normalize(join(dist, path))
    const file = wanted.startsWith(dist) && extname(wanted) !== '' && existsSync(wanted) ? wanted : join(dist, 'index.html')
    const html = file.endsWith('index.html')
    const nonce = randomBytes(16).toString('base64')
    response.writeHead(200, {
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
      'Content-Security-Policy': policy(nonce),
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': html ? 'no-store' : 'public, max-age=31536000, immutable',
    })
    if (html) response.end(readFileSync(file, 'utf8').replaceAll('__ZHUN_NONCE__', nonce))
    else createReadStream(file).pipe(response)
  }

  const live = (response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.flushHeaders()
    let next = Math.floor(((Date.now() - START) / 1000) * 3)
    const timer = setInterval(() => {
      const view = overview(mode === 'empty')
      const { now, eventsPerSecond, totals, orders, series } = view
      response.write(`event: stats\ndata: ${JSON.stringify({ now, eventsPerSecond, totals, orders, step: series.at(-1), viewLagMs: 3, ready: true })}\n\n`)
      if (mode === 'empty') return
      const rows = []
      for (const end = Math.floor(((now - START) / 1000) * 3); next < end; ) rows.push(shop.eventAt(++next, START + (next * 1000) / 3))
      if (rows.length > 0) response.write(`event: batch\ndata: ${JSON.stringify(rows.reverse())}\n\n`)
    }, 1000)
    streams.add(response)
    response.on('close', () => {
      clearInterval(timer)
      streams.delete(response)
    })
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock')
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      if (url.pathname === '/readyz') return send(response, { ready: true, viewLagMs: 3 })
      if (url.pathname === '/openapi.json') return send(response, JSON.parse(readFileSync(join(here, '../../api/openapi.json'), 'utf8')))
      if (url.pathname === '/metrics') return void response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' }).end('zhun_events_total 541909\n')
      if (!url.pathname.startsWith('/api/')) return page(response, url.pathname)
      let body = null
      const bytes = Buffer.concat(chunks)
      if (bytes.length > 0 && request.headers['content-type'] !== 'application/octet-stream') body = JSON.parse(bytes.toString('utf8'))
      const cookie = /zhun=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
      if (url.pathname === '/api/v1/login') {
        if (body?.user !== 'admin' || body?.password !== password) return send(response, problem(401, 'unauthorized', 'user or password is wrong'))
        const refused = wantsCode(body?.code ?? '')
        if (refused !== undefined) return send(response, problem(401, refused, 'a code is wanted', 'code'))
        const id = randomBytes(16).toString('hex')
        sessions.set(id, randomBytes(16).toString('hex'))
        return send(response, { user: 'admin', role: 'owner', csrf: sessions.get(id) }, { 'Set-Cookie': `zhun=${id}; Path=/; HttpOnly; SameSite=Strict` })
      }
      const csrf = sessions.get(cookie)
      if (csrf === undefined) return send(response, problem(401, 'unauthorized', 'sign in first'))
      if (url.pathname === '/api/v1/session') return send(response, { user: 'admin', role: 'owner', csrf })
      if (request.method !== 'GET' && request.headers['x-csrf-token'] !== csrf) return send(response, problem(403, 'csrf', 'the token is missing or wrong'))
      if (url.pathname === '/api/v1/logout') {
        sessions.delete(cookie)
        response.writeHead(204, { 'Set-Cookie': 'zhun=; Path=/; Max-Age=0' })
        return response.end()
      }
      const own = answerAccount(request.method, url.pathname, body, password, problem)
      if (own === null) return void response.writeHead(204).end()
      if (own !== undefined && mode !== 'error') return send(response, own)
      if (mode === 'error' && url.pathname !== '/api/v1/system') return send(response, problem(403, 'forbidden', 'not for you'))
      if (url.pathname === '/api/v1/live') return live(response)
      if (url.pathname === '/api/v1/check') return void setTimeout(() => send(response, shop.checkReport), 1_200) // long enough to see it run
      const figure = (mode === 'empty' ? quietFigures : figures)[`${request.method} ${url.pathname}`]
      if (figure !== undefined) return send(response, figure(url))
      if (/\/uploads\/\d+\/rejects$/.test(url.pathname)) return void response.writeHead(200, { 'Content-Type': 'text/csv; charset=utf-8' }).end("file,line,reason,raw\n")
      const brought = answerImports(request.method, url.pathname, url.searchParams, body, bytes.length, mode === 'empty', problem)
      const viewed = answerViews(request.method, url.pathname, url.searchParams, body, mode === 'empty', problem)
      if (viewed === null) return void response.writeHead(204).end()
      if (viewed !== undefined) return send(response, viewed)
      if (brought === null) return void response.writeHead(204).end()
      if (brought !== undefined) return send(response, brought)
      const answered = answer(request.method, url.pathname, url.searchParams, body, mode === 'empty')
      if (answered === null) return void response.writeHead(204).end()
      if (request.headers.accept === 'text/csv' && answered?.status === undefined) return void response.writeHead(200, { 'Content-Type': 'text/csv; charset=utf-8' }).end(tableOf(answered))
      send(response, answered)
    })
  })
  return new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        password,
        stop: () => {
          for (const stream of streams) stream.destroy()
          server.closeAllConnections()
          return new Promise((done) => server.close(done))
        },
      }),
    ),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await start(Number(process.argv[2] ?? 8700))
  console.log(`mock engine on ${mock.url}, user admin, password ${mock.password}`)
}
