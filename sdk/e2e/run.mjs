// zhun.js in a real browser against a real engine: what a page says arrives, once, under the right names, and
// nothing leaves a page that may not.
//   ZHUN=build/zhun node sdk/e2e/run.mjs [PART OF A NAME]   needs console/node_modules and Chromium
//   SDK=sdk/zhun.js …                                       this script instead of the engine's: no build between two tries
// Method: the engine, a proxy in front of it that can fail on purpose and remembers what it saw, and a shop on an
// origin of its own with a strict policy. Each story has a fresh browser context. Status 77: something is missing.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('../../', import.meta.url))
const zhunPath = process.env.ZHUN ?? join(root, 'build/zhun')
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const skip = (why) => {
  console.log(`skipped: ${why}`)
  process.exit(77)
}
if (!existsSync(join(root, 'console/node_modules/playwright-core'))) skip('console/node_modules is missing: npm --prefix console ci')
if (!existsSync(chromiumPath)) skip(`${chromiumPath} is missing`)
if (!existsSync(zhunPath)) skip(`${zhunPath} is missing: set ZHUN`)
const require = createRequire(join(root, 'console/package.json'))
const { chromium } = require('playwright-core')
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const WRITE = 'wk_sdk', SERVER = 'sk_sdk_of_the_tests', TOKEN = 'at_sdk_of_the_tests'
const SIZE_BYTES_MAX = 5120 // of the script, compressed
const WAIT_MS = 10_000 // what has not arrived by then never will
const QUIET_MS = 1200 // long enough to see that nothing is sent: a dozen times flushMs of the tests

let passed = 0
const failures = []
let story = ''
function check(ok, what, detail = '') {
  if (ok) passed += 1
  else {
    failures.push(`${story}: ${what}`)
    console.log(`FAIL ${story}: ${what} ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`.slice(0, 1200))
  }
  return ok
}
const equal = (got, want, what) => check(JSON.stringify(got) === JSON.stringify(want), what, `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`)
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
async function until(ask, ms = WAIT_MS) {
  for (const end = Date.now() + ms; ; await sleep(40)) {
    const got = await ask()
    if (got || Date.now() > end) return got
  }
}

/* ---- the engine ---- */

const folder = mkdtempSync(join(tmpdir(), 'zhun-sdk-'))
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ZHUN')))
const engine = spawn(zhunPath, ['serve', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--public-placements', 'home,product_page'], {
  env: { ...environment, ZHUN_WRITE_KEY: WRITE, ZHUN_SERVER_KEY: SERVER, ZHUN_ADMIN_TOKEN: TOKEN, ZHUN_ADMIN_PASSWORD: 'correct horse battery' },
  stdio: ['ignore', 'ignore', 'pipe'],
})
const enginePort = await new Promise((done, fail) => {
  let said = ''
  engine.stderr.on('data', (bytes) => {
    said += bytes
    const ready = said.split('\n').find((line) => line.includes('"serve.ready"') && line.endsWith('}'))
    if (ready) done(JSON.parse(ready).port)
  })
  engine.on('exit', () => fail(new Error(`the engine did not start:\n${said}`)))
})
const engineUrl = `http://127.0.0.1:${enginePort}`
const ask = (path, key = SERVER, body) =>
  fetch(engineUrl + path, { method: body ? 'POST' : 'GET', headers: { Authorization: `Bearer ${key}` }, body: body && JSON.stringify(body) })

/** Events of a customer, oldest first. */
async function events(id) {
  const answer = await ask(`/v1/profiles/${id}/events?limit=500`)
  return answer.status === 200 ? (await answer.json()).events.reverse() : []
}
const arrived = (id, count) =>
  until(async () => {
    const got = await events(id)
    return got.length >= count && got
  }).then(async (got) => got || events(id))
const names = (list) => list.map((one) => one.event ?? one.type)

/* ---- the proxy: every story's way to the engine ---- */

