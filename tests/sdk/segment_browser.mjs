// @segment/analytics-next in Chromium: pages of a shop on another origin than the engine's.
import { WRITE, all_stored_once, arrived, ask, calm, check, equal, events, fail, host, names, posted, seen, shop, sleep, tell, told, until, visit } from './lab.mjs'

/** Loads the SDK in a page, as a shop that takes it from npm does; window.analytics is the promise's first part. */
const load = (page, settings = {}, options = {}) =>
  page.evaluate(async ([key, cdnURL, more, choices]) => {
    window.analytics = window.AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL, ...more }, choices)
    await window.analytics.ready
    await window.analytics
  }, [WRITE, host, settings, options])
const say = (page, ...calls) =>
  page.evaluate(async (list) => {
    for (const [name, ...given] of list) await window.analytics[name](...given)
  }, calls)
const ids = (page) => page.evaluate(async () => {
  const user = await window.analytics.user()
  return { userId: user.id(), anonymousId: user.anonymousId(), stored: document.cookie }
})

tell('T4 analytics-next: settings of a known key are found, of an unknown one not', async () => {
  const good = await ask(`/v1/projects/${WRITE}/settings`, { key: undefined })
  equal(good.status, 200, 'a known key')
  equal(Object.keys((await good.json()).integrations), ['Segment.io'], 'one integration, or the SDK loads more from its maker')
  equal((await ask('/v1/projects/wk_unknown/settings', { key: undefined })).status, 404, 'an unknown key')
  const guest = await visit()
  const page = await guest.page('next')
  const failed = await page.evaluate(async (cdnURL) => {
    try {
      await window.AnalyticsNext.AnalyticsBrowser.load({ writeKey: 'wk_unknown', cdnURL })
      return false
    } catch {
      return true
    }
  }, host)
  check(failed, 'load() of an unknown key fails')
  await guest.close()
})

tell('T1 T4 T5 T6 analytics-next: page, identify, track, group, alias; text/plain after a preflight; no third party', async () => {
  const guest = await visit()
  const page = await guest.page('next')
  await load(page)
  const { anonymousId } = await ids(page)
  const line = { product_id: '85123A', name: '茶杯 "blue"', price: 12.5, quantity: 2, list: ['a', { b: null }], yes: false }
  await say(page, ['page', 'shop', 'Home', { kind: 'start' }], ['track', 'Product Viewed', line], ['identify', 'b1', { city: 'Shenzhen', email: 'b1@example.com' }],
    ['track', 'Product Added', line], ['group', 'g1', { plan: 'gold' }], ['screen', 'Start', { k: 1 }], ['alias', 'b1-new'])
  await calm()
  const got = await arrived('b1', 7)
  equal(names(got).sort(), ['Product Added', 'Product Viewed', 'alias', 'group', 'identify', 'page', 'screen'], 'seven calls are in one history')
  const by = Object.fromEntries(got.map((one) => [one.event ?? one.type, one]))
  equal(by['Product Viewed'].properties, line, 'properties, value by value')
  equal([by['Product Viewed'].userId, by['Product Viewed'].anonymousId], [undefined, anonymousId], 'before the name')
  equal([by['Product Added'].userId, by['Product Added'].anonymousId], ['b1', anonymousId], 'after it')
  equal([by.page.name, by.page.category, by.page.properties.kind, by.page.properties.url], ['Home', 'shop', 'start', `${shop}/?sdk=next`], 'the page')
  equal(by.group.groupId, 'g1', 'the group')
  check(/Chrome/.test(by.page.context.userAgent) && by.page.context.ip === '127.0.0.1', 'the engine knows browser and address', by.page.context)
  const calls = posted(/^\/v1\/[tipgas]$/)
  check(calls.length === 7 && calls.every((one) => one.headers['content-type'] === 'text/plain' && one.status === 200), 'text/plain, all taken', calls.map((one) => [one.url, one.headers['content-type'], one.status]))
  await all_stored_once()
  await guest.close()
})

