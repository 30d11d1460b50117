// @rudderstack/rudder-sdk-node: gzip under a form's content type, anonymous ids, retries.
import { WRITE, all_stored_once, arrived, check, equal, events, fail, host, posted, require, tell, until } from './lab.mjs'

const exported = require('@rudderstack/rudder-sdk-node')
const RudderAnalytics = exported.default ?? exported
const open = (more = {}) => new RudderAnalytics(WRITE, { dataPlaneUrl: host, flushAt: 20, flushInterval: 200, logLevel: 'none', ...more })
const flushed = (client) => client.flush()

tell('T1 T7 rudder-sdk-node: six kinds of calls, gzip under the content type of a form', async () => {
  const client = open()
  const properties = { product_id: '85123A', name: '茶杯', price: 12.5, quantity: 2, nothing: null, list: [1, 'two', { three: 3 }] }
  client.identify({ userId: 'r1', traits: { email: 'r1@example.com', city: 'Shenzhen' } })
  client.track({ userId: 'r1', event: 'Product Added', properties })
  client.page({ userId: 'r1', category: 'shop', name: 'Home', properties: { url: 'https://shop.example/' } })
  client.screen({ userId: 'r1', category: 'shop', name: 'Start', properties: { k: 1 } })
  client.group({ userId: 'r1', groupId: 'g1', traits: { plan: 'gold' } })
  client.alias({ userId: 'r1', previousId: 'r1-before' })
  await flushed(client)
  const tries = posted(/^\/v1\/batch/)
  check(tries.length > 0 && tries.every((one) => one.body[0] === 0x1f && /x-www-form-urlencoded/.test(one.headers['content-type'])), 'as this SDK sends it', tries.map((one) => one.headers['content-type']))
  const got = await arrived('r1', 6)
  equal(got.map((one) => one.type).sort(), ['alias', 'group', 'identify', 'page', 'screen', 'track'], 'six kinds are in the history')
  equal(got.find((one) => one.type === 'track')?.properties, properties, 'properties, value by value')
  equal((await all_stored_once()).length, 6, 'six were sent')
})

tell('T13 rudder-sdk-node: an anonymous visitor who gets a name, without gzip', async () => {
  const client = open({ gzip: false })
  client.track({ anonymousId: 'r13-anon', event: 'Product Viewed', properties: { product_id: 'p1' } })
  client.track({ anonymousId: 'r13-anon', userId: '', event: 'Product Viewed', properties: { product_id: 'p2' } })
  client.identify({ anonymousId: 'r13-anon', userId: 'r13', traits: { city: 'Shanghai' } })
  await flushed(client)
  check(posted(/batch/).every((one) => one.body[0] !== 0x1f), 'not compressed')
  equal((await arrived('r13', 3)).length, 3, 'the history follows the name')
  await all_stored_once()
})

tell('T2 T3 rudder-sdk-node: 503, 429 and a broken line: one event each', async () => {
  for (const [at, fault] of [{ status: 503, store: true }, { status: 503 }, { status: 429, headers: { 'Retry-After': '1' } }, { cut: true, store: true }].entries()) {
    const client = open()
    fail({ ...fault, path: /batch/ })
    client.track({ userId: `r2-${at}`, event: 'Product Viewed', properties: { product_id: 'p1' } })
    await flushed(client).catch(() => {})
    equal((await arrived(`r2-${at}`, 1)).length, 1, `one event after ${JSON.stringify(fault)}`)
  }
  await all_stored_once()
})

tell('more rudder-sdk-node: three hundred events in batches', async () => {
  const client = open({ flushAt: 50 })
  for (let i = 0; i < 300; i++) client.track({ userId: 'r-many', event: 'Many', properties: { i } })
  await flushed(client)
  const got = await until(async () => {
    const list = await events('r-many')
    return list.length >= 300 && list
  })
  equal(new Set((got || []).map((one) => one.properties.i)).size, 300, 'each once')
  await all_stored_once()
})