let proxy
function reset() {
  proxy = { seen: [], fail: [] } // fail: what the next POSTs get, {status, headers, store}
}
reset()
const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)))
const proxyServer = createServer((incoming, outgoing) => {
  const parts = []
  incoming.on('data', (part) => parts.push(part))
  incoming.on('end', () => {
    const body = Buffer.concat(parts)
    const mine = proxy
    const fault = incoming.method === 'POST' ? mine.fail.shift() : undefined
    const seen = { method: incoming.method, url: incoming.url, headers: incoming.headers, body: body.toString(), at: Date.now(), status: fault?.status }
    if (incoming.url === '/zhun.js' && process.env.SDK) return outgoing.writeHead(200, { 'Content-Type': 'text/javascript' }).end(readFileSync(process.env.SDK))
    if (incoming.url !== '/zhun.js') mine.seen.push(seen)
    const refuse = () => {
      outgoing.writeHead(fault.status, { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After', ...fault.headers })
      outgoing.end()
    }
    if (fault && !fault.store) return refuse()
    const link = request({ host: '127.0.0.1', port: enginePort, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
      if (fault) {
        answer.resume()
        answer.on('end', refuse)
        return
      }
      seen.status = answer.statusCode
      outgoing.writeHead(answer.statusCode, answer.headers)
      answer.pipe(outgoing)
    })
    link.on('error', () => outgoing.destroy())
    link.end(body)
  })
})
const host = `http://127.0.0.1:${await listen(proxyServer)}`
const posted = () => proxy.seen.filter((one) => one.method === 'POST' && !one.url.startsWith('/v1/feedback')).flatMap((one) => JSON.parse(one.body).batch)
const sent = () => [...new Map(posted().map((one) => [one.messageId, one])).values()] // each once: a page that was left may send again
const asked = () => proxy.seen.filter((one) => one.url.startsWith('/v1/recommend/')).map((one) => new URL(one.url, host))

/* ---- the shop, on an origin of its own ---- */

const shopServer = createServer((incoming, outgoing) => {
  const url = new URL(incoming.url, 'http://shop')
  if (url.pathname === '/boot.js') { // what a shop writes into its own file
    outgoing.writeHead(200, { 'Content-Type': 'text/javascript' })
    return outgoing.end(`window.zhun = window.zhun || []
const given = new URLSearchParams(location.search)
zhun.push(['load', '${WRITE}', Object.assign({ flushMs: 100 }, JSON.parse(given.get('load') || '{}'))])
JSON.parse(given.get('calls') || '[]').forEach(function (call) { zhun.push(call) })`)
  }
  if (url.pathname === '/late.js') { // the SDK, after everything else has been said
    outgoing.writeHead(200, { 'Content-Type': 'text/javascript' })
    return outgoing.end(`setTimeout(function () { const s = document.createElement('script'); s.src = '${host}/zhun.js'; document.head.appendChild(s) }, 300)`)
  }
  if (url.pathname === '/favicon.ico') return outgoing.writeHead(204).end()
  const bare = url.pathname === '/bare' // the strictest policy: no script of the shop at all
  outgoing.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'self'; script-src ${bare ? '' : "'self' "}${host}; connect-src ${host}`,
  })
  const scripts = bare
    ? `<script async src="${host}/zhun.js" data-write-key="${WRITE}" data-consent="required"></script>`
    : `<script src="/boot.js${url.search}"></script>` + (url.pathname === '/late' ? '<script src="/late.js"></script>' : `<script src="${host}/zhun.js"></script>`)
  outgoing.end(`<!doctype html><html lang="${url.searchParams.get('lang') ?? 'en'}"><head><meta charset="utf-8"><title>Shop</title>${scripts}</head>
<body><main><h1>Shop</h1><div id="far" class="far"></div><section id="list"></section></main></body></html>`)
})
const shop = `http://127.0.0.1:${await listen(shopServer)}`

/* ---- a browser for each story ---- */

const browser = await chromium.launch({
  executablePath: chromiumPath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
})
const stories = []
const tell = (name, act) => stories.push([name, act])

class Visit {
  async open() {
    this.context = await browser.newContext({ locale: 'en-GB' })
    this.errors = []
    await this.context.addInitScript(() => {
      window.__csp = []
      document.addEventListener('securitypolicyviolation', (event) => window.__csp.push(`${event.violatedDirective} ${event.blockedURI}`))
    })
    return this
  }
  async page(path = '/', load = {}, calls = []) {
    const page = await this.context.newPage()
    page.on('console', (message) => {
      if (/^Failed to load resource/.test(message.text()) && this.mayFail) return // the browser's own line for a 503
      if (message.type() === 'error' || message.type() === 'warning') this.errors.push(message.text())
    })
    page.on('pageerror', (error) => this.errors.push(error.message))
    await this.go(page, path, load, calls)
    return page
  }
  async go(page, path = '/', load = {}, calls = []) {
    const query = new URLSearchParams({ load: JSON.stringify(load), calls: JSON.stringify(calls) })
    await page.goto(shop + path + (path.includes('?') ? '&' : '?') + query)
    await page.waitForFunction(() => window.zhun && window.zhun.load)
  }
  async close() {
    for (const page of this.context.pages()) {
      const violations = await page.evaluate(() => window.__csp ?? []).catch(() => [])
      equal(violations, [], 'the policy is kept')
    }
    equal(this.errors, [], 'the console is quiet')
    await this.context.close()
  }
}
const say = (page, ...call) => page.evaluate((given) => void window.zhun[given[0]](...given.slice(1)), call)
const id = (page) => page.evaluate(() => window.zhun.id())
const kept = (page) => page.evaluate(() => ({ cookie: document.cookie, local: Object.keys(localStorage).sort(), session: Object.keys(sessionStorage) }))
const NOTHING = { cookie: '', local: [], session: [] }
const waitingOf = async (page) => (await kept(page)).local.filter((key) => key.startsWith('zhun_e.')).length

/* ---- stories ---- */

tell('the script is small and cached', async () => {
  const get = (headers) => new Promise((done) => request(`${engineUrl}/zhun.js`, { headers }, (answer) => {
    const parts = []
    answer.on('data', (part) => parts.push(part)).on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }))
  }).end())
  const plain = await get({}), small = await get({ 'Accept-Encoding': 'br, gzip' }), refused = await get({ 'Accept-Encoding': 'gzip;q=0' })
  console.log(`  zhun.js: ${plain.body.length} bytes, ${small.body.length} compressed`)
  check(small.body.length < SIZE_BYTES_MAX, `under ${SIZE_BYTES_MAX} bytes compressed`, String(small.body.length))
  check(gunzipSync(small.body).equals(plain.body), 'both encodings are the same script')
  equal([plain.headers['content-encoding'], small.headers['content-encoding'], refused.headers['content-encoding']], [undefined, 'gzip', undefined], 'compressed only where accepted')
  equal([small.headers['content-type'], small.headers['cache-control'], small.headers['x-content-type-options'], small.headers['access-control-allow-origin'], small.headers.vary],
    ['text/javascript; charset=utf-8', 'public, max-age=3600', 'nosniff', '*', 'Accept-Encoding'], 'headers')
  check(plain.headers.etag !== small.headers.etag, 'two encodings have two tags')
  const again = await get({ 'Accept-Encoding': 'gzip', 'If-None-Match': small.headers.etag })
  equal([again.status, again.body.length], [304, 0], 'the same tag is not sent again')
  equal((await get({ 'If-None-Match': '"other"' })).status, 200, 'another tag is')
  check(!/\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write/.test(plain.body), 'nothing that makes code or markup of text')
})

tell('what a page says before the script is there arrives', async (visit) => {
  const page = await visit.page('/late', {}, [['track', 'Product Viewed', { product_id: 'p1' }], ['page', 'Home'], ['group', 'g1', { plan: 'pro' }]])
  await say(page, 'track', 'Product Added', { product_id: 'p1', quantity: 2 })
  const { anonymousId } = await id(page)
  const got = await arrived(anonymousId, 4)
  equal(names(got).sort(), ['Product Added', 'Product Viewed', 'group', 'page'], 'all four')
  const viewed = got.find((one) => one.event === 'Product Viewed')
  equal([viewed.properties.product_id, viewed.context.library.name, viewed.context.page.path, viewed.anonymousId], ['p1', 'zhun.js', '/late', anonymousId], 'with its context')
  const home = got.find((one) => one.type === 'page')
  equal([home.name, home.properties.path, home.properties.title], ['Home', '/late', 'Shop'], 'the page says where')
  check(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(viewed.messageId), 'a uuid as messageId', viewed.messageId)
  const post = proxy.seen.find((one) => one.method === 'POST')
  equal([post.url, post.headers['content-type'], post.headers.authorization, JSON.parse(post.body).writeKey], ['/v1/b', 'text/plain', undefined, WRITE], 'text/plain, with the key in the body')
  check(!proxy.seen.some((one) => one.method === 'OPTIONS'), 'no preflight')
  check(!Number.isNaN(Date.parse(JSON.parse(post.body).sentAt)), 'sentAt is there')
  await until(async () => (await waitingOf(page)) === 0)
  equal(await waitingOf(page), 0, 'what arrived is not kept')
  equal(await page.evaluate(() => new Promise((done) => window.zhun.ready((zhun) => done(zhun === window.zhun)))), true, 'ready calls back')
})

tell('types name what is there', async (visit) => {
  const page = await visit.page()
  const there = await page.evaluate(() => Object.keys(window.zhun).sort())
  const types = readFileSync(join(root, 'sdk/zhun.d.ts'), 'utf8')
  const face = types.slice(types.indexOf('export interface Zhun'))
  const typed = [...new Set([...face.slice(0, face.indexOf('\n}')).matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map((one) => one[1]))].sort()
  equal(there, typed, 'the same names')
})

tell('someone unknown becomes known', async (visit) => {
  const page = await visit.page('/', {}, [['track', 'Product Viewed', { product_id: 'p2' }]])
  const before = await id(page)
  await arrived(before.anonymousId, 1)
  await say(page, 'identify', 'sdk-merge', { city: 'Shenzhen' })
  await say(page, 'track', 'Product Added', { product_id: 'p2' })
  const got = await arrived('sdk-merge', 3)
  equal(names(got).sort(), ['Product Added', 'Product Viewed', 'identify'], 'what came before signing in belongs to the customer')
  equal(got.find((one) => one.event === 'Product Added').userId, 'sdk-merge', 'with the user id from then on')
  equal((await id(page)).anonymousId, before.anonymousId, 'under the same anonymous id')
  await visit.go(page)
  equal(await id(page), { anonymousId: before.anonymousId, userId: 'sdk-merge' }, 'both ids outlive the page')
  const cookie = (await visit.context.cookies()).find((one) => one.name === 'zhun_id')
  equal([cookie.value, cookie.sameSite, cookie.expires - Date.now() / 1000 > 300 * 86400], [before.anonymousId, 'Lax', true], 'a first-party cookie for a year')

  await say(page, 'identify', 'sdk-second')
  const second = await id(page)
  check(second.anonymousId !== before.anonymousId, 'another customer at the same browser gets another anonymous id')
  await say(page, 'reset')
  const after = await id(page)
  check(after.userId === undefined && after.anonymousId !== second.anonymousId, 'reset forgets both', after)
  await say(page, 'track', 'After Reset')
  equal(names(await arrived(after.anonymousId, 1)), ['After Reset'], 'what comes after a reset is of somebody new')
  check(!names(await events('sdk-merge')).includes('After Reset') && !names(await events('sdk-second')).includes('After Reset'), 'and of nobody known')
  await say(page, 'alias', 'sdk-alias')
  await until(() => sent().some((one) => one.type === 'alias'))
  const alias = sent().find((one) => one.type === 'alias')
  equal([alias.userId, alias.previousId], ['sdk-alias', after.anonymousId], 'alias names both')
})

tell('without cookies the id is kept in storage', async (visit) => {
  await visit.context.addInitScript(() => Object.defineProperty(document, 'cookie', { get: () => '', set: () => {} }))
  const page = await visit.page()
  const before = await id(page)
  await visit.go(page)
  equal(await id(page), before, 'the same id')
})

tell('offline, then online: once', async (visit) => {
  const page = await visit.page('/', {}, [['track', 'Before']])
  const { anonymousId } = await id(page)
  await arrived(anonymousId, 1)
  await visit.context.setOffline(true)
  await say(page, 'track', 'While Offline', { n: 1 })
  await say(page, 'track', 'While Offline', { n: 2 })
  await sleep(500)
  equal(await waitingOf(page), 2, 'they are kept')
  await visit.context.setOffline(false)
  await arrived(anonymousId, 3)
  await sleep(400)
  equal(names(await events(anonymousId)), ['Before', 'While Offline', 'While Offline'], 'they arrive, once each')
  equal(await waitingOf(page), 0, 'and are kept no more')
})

tell('offline, page closed, back tomorrow', async (visit) => {
  const page = await visit.page()
  const { anonymousId } = await id(page)
  await visit.context.setOffline(true)
  await say(page, 'track', 'Left Behind')
  await page.close()
  await visit.context.setOffline(false)
  const other = await visit.page()
  await other.evaluate(() => localStorage.setItem('zhun_e.0.broken', '{"half":'))
  const third = await visit.page()
  equal(names(await arrived(anonymousId, 1)), ['Left Behind'], 'the next page sends it')
  await until(async () => (await kept(third)).local.every((key) => !key.startsWith('zhun_e.')))
  equal(await waitingOf(third), 0, 'half an event in storage spoils nothing')
})

tell('503, then 200: no loss, no duplicate', async (visit) => {
  visit.mayFail = true
  const page = await visit.page()
  const { anonymousId } = await id(page)
  proxy.fail = [{ status: 503 }, { status: 503, store: true }] // the second was stored, but the page does not know
  await say(page, 'track', 'Tried Again')
  await until(() => proxy.seen.filter((one) => one.method === 'POST').length >= 3)
  await arrived(anonymousId, 1)
  await until(async () => (await waitingOf(page)) === 0)
  equal(names(await events(anonymousId)), ['Tried Again'], 'stored once')
  equal([posted().length, new Set(posted().map((one) => one.messageId)).size], [3, 1], 'under one messageId')
  const posts = proxy.seen.filter((one) => one.method === 'POST')
  equal(posts.map((one) => one.status), [503, 503, 200], 'three tries')
  check(posts[1].at - posts[0].at >= 400 && posts[2].at - posts[1].at >= 900, 'with growing pauses', posts.map((one) => one.at - posts[0].at))
  equal(await page.evaluate(() => window.zhun.dropped), 0, 'nothing was dropped')
})

tell('429 with Retry-After is waited for', async (visit) => {
  visit.mayFail = true
  const page = await visit.page()
  const { anonymousId } = await id(page)
  proxy.fail = [{ status: 429, headers: { 'Retry-After': '3' } }]
  await say(page, 'track', 'Patient')
  equal(names(await arrived(anonymousId, 1)), ['Patient'], 'it arrives')
  const posts = proxy.seen.filter((one) => one.method === 'POST')
  check(posts.length === 2 && posts[1].at - posts[0].at >= 2900, 'after the three seconds', posts.map((one) => one.at - posts[0].at))
})

tell('400 is not asked again', async (visit) => {
  visit.mayFail = true
  const page = await visit.page()
  proxy.fail = [{ status: 400 }]
  await say(page, 'track', 'Refused')
  await until(() => page.evaluate(() => window.zhun.dropped === 1))
  await sleep(QUIET_MS)
  equal([await page.evaluate(() => window.zhun.dropped), await waitingOf(page), proxy.seen.length], [1, 0, 1], 'dropped and counted')
})

tell('leaving a page sends what waits', async (visit) => {
  const page = await visit.page('/', { flushMs: 600000 })
  const { anonymousId } = await id(page)
  await say(page, 'track', 'Last Word', { text: '再见' })
  await sleep(QUIET_MS)
  equal(proxy.seen.length, 0, 'nothing before')
  await page.goto('about:blank')
  const got = await arrived(anonymousId, 1)
  equal([names(got), got[0]?.properties.text], [['Last Word'], '再见'], 'it arrives')
  await visit.go(page, '/', { flushMs: 100 })
  await until(async () => (await waitingOf(page)) === 0)
  equal(names(await events(anonymousId)), ['Last Word'], 'the next page makes no second one')
})

tell('much to say when leaving goes in pieces', async (visit) => {
  const page = await visit.page('/', { flushMs: 600000, flushAt: 1000 })
  const { anonymousId } = await id(page)
  await page.evaluate(() => {
    for (let i = 0; i < 12; i++) window.zhun.track('Long', { i, text: '长'.repeat(4000) })
  })
  await page.goto('about:blank')
  await sleep(500)
  await visit.go(page)
  equal((await arrived(anonymousId, 12)).length, 12, 'all arrive, the rest with the next page')
  check(proxy.seen.every((one) => Buffer.byteLength(one.body) <= 65536), 'no request over 64 KiB', proxy.seen.map((one) => one.body.length))
})

tell('without keepalive, a beacon', async (visit) => {
  await visit.context.addInitScript(() => delete Request.prototype.keepalive)
  const page = await visit.page('/', { flushMs: 600000 })
  const { anonymousId } = await id(page)
  await say(page, 'track', 'By Beacon')
  await page.goto('about:blank')
  equal(names(await arrived(anonymousId, 1)), ['By Beacon'], 'it arrives')
})

tell('the queue is bounded', async (visit) => {
  const page = await visit.page()
  const { anonymousId } = await id(page)
  await visit.context.setOffline(true)
  await page.evaluate(() => {
    for (let i = 0; i < 130; i++) window.zhun.track('Many', { i })
  })
  equal([await waitingOf(page), await page.evaluate(() => window.zhun.dropped)], [100, 30], 'a hundred stay, the rest is counted')
  await page.evaluate(() => {
    for (let i = 0; i < 20; i++) window.zhun.track('Large', { i, text: 'x'.repeat(20000) })
    window.zhun.track('Too Large', { text: 'x'.repeat(33000) })
  })
  const bytes = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('zhun_e.')).reduce((sum, key) => sum + localStorage[key].length, 0))
  check(bytes > 200_000 && bytes <= 256 * 1024, 'at most 256 KB', String(bytes))
  await visit.context.setOffline(false)
  await until(async () => (await waitingOf(page)) === 0)
  const got = await arrived(anonymousId, 12)
  check(got.some((one) => one.event === 'Large' && one.properties.i === 19) && !got.some((one) => one.event === 'Too Large'), 'the newest stay; what the engine would refuse is not sent')
})

