// What the stories of real SDKs share: an engine, a proxy in front of it that fails on purpose and remembers what it
// saw, a shop on an origin of its own, a browser, and checks that are counted.
//
//   SDK ──► proxy ──► engine        the proxy answers with a fault instead, before or after the engine has stored
//    └── a page of the shop (localhost); the engine is at 127.0.0.1, so every request of a page is cross origin
//
// Nothing leaves the machine: the browser resolves no other name, and says which it was asked for.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

export const WRITE = 'wk_sdks', SERVER = 'sk_sdks_of_the_tests', TOKEN = 'at_sdks_of_the_tests'
const WAIT_MS = 30_000 // what has not arrived by then never will: SDKs pause for seconds before they try again
const CALM_MS = 400 // longer than any SDK here waits between two requests of one call

const root = fileURLToPath(new URL('../../', import.meta.url))
const here = fileURLToPath(new URL('.', import.meta.url))
const zhunPath = process.env.ZHUN ?? join(root, 'build/zhun')
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'
export const require = createRequire(import.meta.url)

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
export async function until(ask, ms = WAIT_MS) {
  for (const end = Date.now() + ms; ; await sleep(40)) {
    const got = await ask()
    if (got || Date.now() > end) return got
  }
}

/** Why the stories cannot be told here; undefined: they can. */
export function missing() {
  for (const name of ['@segment/analytics-node', '@segment/analytics-next', '@rudderstack/rudder-sdk-node', 'sa-sdk-javascript', 'playwright-core']) {
    if (!existsSync(join(here, 'node_modules', name))) return `tests/sdk/node_modules/${name} is missing: tools/sdks.sh installs it`
  }
  if (!existsSync(chromiumPath)) return `${chromiumPath} is missing`
  return existsSync(zhunPath) ? undefined : `${zhunPath} is missing: set ZHUN`
}

/* ---- checks ---- */

