// @segment/analytics-node: a shop's server that speaks to the engine.
import { TOKEN, WRITE, all_stored_once, arrived, ask, check, engine, equal, events, fail, host, letters, posted, require, sleep, stored, tell, until } from './lab.mjs'

const { Analytics } = require('@segment/analytics-node')
const open = (more = {}) => {
  const analytics = new Analytics({ writeKey: WRITE, host, flushAt: 15, flushInterval: 200, ...more })
  analytics.failed = []
  analytics.on('error', (error) => analytics.failed.push(error))
  return analytics
}

tell('T1 analytics-node: six kinds of calls come back as they were', async () => {
  const analytics = open()
  const at = new Date(Date.now() - 60_000)
  const line = { product_id: '85123A', name: '茶杯 "blue"', price: 12.5, quantity: 2, tags: ['a', 'b'], deep: { one: { two: null } }, big: 9007199254740991, tiny: 1e-7, yes: true }
  analytics.identify({ userId: 't1', traits: { email: 't1@example.com', city: 'Shenzhen', age: 30, createdAt: '2024-01-01T00:00:00.000Z' } })
  analytics.track({ userId: 't1', event: 'Product Added', properties: line, timestamp: at, context: { ip: '203.0.113.7', locale: 'zh-CN' } })
  analytics.page({ userId: 't1', category: 'shop', name: 'Home', properties: { url: 'https://shop.example/', title: 'Home' } })
  analytics.screen({ userId: 't1', name: 'Start', properties: { k: 1 } })
  analytics.group({ userId: 't1', groupId: 'g1', traits: { plan: 'gold' } })
  analytics.alias({ userId: 't1', previousId: 't1-before' })
  await analytics.closeAndFlush()
  equal(analytics.failed, [], 'the SDK saw no error')
  const got = await arrived('t1', 6)
  equal(got.map((one) => one.type).sort(), ['alias', 'group', 'identify', 'page', 'screen', 'track'], 'six kinds are in the history')
  const by = Object.fromEntries(got.map((one) => [one.type, one]))
  equal(by.track.properties, line, 'properties, value by value')
  equal(by.track.originalTimestamp ?? by.track.timestamp, at.toISOString(), 'the time it happened')
  equal([by.track.context.locale, by.track.context.ip], ['zh-CN', '203.0.113.7'], 'context')
  equal([by.page.name, by.page.properties.url], ['Home', 'https://shop.example/'], 'the page')
  equal([by.group.groupId, by.group.traits], ['g1', { plan: 'gold' }], 'the group')
  equal(by.alias.previousId, 't1-before', 'the alias')
  equal((await all_stored_once()).length, 6, 'six were sent')
})

tell('T2 analytics-node: 503 after it was stored, then 200 with X-Retry-Count: one event', async () => {
  const analytics = open()
  fail({ status: 503, store: true })
  analytics.track({ userId: 't2', event: 'Order Completed', properties: { order_id: 'o-t2', total: 40, currency: 'EUR' } })
  await analytics.closeAndFlush({ timeout: 30_000 })
  const tries = posted(/^\/v1\/batch/)
  equal(tries.map((one) => one.status), [503, 200], 'two tries')
  equal([tries[0]?.headers['x-retry-count'], tries[1]?.headers['x-retry-count']], [undefined, '1'], 'the second says so')
  equal(JSON.parse(tries[1].answer.body).duplicate, 1, 'the engine knew it')
  equal((await events('t2')).length, 1, 'one event')
  equal((await profileOrders('t2')), 1, 'one order')
  await all_stored_once()
})
const profileOrders = async (id) => (await (await ask(`/v1/profiles/${id}`)).json()).orders.count

tell('T2 analytics-node: 503 before it was stored, 500, 408 and a broken line: one event each', async () => {
  for (const [at, fault] of [{ status: 503 }, { status: 500 }, { status: 408 }, { cut: true }, { cut: true, store: true }].entries()) {
    const analytics = open()
    fail(fault)
    analytics.track({ userId: `t2-${at}`, event: 'Product Viewed', properties: { product_id: `p${at}` } })
    await analytics.closeAndFlush({ timeout: 30_000 })
    equal((await arrived(`t2-${at}`, 1)).length, 1, `one event after ${JSON.stringify(fault)}`)
  }
  await all_stored_once()
})