tell('two tabs, one storage', async (visit) => {
  visit.mayFail = true
  const one = await visit.page(), two = await visit.page()
  const { anonymousId } = await id(one)
  equal((await id(two)).anonymousId, anonymousId, 'one id')
  proxy.fail = [{ status: 503 }, { status: 503 }]
  for (let i = 0; i < 5; i++) await Promise.all([say(one, 'track', 'Tab One', { i }), say(two, 'track', 'Tab Two', { i })])
  await two.close()
  await visit.page()
  await arrived(anonymousId, 10)
  await until(async () => (await waitingOf(one)) === 0)
  const got = await events(anonymousId)
  equal([got.length, new Set(got.map((event) => event.messageId)).size], [10, 10], 'all ten, once each')
  const three = await visit.page()
  await say(three, 'identify', 'sdk-tabs')
  await one.waitForFunction(() => localStorage.getItem('zhun_user') === 'sdk-tabs') // the browser takes a moment from tab to tab
  await say(one, 'track', 'Signed In Elsewhere')
  await until(() => sent().some((event) => event.event === 'Signed In Elsewhere'))
  equal(sent().find((event) => event.event === 'Signed In Elsewhere').userId, 'sdk-tabs', 'one tab signs in, the other knows')
})

tell('consent required: nothing before, all after a yes', async (visit) => {
  const load = { consent: 'required', consentVersion: '2026-11' }
  const page = await visit.page('/', load, [['page'], ['track', 'Product Viewed', { product_id: 'p3' }]])
  await sleep(QUIET_MS)
  equal([proxy.seen.length, await kept(page)], [0, NOTHING], 'nothing is sent or stored')
  equal(await page.evaluate(() => window.zhun.consent()), undefined, 'nothing was said')
  await page.evaluate(() => window.zhun.recommend('home'))
  equal([...asked()[0].searchParams.keys()].sort(), ['n', 'writeKey'], 'a question for recommendations carries no id')
  await page.goto('about:blank')
  await visit.go(page, '/', load, [['track', 'Product Viewed', { product_id: 'p3' }]])
  await sleep(300)
  equal(sent().length, 0, 'leaving sends nothing either')
  await say(page, 'consent', { analytics: true, personalization: true, marketing: false })
  const { anonymousId } = await id(page)
  const got = await arrived(anonymousId, 2)
  equal(names(got), ['Product Viewed', 'Segment Consent Preference Updated'], 'what waited arrives, and the choice')
  const told = got[1].context.consent
  equal([told.categoryPreferences, told.version, typeof told.updatedAt], [{ analytics: true, personalization: true, marketing: false }, '2026-11', 'string'], 'with its version and time')
  check((await kept(page)).cookie.includes(anonymousId), 'now there is an id')
  await page.evaluate(() => window.zhun.recommend('home'))
  equal(asked()[1].searchParams.get('anonymousId'), anonymousId, 'and questions carry it')
  await visit.go(page, '/', load, [['track', 'Next Page']])
  equal((await arrived(anonymousId, 3)).length, 3, 'the choice holds on the next page')
  equal((await events(anonymousId))[2].context.consent.categoryPreferences.analytics, true, 'and goes with each event')

  await say(page, 'consent', { analytics: false, personalization: false })
  equal(names(await arrived(anonymousId, 4)).slice(3), ['Segment Consent Preference Updated'], 'a withdrawal is told, as the last thing')
  await say(page, 'track', 'After Withdrawal')
  await say(page, 'identify', 'sdk-withdrawn')
  await sleep(QUIET_MS)
  check(!sent().some((one) => one.event === 'After Withdrawal' || one.userId === 'sdk-withdrawn'), 'nothing is sent after it')
  equal(await kept(page), { cookie: '', local: ['zhun_consent'], session: [] }, 'only the choice is kept')
})