export const counts = { passed: 0, failures: [] }
let story = ''
export function check(ok, what, detail = '') {
  if (ok) counts.passed += 1
  else {
    counts.failures.push(`${story}: ${what}`)
    console.log(`FAIL ${story}: ${what} ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`.slice(0, 1500))
  }
  return Boolean(ok)
}
const sorted = (value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
    : Array.isArray(value) ? value.map(sorted) : value
const text = (value) => JSON.stringify(sorted(value))
export const equal = (got, want, what) => check(text(got) === text(want), what, `got ${text(got)}, want ${text(want)}`)

/* ---- the engine ---- */

const folder = mkdtempSync(join(tmpdir(), 'zhun-sdks-'))
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ZHUN')))
export const engine = {
  child: undefined,
  port: 0,
  async start() {
    this.child = spawn(zhunPath, ['serve', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0'], {
      env: { ...environment, ZHUN_WRITE_KEY: WRITE, ZHUN_SERVER_KEY: SERVER, ZHUN_ADMIN_TOKEN: TOKEN, ZHUN_ADMIN_PASSWORD: 'correct horse battery' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.port = await new Promise((done, fail) => {
      let said = ''
      this.child.stderr.on('data', (bytes) => {
        said = (said + bytes).slice(-8000)
        const ready = said.split('\n').find((line) => line.includes('"serve.ready"') && line.endsWith('}'))
        if (ready) done(JSON.parse(ready).port)
      })
      this.child.once('exit', () => fail(new Error(`the engine did not start:\n${said}`)))
    })
    this.child.removeAllListeners('exit')
  },
  async end(signal) {
    const gone = new Promise((done) => this.child.once('exit', done))
    this.child.kill(signal)
    return gone
  },
  stop() { return this.end('SIGTERM') },
  kill() { return this.end('SIGKILL') },
}
export const url = () => `http://127.0.0.1:${engine.port}`

/** Straight to the engine, not through the proxy. */
export const ask = (path, { key = SERVER, method, body, headers = {} } = {}) =>
  fetch(url() + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(key && { Authorization: `Bearer ${key}` }), ...headers },
    body: body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  })
export const admin = async (path, more = {}) => (await ask(path, { key: TOKEN, ...more })).json()

/** Every stored event, in the order of the log. */
export async function stored() {
  const out = []
  for (let from = ''; from !== null;) {
    const answer = await ask(`/api/v1/export/events${from && `?from=${from}`}`, { key: TOKEN })
    const page = await answer.text()
    if (answer.status !== 200) throw new Error(`export: ${answer.status} ${page}`)
    out.push(...page.split('\n').filter(Boolean).map((line) => JSON.parse(line)))
    from = answer.headers.get('X-Zhun-Next')
  }
  return out
}
/** Events of a customer, oldest first. */
export async function events(id) {
  const answer = await ask(`/v1/profiles/${encodeURIComponent(id)}/events?limit=500`)
  return answer.status === 200 ? (await answer.json()).events.reverse() : []
}
export const arrived = (id, count) =>
  until(async () => {
    const got = await events(id)
    return got.length >= count && got
  }).then(async (got) => got || events(id))
export const profile = async (id) => (await ask(`/v1/profiles/${encodeURIComponent(id)}`)).json()
export const letters = async () => (await admin('/api/v1/deadletters?limit=500')).items
export const names = (list) => list.map((one) => one.event ?? one.type)

/* ---- the proxy ---- */

const faults = [] // what the next POSTs get: { status, headers, store, cut, path }
export let seen = []
/** `status` answered instead of the engine's; `store`: after the engine has stored; `cut`: the line breaks instead. */
export const fail = (...more) => faults.push(...more)

const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)))
function next(incoming) {
  const at = faults.findIndex((one) => (one.path ?? /./).test(incoming.url))
  return incoming.method === 'POST' && at >= 0 ? faults.splice(at, 1)[0] : undefined
}
function forward(incoming, body, done, lost) {
  const link = request({ host: '127.0.0.1', port: engine.port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
    const parts = []
    answer.on('data', (part) => parts.push(part))
    answer.on('end', () => done(answer, Buffer.concat(parts)))
    answer.on('error', lost)
  })
  link.on('error', lost)
  link.end(body)
}
const proxyServer = createServer((incoming, outgoing) => {
  const parts = []
  incoming.on('error', () => {})
  incoming.on('data', (part) => parts.push(part))
  incoming.on('end', () => {
    const body = Buffer.concat(parts), fault = next(incoming)
    const mine = { method: incoming.method, url: incoming.url, headers: incoming.headers, body, at: Date.now(), status: undefined }
    seen.push(mine)
    const refuse = () => {
      if (fault.cut) return outgoing.destroy()
      mine.status = fault.status
      outgoing.writeHead(fault.status, { 'Access-Control-Allow-Origin': incoming.headers.origin ?? '*', 'Access-Control-Expose-Headers': 'Retry-After', ...fault.headers }).end()
    }
    if (fault && !fault.store) return refuse()
    forward(incoming, body, (answer, bytes) => {
      if (fault) return refuse()
      mine.status = answer.statusCode
      mine.answer = { headers: answer.headers, body: bytes }
      outgoing.writeHead(answer.statusCode, answer.headers).end(bytes)
    }, () => outgoing.destroy())
  })
})
let proxyPort = await listen(proxyServer)
export const host = `http://127.0.0.1:${proxyPort}`

/* ---- what the SDKs said, read from their own requests ---- */