tell('T3 analytics-node: 429 with Retry-After is waited for, and nothing is lost', async () => {
  const analytics = open({ flushAt: 5 })
  fail({ status: 429, headers: { 'Retry-After': '2' }, path: /batch/ })
  for (let i = 0; i < 30; i++) analytics.track({ userId: 't3', event: 'Product Viewed', properties: { product_id: `p${i}` } })
  await analytics.closeAndFlush({ timeout: 30_000 })
  const tries = posted(/^\/v1\/batch/)
  const refused = tries.find((one) => one.status === 429)
  const after = tries.filter((one) => one.at > refused.at + 50 && one.status === 200)
  check(tries.filter((one) => one.status === 200 && one.at >= refused.at + 1900).length > 0 && after.every((one) => one.at - refused.at >= 1900 || !one.headers['x-retry-count']), 'it waits the two seconds', tries.map((one) => [one.at - refused.at, one.status]))
  equal((await arrived('t3', 30)).length, 30, 'thirty events')
  await all_stored_once()
})

tell('T3 analytics-node: a source over its limit is told to wait by the engine itself, and all of it comes', async () => {
  const limit = (body) => ask('/api/v1/sources/1/limit', { key: TOKEN, method: 'PUT', body })
  equal((await limit({ eventsPerSecond: 20, burst: 10 })).status, 204, 'a limit')
  const analytics = open({ flushAt: 10 })
  for (let i = 0; i < 50; i++) analytics.track({ userId: 't3-limit', event: 'Many', properties: { i } })
  await analytics.closeAndFlush({ timeout: 60_000 })
  equal((await limit({ eventsPerSecond: null })).status, 204, 'it is taken away')
  check(posted(/batch/).some((one) => one.status === 429 && Number(one.answer.headers['retry-after']) >= 1), 'it was told to wait', posted(/batch/).map((one) => one.status))
  equal(new Set((await arrived('t3-limit', 50)).map((one) => one.properties.i)).size, 50, 'fifty')
  await all_stored_once()
})

tell('T11 analytics-node: what is too large is refused, its neighbours are not', async () => {
  const analytics = open({ flushAt: 15 }) // the SDK's own measure of size counts little but escapes: fifteen of 30 KB fit the engine's 500 KB
  analytics.track({ userId: 't11', event: 'Small', properties: { n: 1 } })
  analytics.track({ userId: 't11', event: 'Large', properties: { text: 'x'.repeat(31_000) } })
  analytics.track({ userId: 't11', event: 'Too Large', messageId: 'node-t11-large', properties: { text: 'x'.repeat(33_000) } })
  for (let i = 0; i < 40; i++) analytics.track({ userId: 't11', event: 'Wide', properties: { i, text: 'y'.repeat(28_000) } })
  await analytics.closeAndFlush({ timeout: 30_000 })
  const got = await arrived('t11', 42)
  equal(got.filter((one) => one.event === 'Wide').map((one) => one.properties.i).sort((a, b) => a - b), [...Array(40).keys()], 'forty wide ones')
  equal(got.find((one) => one.event === 'Large')?.properties.text.length, 31_000, 'a large one, whole')
  equal(got.filter((one) => one.event === 'Too Large').length, 0, 'not the one over 32 KB')
  equal((await until(async () => (await letters()).find((one) => one.messageId === 'node-t11-large')))?.reason, 'too_large', 'which is a dead letter')
  check(posted(/batch/).every((one) => one.status === 200), 'no batch of it was refused', posted(/batch/).map((one) => [one.body.length, one.status]))
  await all_stored_once(['node-t11-large'])
})

tell('T11 analytics-node: a batch over 500 KB is refused whole, at once, and its owner is told', async () => {
  const analytics = open({ flushAt: 20 })
  for (let i = 0; i < 20; i++) analytics.track({ userId: 't11-batch', event: 'Wide', properties: { i, text: 'y'.repeat(28_000) } })
  await analytics.closeAndFlush({ timeout: 10_000 })
  equal(posted(/batch/).map((one) => one.status), [400], 'one try')
  check(analytics.failed.length > 0, 'the SDK says so')
  equal((await events('t11-batch')).length, 0, 'nothing is stored')
})