tell('consent refused: dropped', async (visit) => {
  const load = { consent: 'required', consentVersion: '1' }
  const page = await visit.page('/', load, [['track', 'Product Viewed'], ['identify', 'sdk-refused']])
  await say(page, 'consent', { analytics: false })
  await say(page, 'track', 'After No')
  await page.evaluate(() => window.zhun.recommend('home'))
  await page.goto('about:blank')
  await visit.go(page, '/', load, [['track', 'Next Page']])
  await sleep(QUIET_MS)
  equal([sent().length, await kept(page)], [0, { cookie: '', local: ['zhun_consent'], session: [] }], 'nothing was ever sent; only the no is kept')
  check(asked().every((one) => !one.searchParams.has('anonymousId') && !one.searchParams.has('userId')), 'and no question carried an id')
  await visit.go(page, '/', { ...load, consentVersion: '2' }, [['track', 'Another Text']])
  await sleep(QUIET_MS)
  equal([sent().length, (await page.evaluate(() => window.zhun.consent())).categoryPreferences.analytics], [0, false], 'another text does not turn a no around')
})

tell('a no in one tab holds in the others', async (visit) => {
  const load = { consent: 'required' }
  const one = await visit.page('/', load), two = await visit.page('/', load, [['track', 'Waits In Two']])
  await say(one, 'consent', { analytics: true, personalization: true })
  await until(() => sent().length >= 2)
  equal(names(sent()).sort(), ['Segment Consent Preference Updated', 'Waits In Two'], 'a yes in one tab lets the other speak')
  await visit.context.setOffline(true)
  await say(two, 'track', 'Still Waits')
  await say(one, 'consent', { analytics: false })
  await two.waitForFunction(() => window.zhun.consent().categoryPreferences.analytics === false)
  await say(two, 'track', 'After No')
  await visit.context.setOffline(false)
  await until(() => sent().length >= 3)
  await sleep(QUIET_MS)
  equal(names(sent()).sort(), ['Segment Consent Preference Updated', 'Segment Consent Preference Updated', 'Waits In Two'], 'a no drops what waits in both, and is told')
  equal(await kept(two), { cookie: '', local: ['zhun_consent'], session: [] }, 'only the choice is kept')
  await say(two, 'consent', { analytics: true, personalization: true })
  await one.waitForFunction(() => window.zhun.consent().categoryPreferences.analytics)
  await say(one, 'personalize', false)
  await two.waitForFunction(() => localStorage.getItem('zhun_off'))
  await until(() => two.evaluate(() => window.zhun.recommend('home')).then(() => !asked().pop().searchParams.has('anonymousId')))
  check(!asked().pop().searchParams.has('anonymousId'), 'the switch too')
})