export const posted = (path = /./) => seen.filter((one) => one.method === 'POST' && path.test(one.url))
export const plain = (one) => (one.body[0] === 0x1f && one.body[1] === 0x8b ? gunzipSync(one.body) : one.body).toString()
/** Events of the Segment dialect in requests the proxy saw, each once. */
export function told() {
  const out = new Map()
  for (const one of posted(/^\/(v1|beacon)\//)) {
    if (one.url === '/v1/m') continue
    const body = JSON.parse(plain(one))
    const kinds = { t: 'track', i: 'identify', p: 'page', s: 'screen', g: 'group', a: 'alias' }
    const items = body.batch ?? [{ type: kinds[one.url.split('/')[2][0]], ...body }]
    for (const item of items) out.set(item.messageId, item)
  }
  return [...out.values()]
}

const present = (value) => value !== undefined && value !== null && value !== ''
/** Every event an SDK sent is stored exactly once, with the values it had. `except`: ids that were refused. */
export async function all_stored_once(except = []) {
  const wanted = told().filter((one) => !except.includes(one.messageId))
  const log = await until(async () => {
    const got = await stored()
    const ids = new Set(got.map((one) => one.messageId))
    return wanted.every((one) => ids.has(one.messageId)) && got
  }) || await stored()
  for (const want of wanted) {
    const got = log.filter((one) => one.messageId === want.messageId)
    const what = `${want.type} ${want.event ?? want.name ?? ''} ${want.messageId}`
    if (!equal(got.length, 1, `${what} is stored exactly once`)) continue
    for (const field of ['type', 'event', 'userId', 'anonymousId', 'groupId', 'previousId']) {
      if (present(want[field])) equal(got[0][field], want[field], `${what}: ${field}`)
      else check(got[0][field] === undefined, `${what}: no ${field}`, got[0][field])
    }
    for (const field of ['properties', 'traits', 'integrations']) {
      if (present(want[field]) && Object.keys(want[field]).length > 0) equal(got[0][field], want[field], `${what}: ${field}`)
    }
    equal(got[0].context?.library, want.context?.library, `${what}: which library sent it`)
  }
  return wanted
}

/** No request for a while: what an SDK had to say it has said. */
export const calm = () => until(() => seen.length === 0 || Date.now() - seen.at(-1).at > CALM_MS)

/* ---- the shop ---- */

const scripts = {
  next: ['@segment/analytics-next/dist/umd/index.js'],
  standalone: ['@segment/analytics-next/dist/umd/standalone.js'],
  sensors: ['sa-sdk-javascript/sensorsdata.min.js'],
  none: [],
}
const shopServer = createServer((incoming, outgoing) => {
  const asked = new URL(incoming.url, 'http://shop')
  if (asked.pathname.startsWith('/sdk/')) {
    const path = join(here, 'node_modules', asked.pathname.slice(5).replaceAll('..', ''))
    if (!existsSync(path)) return outgoing.writeHead(404).end()
    return outgoing.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8' }).end(readFileSync(path))
  }
  if (asked.pathname === '/favicon.ico') return outgoing.writeHead(204).end()
  const tags = scripts[asked.searchParams.get('sdk') ?? 'none'].map((path) => `<script src="/sdk/${path}"></script>`).join('')
  outgoing.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
  outgoing.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tea shop</title>${tags}</head>
<body><main><h1>Tea</h1><a id="next" href="/tea?sdk=none">Tea</a> <button id="buy">Buy</button></main></body></html>`)
})
export const shop = `http://localhost:${await listen(shopServer)}`

/* ---- a browser ---- */

let browser
async function chromium() {
  browser ??= await require('playwright-core').chromium.launch({
    executablePath: chromiumPath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
  })
  return browser
}
/** A browser context of its own; `ahead_ms`: its clock is wrong by this much. */
export async function visit({ ahead_ms = 0 } = {}) {
  const context = await (await chromium()).newContext({ locale: 'en-GB' })
  const strangers = [], errors = []
  context.on('request', (one) => {
    if (!one.url().startsWith(host) && !one.url().startsWith(shop) && !one.url().startsWith('data:')) strangers.push(one.url())
  })
  if (ahead_ms !== 0) {
    await context.addInitScript((ahead) => {
      const Real = Date
      window.Date = class extends Real {
        constructor(...given) { given.length === 0 ? super(Real.now() + ahead) : super(...given) }
        static now() { return Real.now() + ahead }
      }
    }, ahead_ms)
  }
  return {
    context,
    strangers,
    errors,
    async page(sdk, path = '/') {
      const page = await context.newPage()
      page.setDefaultTimeout(WAIT_MS)
      page.on('pageerror', (error) => errors.push(error.message))
      await page.goto(`${shop}${path}?sdk=${sdk}`)
      return page
    },
    async close() {
      equal(strangers, [], 'nothing is asked of or sent to a third party')
      equal(errors, [], 'no exception in the page')
      await context.close()
    },
  }
}

/* ---- stories ---- */

const stories = []
/** `name` begins with the tests of the reference it shows, as T1, or with "more". */
export const tell = (name, act) => stories.push([name, act])

export async function run(part) {
  try {
    await engine.start()
    for (const [name, act] of stories.filter(([name]) => name.includes(part))) {
      story = name
      seen = []
      faults.length = 0
      const before = counts.failures.length
      await act().catch((error) => check(false, 'an exception', error.stack ?? String(error)))
      if (counts.failures.length === before) console.log(`ok   ${name}`)
      else for (const one of seen.slice(-12)) console.log(`     ${one.method} ${one.url.slice(0, 200)} -> ${one.status} ${plain(one).slice(0, 200)}`)
    }
    story = 'the end'
    equal(await engine.stop(), 0, 'the engine stops well')
  } catch (error) {
    check(false, 'an exception', error.stack ?? String(error))
    if (engine.child?.exitCode === null) await engine.kill()
  } finally {
    await browser?.close()
    for (const server of [proxyServer, shopServer]) {
      server.closeAllConnections()
      server.close()
    }
    rmSync(folder, { recursive: true, force: true })
  }
}