tell('T5 preflights of Segment, RudderStack and Sensors, asked by a page', async () => {
  const guest = await visit()
  const page = await guest.page('none')
  // What each SDK sends that a browser asks about first. The engine answers itself, so a browser refuses what it does not allow.
  const asked = [
    ['/v1/t', { authorization: 'Basic x', 'content-type': 'text/plain', 'x-retry-count': '1' }],
    ['/v1/batch', { authorization: 'Basic x', 'content-type': 'application/json;charset=UTF-8', anonymousid: 'eA==', sentat: '2026-01-01T00:00:00.000Z', 'rsa-retry-attempt': '1', 'rsa-since-last-attempt': '5', 'rsa-retry-reason': 'x', 'rsa-recovered': '1' }],
    ['/debug?project=default', { 'dry-run': 'true', 'content-type': 'application/x-www-form-urlencoded' }],
    ['/sa', { 'content-type': 'application/x-www-form-urlencoded' }],
  ]
  for (const [path, headers] of asked) {
    const status = await page.evaluate(async ([address, given]) => {
      try {
        return (await fetch(address, { method: 'POST', headers: given, body: '{}' })).status
      } catch (error) {
        return String(error)
      }
    }, [host + path, headers])
    check(typeof status === 'number', `${path}: the page may send and read`, status)
    if (path !== '/sa') check(seen.some((one) => one.method === 'OPTIONS' && one.url === path && one.status === 204), `${path}: there was a preflight`)
  }
  await guest.close()
})

tell('T2 T3 analytics-next: 503, 429 with Retry-After and a broken line: one event each', async () => {
  const guest = await visit()
  const page = await guest.page('next')
  await load(page)
  await say(page, ['identify', 'b2'])
  await arrived('b2', 1)
  for (const [at, fault] of [{ status: 503, store: true }, { status: 503 }, { status: 429, headers: { 'Retry-After': '2' } }, { cut: true, store: true }].entries()) {
    fail({ ...fault, path: /\/t$/ })
    await say(page, ['track', `Fault ${at}`, { at }])
    const got = await until(async () => (await events('b2')).some((one) => one.event === `Fault ${at}`) && !(await page.evaluate(() => Object.keys(localStorage).some((key) => key.includes('inProgress')))))
    check(got, `it arrives after ${JSON.stringify(fault)}`)
    if (fault.status === 429) {
      const tries = posted(/\/t$/).filter((one) => one.body.includes(`Fault ${at}`))
      check(tries.length >= 2 && tries[1].at - tries[0].at >= 1900, 'it waits as long as it is told', tries.map((one) => one.at - tries[0].at))
    }
  }
  await until(() => posted(/\/t$/).filter((one) => one.body.includes('Fault 0')).length > 1)
  const retried = posted(/\/t$/).filter((one) => one.headers['x-retry-count'])
  check(retried.length >= 3, 'retries say that they are', retried.map((one) => one.headers['x-retry-count']))
  await all_stored_once()
  await guest.close()
})

tell('T10 analytics-next: a clock a day ahead, and two days behind, is repaired', async () => {
  for (const [name, ahead_ms] of [['ahead', 86_400_000], ['behind', -2 * 86_400_000]]) {
    const guest = await visit({ ahead_ms })
    const page = await guest.page('next')
    await load(page)
    await say(page, ['identify', `b10-${name}`])
    const [got] = await arrived(`b10-${name}`, 1)
    const off = Date.parse(got.timestamp) - Date.now()
    check(Math.abs(off) < 30_000, `${name}: the time is right within seconds`, off)
    check(Math.abs(Date.parse(got.originalTimestamp) - Date.now() - ahead_ms) < 60_000, `${name}: the time it said is kept`, got.originalTimestamp)
    await guest.close()
  }
})

tell('T13 analytics-next: one visitor over pages, a name, and a reset that makes another', async () => {
  const guest = await visit()
  const page = await guest.page('next')
  await load(page)
  const first = await ids(page)
  await say(page, ['track', 'Product Viewed', { product_id: 'p1' }])
  await calm()
  const second = await guest.page('next', '/tea')
  await load(second)
  equal((await ids(second)).anonymousId, first.anonymousId, 'the id is kept over pages')
  await say(second, ['track', 'Product Viewed', { product_id: 'p2' }])
  equal((await arrived(first.anonymousId, 2)).map((one) => one.userId), [undefined, undefined], 'a userId of null is none')
  await say(second, ['identify', 'b13'], ['track', 'Signed In'], ['reset'])
  equal((await arrived('b13', 4)).length, 4, 'all of it is one customer')
  const after = await ids(second)
  check(after.anonymousId !== first.anonymousId && after.userId === null, 'a reset makes another visitor', after)
  await say(second, ['track', 'Product Viewed', { product_id: 'p3' }])
  equal((await arrived(after.anonymousId, 1)).length, 1, 'who has a history of its own')
  equal((await events('b13')).length, 4, 'and not the customer\'s')
  await all_stored_once()
  await guest.close()
})