tell('a yes to another text is none', async (visit) => {
  const page = await visit.page('/', { consent: 'required', consentVersion: '1' })
  await say(page, 'consent', { analytics: true, marketing: false })
  await until(() => sent().length === 1)
  await visit.go(page, '/', { consent: 'required', consentVersion: '2' }, [['track', 'Not Yet']])
  await sleep(QUIET_MS)
  equal([names(sent()), (await page.evaluate(() => window.zhun.consent())).categoryPreferences], [['Segment Consent Preference Updated'], { marketing: false }], 'it is asked again; the no stays')
})

tell('Global Privacy Control is a no to marketing and sharing', async (visit) => {
  await visit.context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }))
  const page = await visit.page('/', {}, [['track', 'Private']])
  const { anonymousId } = await id(page)
  equal((await arrived(anonymousId, 1))[0]?.context.consent, { gpc: true, categoryPreferences: { marketing: false, sharing: false } }, 'each event says so')
  await say(page, 'consent', { marketing: true, analytics: true })
  const got = await arrived(anonymousId, 2)
  equal(got[1].context.consent.categoryPreferences, { marketing: false, analytics: true, sharing: false }, 'a yes of the page does not outweigh it')
})

tell('non-personalised: no ids, no storage', async (visit) => {
  const page = await visit.page('/', { personalized: false }, [['page'], ['track', 'Product Viewed', { product_id: 'p1' }]])
  await page.evaluate(() => window.zhun.recommend('home', { into: '#list', n: 3 }))
  await visit.context.setOffline(true)
  await say(page, 'track', 'Offline')
  await sleep(300)
  equal(await kept(page), NOTHING, 'nothing is stored, not even what waits')
  await visit.context.setOffline(false)
  const first = await id(page)
  await arrived(first.anonymousId, 3)
  equal([...asked()[0].searchParams.keys()].sort(), ['n', 'writeKey'], 'the question carries no id')
  check(proxy.seen.every((one) => one.headers.cookie === undefined), 'and no cookie')
  await visit.go(page, '/', { personalized: false })
  check((await id(page)).anonymousId !== first.anonymousId, 'two pages are not linked')
  equal(await kept(page), NOTHING, 'nothing is stored on the next page either')
})