tell('T12 analytics-node: a messageId told again after a restart is one event', async () => {
  const say = async () => {
    const analytics = open()
    analytics.track({ userId: 't12', event: 'Order Completed', messageId: 'node-t12-fixed', timestamp: new Date(1790000000000), properties: { order_id: 'o-t12', total: 10, currency: 'EUR' } })
    await analytics.closeAndFlush()
  }
  await say()
  equal(await engine.stop(), 0, 'a stop')
  await engine.start()
  await say()
  await engine.kill()
  await engine.start()
  await say()
  equal(posted(/batch/).map((one) => JSON.parse(one.answer.body)).map((one) => [one.accepted, one.duplicate]), [[1, 0], [0, 1], [0, 1]], 'taken once')
  equal((await arrived('t12', 1)).length, 1, 'one event')
})

tell('T13 analytics-node: an anonymous visitor, and an empty userId', async () => {
  const analytics = open()
  analytics.track({ anonymousId: 't13-anon', event: 'Product Viewed', properties: { product_id: 'p1' } })
  analytics.track({ anonymousId: 't13-anon', userId: '', event: 'Product Viewed', properties: { product_id: 'p2' } })
  analytics.track({ anonymousId: 't13-anon', userId: null, event: 'Product Viewed', properties: { product_id: 'p3' } })
  await analytics.closeAndFlush()
  const got = await arrived('t13-anon', 3)
  equal(got.map((one) => [one.userId, one.anonymousId]), Array(3).fill([undefined, 't13-anon']), 'one visitor without a name')
  const later = open()
  later.identify({ anonymousId: 't13-anon', userId: 't13' })
  await later.closeAndFlush()
  equal((await arrived('t13', 4)).length, 4, 'the history follows the name')
  await all_stored_once()
})

tell('T15 analytics-node: consent that is absent and consent that is empty differ', async () => {
  const analytics = open()
  const said = { absent: {}, empty: { consent: {} }, none: { consent: { categoryPreferences: {} } }, no: { consent: { categoryPreferences: { Advertising: false, Analytics: true } } } }
  for (const [name, context] of Object.entries(said)) analytics.track({ userId: 't15', event: name, context })
  await analytics.closeAndFlush()
  const got = Object.fromEntries((await arrived('t15', 4)).map((one) => [one.event, one.context]))
  for (const [name, context] of Object.entries(said)) equal(got[name]?.consent, context.consent, `consent ${name}`)
  check(!('consent' in got.absent), 'absent stays absent')
})

tell('more analytics-node: flush in between, integrations, a thousand events on a line that breaks', async () => {
  const analytics = open({ flushAt: 50, maxRetries: 10 })
  analytics.track({ userId: 'more-node', event: 'First', integrations: { All: false, Mixpanel: true } })
  await analytics.flush({ timeout: 10_000 })
  equal((await arrived('more-node', 1))[0]?.integrations, { All: false, Mixpanel: true }, 'integrations')
  for (let i = 0; i < 1000; i++) analytics.track({ userId: 'more-node', event: 'Many', properties: { i } })
  for (let i = 0; i < 4; i++) fail({ cut: true, store: i % 2 === 0, path: /batch/ })
  await analytics.closeAndFlush({ timeout: 60_000 })
  const got = (await stored()).filter((one) => one.userId === 'more-node' && one.event === 'Many').map((one) => one.properties.i)
  equal(got.length, 1000, 'a thousand, each once')
  equal(new Set(got).size, 1000, 'and all of them')
  await all_stored_once()
})

tell('more analytics-node: the engine is killed while events come in', async () => {
  const analytics = open({ flushAt: 10 })
  for (let i = 0; i < 200; i++) analytics.track({ userId: 'kill-node', event: 'Many', properties: { i } })
  await until(() => posted(/batch/).length > 2)
  await engine.kill()
  for (let i = 200; i < 300; i++) analytics.track({ userId: 'kill-node', event: 'Many', properties: { i } })
  await sleep(300)
  await engine.start()
  await analytics.closeAndFlush({ timeout: 60_000 })
  const got = (await stored()).filter((one) => one.userId === 'kill-node').map((one) => one.properties.i)
  equal([got.length, new Set(got).size], [300, 300], 'nothing lost, nothing twice')
})

tell('more analytics-node: a wrong key is refused once and for all, and nothing is stored', async () => {
  const analytics = open({ writeKey: 'wk_wrong' })
  const before = (await letters()).length
  analytics.track({ userId: 'wrong-node', event: 'Lost' })
  await analytics.closeAndFlush({ timeout: 10_000 })
  equal(posted(/batch/).map((one) => one.status), [401], 'one try, 401: the SDK gives up')
  check(analytics.failed.length > 0, 'and says so to its owner')
  equal([(await events('wrong-node')).length, (await letters()).length], [0, before], 'nothing is stored')
})