tell('T15 analytics-next: consent absent, empty and said, put in by middleware', async () => {
  const guest = await visit()
  const page = await guest.page('next')
  await load(page)
  await say(page, ['identify', 'b15'])
  await page.evaluate(async () => {
    await window.analytics.addSourceMiddleware(({ payload, next }) => {
      const said = payload.obj.properties?.said
      if (said) payload.obj.context.consent = said
      if (payload.obj.properties) delete payload.obj.properties.said
      next(payload)
    })
  })
  await say(page, ['track', 'absent', { k: 1 }], ['track', 'empty', { k: 2, said: { categoryPreferences: {} } }], ['track', 'no', { k: 3, said: { categoryPreferences: { Advertising: false } } }])
  const got = Object.fromEntries((await arrived('b15', 4)).map((one) => [one.event, one]))
  equal([got.absent?.context.consent, got.empty?.context.consent, got.no?.context.consent], [undefined, { categoryPreferences: {} }, { categoryPreferences: { Advertising: false } }], 'three kinds')
  equal(got.no?.properties, { k: 3 }, 'what the middleware took away is gone')
  await all_stored_once()
  await guest.close()
})

tell('more analytics-next: batching, and what waits goes out when the page is left', async () => {
  const guest = await visit()
  const page = await guest.page('next')
  await load(page, {}, { integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 5, timeout: 60_000 } } } } })
  await say(page, ['identify', 'b-batch'])
  for (let i = 0; i < 12; i++) await say(page, ['track', 'Many', { i }])
  await until(() => posted(/\/v1\/b$/).length >= 2)
  check(posted(/\/v1\/b$/).length === 2, 'full batches have gone, three events wait', posted().map((one) => one.url))
  await page.goto(`${shop}/tea?sdk=none`)
  equal((await arrived('b-batch', 13)).length, 13, 'thirteen have come')
  await all_stored_once()
  await guest.close()
})

tell('more analytics-next: offline, then online again', async () => {
  const guest = await visit()
  const page = await guest.page('next')
  await load(page)
  await say(page, ['identify', 'b-off'])
  await arrived('b-off', 1)
  await guest.context.setOffline(true)
  await page.evaluate(() => { for (let i = 0; i < 5; i++) window.analytics.track('Offline', { i }) })
  await sleep(1500)
  equal((await events('b-off')).length, 1, 'nothing comes while offline')
  await guest.context.setOffline(false)
  const got = await arrived('b-off', 6)
  equal(got.filter((one) => one.event === 'Offline').map((one) => one.properties.i).sort(), [0, 1, 2, 3, 4], 'five come afterwards')
  await calm()
  equal((await events('b-off')).length, 6, 'each once')
  await guest.close()
})

tell('more analytics-next: what a closed page could not send, the next page sends', async () => {
  const guest = await visit()
  const page = await guest.page('next')
  await load(page)
  await say(page, ['identify', 'b-later'])
  await arrived('b-later', 1)
  for (let i = 0; i < 2; i++) fail({ status: 503, path: /\/t$/ })
  await page.evaluate(() => { window.analytics.track('Later', { n: 1 }) })
  await until(() => posted(/\/t$/).length > 0)
  await page.goto(`${shop}/?sdk=next`)
  await load(page)
  equal((await arrived('b-later', 2)).map((one) => one.event ?? one.type), ['identify', 'Later'], 'it came, once')
  await all_stored_once()
  await guest.close()
})

tell('more analytics-next: integrations in a call and in the settings', async () => {
  const guest = await visit()
  const page = await guest.page('next')
  await load(page, {}, { integrations: { All: true, Mixpanel: false } })
  await say(page, ['identify', 'b-int'], ['track', 'Chosen', { k: 1 }, { integrations: { All: false, 'Segment.io': true, Mixpanel: { flag: 'x' } } }])
  const got = (await arrived('b-int', 2)).at(-1)
  const want = told().find((one) => one.event === 'Chosen')
  equal(got.integrations, want.integrations, 'as the SDK said it')
  check(got.integrations.Mixpanel !== undefined, 'and it said something', got.integrations)
  await guest.close()
})

tell('more analytics-next: the classic snippet, its script served by the shop, calls before it loads', async () => {
  const guest = await visit()
  const page = await guest.page('none')
  await page.evaluate(([key, cdn]) => {
    const queue = (window.analytics = [])
    for (const name of ['identify', 'track', 'page', 'load', 'ready', 'on', 'user']) queue[name] = (...given) => queue.push([name, ...given])
    queue._writeKey = key
    queue._cdn = cdn
    queue._loadOptions = {}
    queue.page('Home')
    queue.identify('b-snippet')
    queue.track('Product Viewed', { product_id: 'p1' })
    const script = document.createElement('script')
    script.src = '/sdk/@segment/analytics-next/dist/umd/standalone.js'
    script.setAttribute('data-global-segment-analytics-key', 'analytics')
    document.head.append(script)
  }, [WRITE, host])
  equal(names(await arrived('b-snippet', 3)).sort(), ['Product Viewed', 'identify', 'page'], 'what was said before')
  await all_stored_once()
  await guest.close()
})