tell('the switch', async (visit) => {
  const page = await visit.page('/', {}, [['track', 'Product Viewed', { product_id: 'p1' }]])
  const before = await id(page)
  await page.evaluate(() => window.zhun.recommend('home'))
  equal(asked()[0].searchParams.get('anonymousId'), before.anonymousId, 'on: the question carries the id')
  await visit.context.setOffline(true)
  await say(page, 'track', 'Still Waits')
  await say(page, 'personalize', false)
  equal(await kept(page), { cookie: '', local: ['zhun_off'], session: [] }, 'off: only the choice is kept')
  await visit.context.setOffline(false)
  await arrived(before.anonymousId, 2)
  equal(names(await events(before.anonymousId)), ['Product Viewed', 'Still Waits'], 'what waited is not lost')
  await page.evaluate(() => window.zhun.recommend('home'))
  check(!asked()[1].searchParams.has('anonymousId'), 'off: no id')
  await visit.go(page)
  await page.evaluate(() => window.zhun.recommend('home'))
  check(!asked()[2].searchParams.has('anonymousId'), 'it holds on the next page')
  await say(page, 'personalize', true)
  const after = await id(page)
  check(after.anonymousId !== before.anonymousId && (await kept(page)).cookie.includes(after.anonymousId), 'on again: a new id, kept')
  await say(page, 'consent', { personalization: false })
  await page.evaluate(() => window.zhun.recommend('home'))
  check(!asked()[3].searchParams.has('anonymousId'), 'a no to personalization is enough')
})

tell('recommendations are drawn, and what was seen and clicked is told', async (visit) => {
  const page = await visit.page('/', {}, [['track', 'Product Viewed', { product_id: 'p1' }]])
  const { anonymousId } = await id(page)
  await arrived(anonymousId, 1)
  const answer = await page.evaluate(() => window.zhun.recommend('home', { into: '#list', n: 4 }))
  equal([answer.placement, answer.items.length, answer.personalized], ['home', 4, true], 'an answer')
  const rows = page.locator('#list .zhun-item')
  equal(await rows.count(), 4, 'four rows')
  equal(await page.locator('#list').evaluate((list) => [list.dataset.zhunPlacement, list.dataset.zhunDecision]), ['home', answer.decisionId], 'data attributes')
  check(await page.getByRole('list', { name: 'Recommended for you' }).isVisible(), 'the list has a name')
  const titles = await page.locator('.zhun-title').allInnerTexts()
  equal(titles, answer.items.map((one) => one.item.title), 'titles as they are, as text')
  check(titles.some((one) => one.includes('<img')) && (await page.locator('#list img[onerror]').count()) === 0, 'markup in a title stays text', titles)
  const links = await page.locator('#list a').evaluateAll((all) => all.map((one) => one.href))
  check(links.length === 3 && links.every((one) => one.startsWith('http')), 'a script as address is no link', links)
  check((await page.locator('.zhun-price').first().innerText()).includes('12.50'), 'a price in its currency', await page.locator('.zhun-price').first().innerText())
  await page.locator('.zhun-why summary').first().click()
  equal(await page.locator('.zhun-why p').first().innerText(), answer.items[0].reason.text.en, 'why this? says why')
  check(answer.items.every((one) => one.reason.evidence.length === 0), 'a page gets no list of what the customer did')
  const whole = await (await ask(`/v1/recommend/home?anonymousId=${anonymousId}&n=4`)).json()
  equal(answer.items.map((one) => one.reason.code), whole.items.map((one) => one.reason.code), 'with the reasons of the shop\'s server')
  check(whole.items.some((one) => /tea/i.test(one.reason.text.en)) && !answer.items.some((one) => /tea/i.test(one.reason.text.en)),
    'but no word of what the customer looked at', [whole.items.map((one) => one.reason.text.en), answer.items.map((one) => one.reason.text.en)])

  const told = await until(async () => (await events(anonymousId)).find((one) => one.event === 'Product List Viewed'))
  equal([told.properties.list_id, told.properties.decisionId, told.properties.products.map((one) => one.product_id).sort()],
    ['home', answer.decisionId, answer.items.map((one) => one.itemId).sort()], 'what was seen is told')
  check(!names(await events(anonymousId)).includes('Product Clicked'), 'opening a reason is no click')
  await page.locator('#list a').first().click() // and the page is gone
  const clicked = await until(async () => (await events(anonymousId)).find((one) => one.event === 'Product Clicked'))
  const linked = answer.items.find((one) => one.item.url?.startsWith('http'))
  equal([clicked?.properties.list_id, clicked?.properties.decisionId, clicked?.properties.product_id, clicked?.properties.position],
    ['home', answer.decisionId, linked.itemId, linked.rank], 'a click is told, though the page was left')
})

tell('what nobody saw is not told', async (visit) => {
  const page = await visit.page('/?lang=zh')
  await page.evaluate(() => {
    document.getElementById('far').style.height = '4000px'
  })
  await page.evaluate(() => window.zhun.recommend('product_page', { into: document.getElementById('list'), itemId: 'p1', cart: ['p2'], n: 2 }))
  const question = asked()[0].searchParams
  equal([question.get('itemId'), question.get('cart'), question.get('n')], ['p1', 'p2', '2'], 'the question')
  check(/^(为你推荐|推荐商品)$/.test(await page.locator('.zhun-list').getAttribute('aria-label')), 'in the language of the page')
  await sleep(QUIET_MS)
  check(!sent().some((one) => one.event === 'Product List Viewed'), 'below the fold: not seen')
  await page.locator('.zhun-item').first().scrollIntoViewIfNeeded()
  await until(() => sent().some((one) => one.event === 'Product List Viewed'))
  check(sent().some((one) => one.event === 'Product List Viewed'), 'scrolled to: seen')
  await page.evaluate(axeSource)
  const found = await page.evaluate(() => window.axe.run('#list').then((result) => result.violations.map((one) => `${one.impact} ${one.id}`)))
  equal(found, [], 'axe finds nothing')
})

tell('a page draws its own list', async (visit) => {
  const page = await visit.page()
  await page.evaluate(() =>
    window.zhun.recommend('home', {
      into: '#list',
      n: 2,
      render: (answer, into) =>
        answer.items.forEach((one) => {
          const button = document.createElement('button')
          button.dataset.zhunItem = one.itemId
          button.textContent = one.item.title
          into.appendChild(button)
        }),
    }),
  )
  await page.locator('#list button').nth(1).click()
  await until(() => sent().some((one) => one.event === 'Product Clicked') && sent().some((one) => one.event === 'Product List Viewed'))
  equal(sent().filter((one) => /^Product /.test(one.event)).map((one) => one.event).sort(), ['Product Clicked', 'Product List Viewed'], 'seen and clicked, once each')
  await page.evaluate(() => window.zhun.recommend('home', { into: '#list', n: 2 }))
  await page.locator('#list .zhun-link').first().evaluate((link) => link.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, button: 0 })))
  await until(() => sent().filter((one) => one.event === 'Product Clicked').length === 2)
  await sleep(300)
  equal(sent().filter((one) => one.event === 'Product Clicked').length, 2, 'drawn again, a click still counts once')
})

tell('a customer says no to an item, hears what it did, and takes it back', async (visit) => {
  const page = await visit.page('/', {}, [['track', 'Product Viewed', { product_id: 'p1' }]])
  const { anonymousId } = await id(page)
  await arrived(anonymousId, 1)
  const answer = await page.evaluate(() => window.zhun.recommend('home', { into: '#list', n: 3 }))
  const item = answer.items[0].itemId
  const row = page.locator(`[data-zhun-item="${item}"]`)
  await row.getByText('Why this?').click()
  await row.getByRole('button', { name: 'Not interested' }).click()
  await row.getByRole('status').getByText('is not shown any more').waitFor()
  const told = proxy.seen.find((one) => one.url.startsWith('/v1/feedback'))
  equal(JSON.parse(told.body), { itemId: item, decisionId: answer.decisionId, kind: 'not_interested', anonymousId }, 'item, list and the id of this browser are said')
  check(!proxy.seen.some((one) => one.method === 'OPTIONS'), 'without a preflight')
  const ids = () => page.evaluate(() => window.zhun.recommend('home', { n: 20 })).then((got) => got.items.map((one) => one.itemId))
  check(!(await ids()).includes(item), 'the next list is without it')
  await row.getByRole('button', { name: 'Undo' }).click()
  await row.getByRole('button', { name: 'Not interested' }).waitFor()
  check((await ids()).includes(item), 'and has it again, taken back')
  const why = await page.evaluate(([decisionId, itemId]) => window.zhun.feedback('why', { decisionId, itemId }), [answer.decisionId, item])
  check(why.reason.text.en.length > 0 && why.reason.text.zh.length > 0, 'why is answered in words', why)
  await page.evaluate(() => window.zhun.personalize(false))
  const before = proxy.seen.length
  equal(await page.evaluate((itemId) => window.zhun.feedback('block', { itemId }), item), null, 'who is nobody says nothing')
  equal(proxy.seen.slice(before).filter((one) => one.url.startsWith('/v1/feedback')).length, 0, 'and nothing is sent')
})

tell('a page without recommendations is still a page', async (visit) => {
  visit.mayFail = true
  const page = await visit.page()
  await page.locator('#list').evaluate((list) => (list.textContent = 'Our own choice'))
  const got = await page.evaluate(() => Promise.all(['cart', 'nowhere'].map((name) => window.zhun.recommend(name, { into: '#list' }))))
  equal(got, [null, null], 'no placement, or not public: null')
  equal(await page.locator('#list').innerText(), 'Our own choice', 'what the page shows stays')
})

tell('the write key opens no more than it should', async () => {
  const get = async (path, headers) => {
    const answer = await fetch(engineUrl + path, { headers: { Origin: shop, ...headers } })
    return { status: answer.status, origin: answer.headers.get('access-control-allow-origin'), credentials: answer.headers.get('access-control-allow-credentials'), json: await answer.json() }
  }
  const open = await get(`/v1/recommend/home?writeKey=${WRITE}`)
  equal([open.status, open.origin, open.credentials], [200, '*', null], 'a public placement, for every page, without credentials')
  equal((await get(`/v1/recommend/cart?writeKey=${WRITE}`)).status, 403, 'another placement is shut')
  equal((await get(`/v1/recommend/cart?writeKey=${SERVER}`)).status, 403, 'a server key in an address is no more than a write key')
  equal((await get('/v1/recommend/home?writeKey=wrong')).status, 401, 'an unknown key is refused')
  equal((await get('/v1/recommend/home')).status, 401, 'no key is refused')
  equal((await get(`/v1/recommend/home?userId=sdk-taste&writeKey=${WRITE}`)).json.personalized, false, 'a user id that can be guessed tells nothing')
  equal((await get('/v1/recommend/home?userId=sdk-taste', { Authorization: `Bearer ${SERVER}` })).json.personalized, true, 'a server key asks for anyone')
  const profile = await get(`/v1/profiles/sdk-taste?writeKey=${WRITE}`)
  equal([profile.status, profile.origin], [401, null], 'no other route knows the parameter, or opens to pages')
  const preflight = await fetch(`${engineUrl}/v1/recommend/home`, { method: 'OPTIONS', headers: { Origin: shop, 'Access-Control-Request-Headers': 'authorization' } })
  equal([preflight.status, preflight.headers.get('access-control-allow-origin'), preflight.headers.get('access-control-allow-headers')], [204, '*', 'authorization'], 'a preflight is answered')
  const listed = await (await ask('/api/v1/placements', TOKEN)).json()
  equal(listed.items.filter((one) => one.public).map((one) => one.id), ['home', 'product_page'], 'the list says which are public')
})

tell('no script of the shop, the strictest policy', async (visit) => {
  const page = await visit.page('/bare')
  await say(page, 'consent', { analytics: true })
  const { anonymousId } = await id(page)
  equal(names(await arrived(anonymousId, 1)), ['Segment Consent Preference Updated'], 'attributes of the script tag load it')
  await page.evaluate(() => window.zhun.recommend('home', { into: '#list', n: 2 }))
  equal(await page.locator('.zhun-item').count(), 2, 'a list is drawn')
})

/* ---- run ---- */

async function stock() {
  const items = [1, 2, 3, 4].map((n) => ({ itemId: `p${n}`, title: `Tea ${n}`, category: 'tea', brand: 'zhun', priceCents: 1250, currency: 'CNY', stock: 5, available: true, url: `${shop}/?item=p${n}` }))
  items[1].title = '<img src=x onerror=alert(1)> Tea'
  items[2].url = 'javascript:alert(1)'
  const answer = await ask('/api/v1/items', TOKEN, { items })
  equal((await answer.json()).accepted, 4, 'four items are put')
  const seen = await ask('/v1/track', WRITE, { userId: 'sdk-taste', event: 'Product Viewed', properties: { product_id: 'p1' }, messageId: 'taste' })
  equal(seen.status, 200, 'a view is taken')
  await arrived('sdk-taste', 1)
}

/** What a page says while it is closed belongs to its own story, not to the next one. */
async function settled() {
  for (let count = -1; count !== proxy.seen.length; ) {
    count = proxy.seen.length
    await sleep(300)
  }
}

const wanted = process.argv[2] ?? ''
try {
  story = 'stock'
  await stock()
  for (const [name, act] of stories.filter(([name]) => name.includes(wanted))) {
    story = name
    reset()
    const before = failures.length
    const visit = await new Visit().open()
    await act(visit).catch((error) => check(false, 'an exception', error.stack ?? String(error)))
    await visit.close()
    await settled()
    if (failures.length === before) console.log(`ok   ${name}`)
  }
} catch (error) {
  check(false, 'an exception', error.stack ?? String(error))
} finally {
  await browser.close()
  proxyServer.closeAllConnections()
  shopServer.closeAllConnections()
  proxyServer.close()
  shopServer.close()
  engine.removeAllListeners('exit')
  const status = new Promise((done) => engine.once('exit', done))
  engine.kill('SIGTERM')
  story = 'the end'
  equal(await status, 0, 'the engine stops well')
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed + failures.length} checks, ${failures.length} failed`)
process.exit(failures.length === 0 ? 0 : 1)
