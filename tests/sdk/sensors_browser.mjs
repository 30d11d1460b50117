// sa-sdk-javascript in Chromium: image, ajax and beacon, batches, automatic events, profiles, items, logins.
import { gunzipSync } from 'node:zlib'
import { TOKEN, admin, arrived, ask, calm, check, equal, events, fail, host, names, posted, profile, seen, shop, sleep, stored, tell, until, visit } from './lab.mjs'

/** Loads the SDK as a shop does. */
const load = (page, settings = {}, id) =>
  page.evaluate(([server_url, more, name]) => {
    const sensors = (window.sensors = window.sensorsDataAnalytic201505)
    sensors.init({ server_url, show_log: false, is_track_single_page: false, use_client_time: true, send_type: 'ajax', heatmap: { clickmap: 'not_collect', scroll_notice_map: 'not_collect' }, ...more })
    if (name) sensors.login(name)
  }, [`${host}/sa?project=default`, settings, id])
const say = (page, ...calls) =>
  page.evaluate((list) => {
    for (const [name, ...given] of list) window.sensors[name](...given)
  }, calls)

/** Every record in requests the proxy saw. */
function records() {
  const out = []
  for (const one of seen.filter((one) => one.url.startsWith('/sa') && one.method !== 'OPTIONS')) {
    const form = new URLSearchParams(one.method === 'GET' ? one.url.split('?')[1] : one.body.toString())
    const bytes = Buffer.from((form.get('data_list') ?? form.get('data') ?? '').replaceAll(' ', '+'), 'base64')
    const value = JSON.parse(form.get('gzip') === '1' ? gunzipSync(bytes) : bytes)
    out.push(...(Array.isArray(value) ? value : [value]))
  }
  return out
}
const key = (one) => `${one.event ?? one.type} ${one._track_id}`
const stored_key = (one) => `${one.event ?? one.context.sensors.type} ${one.context.sensors.trackId}`
/** Each record an SDK sent is one event, with its name, ids and properties. */
async function all_stored_once() {
  const wanted = new Map(records().filter((one) => !one.type.startsWith('item_')).map((one) => [key(one), one]))
  const log = await until(async () => {
    const got = (await stored()).filter((one) => one.context?.sensors)
    const have = new Set(got.map(stored_key))
    return [...wanted.keys()].every((one) => have.has(one)) && got
  }) || (await stored()).filter((one) => one.context?.sensors)
  for (const [name, want] of wanted) {
    const got = log.filter((one) => stored_key(one) === name || (one.type === 'page' && one.context.sensors.trackId === want._track_id))
    if (!equal(got.length, 1, `${name} is stored exactly once`)) continue
    equal(got[0].context.sensors.type, want.type, `${name}: what it is`)
    const mine = Object.fromEntries(Object.entries(want.properties).filter(([field]) => !['$is_login_id', '$project', '$token', '$time', '$ip'].includes(field)))
    const kept = want.type.startsWith('profile_') ? got[0].traits : got[0].properties
    equal(kept, mine, `${name}: properties`)
    const off = Date.parse(got[0].timestamp) - want.time
    check(Math.abs(off) < 60_000 || want._flush_time !== undefined, `${name}: its time`, off)
  }
  return wanted.size
}

tell('T9 sa-sdk-javascript: image, ajax and beacon, with names in Chinese and signs that break forms', async () => {
  for (const send_type of ['image', 'ajax', 'beacon']) {
    const guest = await visit()
    const page = await guest.page('sensors')
    await load(page, { send_type }, `s9-${send_type}`)
    await say(page, ['track', 'ViewProduct', { product_id: 'p1', name: '茶杯+杯&盖=套 100%', price: 12.5, tags: ['红', '蓝'], on_sale: true }])
    await until(() => records().some((one) => one.event === 'ViewProduct'))
    const got = (await arrived(`s9-${send_type}`, 2)).find((one) => one.event === 'ViewProduct')
    equal(['name', 'price', 'tags', 'on_sale'].map((field) => got?.properties[field]), ['茶杯+杯&盖=套 100%', 12.5, ['红', '蓝'], true], `${send_type}: properties, value by value`)
    await calm()
    const mine = seen.filter((one) => one.url.startsWith('/sa'))
    check(mine.every((one) => one.status === 200), `${send_type}: 200`, mine.map((one) => one.status))
    if (send_type === 'image') check(mine.every((one) => one.method === 'GET'), 'image: by GET')
    if (send_type === 'beacon') check(mine.some((one) => /text\/plain/.test(one.headers['content-type'] ?? '')), 'beacon: text/plain', mine.map((one) => one.headers['content-type']))
    await guest.close()
  }
  await all_stored_once()
})

tell('T9 sa-sdk-javascript: batch_send keeps records until they are answered', async () => {
  const guest = await visit()
  const page = await guest.page('sensors')
  await load(page, { batch_send: { max_length: 6, send_interval: 500, datasend_timeout: 3000 } }, 's-batch')
  fail({ status: 503, path: /^\/sa/ }, { status: 503, store: true, path: /^\/sa/ })
  for (let i = 0; i < 20; i++) await say(page, ['track', 'Many', { i }])
  const got = await arrived('s-batch', 21)
  equal(got.filter((one) => one.event === 'Many').map((one) => one.properties.i).sort((a, b) => a - b), [...Array(20).keys()], 'twenty, each once, after two 503')
  check(posted(/^\/sa/).some((one) => one.body.includes('data_list=')), 'in lists')
  await all_stored_once()
  await guest.close()
})

tell('T10 sa-sdk-javascript: a clock a day ahead is repaired', async () => {
  const guest = await visit({ ahead_ms: 86_400_000 })
  const page = await guest.page('sensors')
  await load(page, {}, 's10')
  await say(page, ['track', 'Ahead', {}])
  const got = (await arrived('s10', 2)).find((one) => one.event === 'Ahead')
  check(Math.abs(Date.parse(got.timestamp) - Date.now()) < 30_000, 'the time is right within seconds', got.timestamp)
  await guest.close()
})

tell('more sa-sdk-javascript: anonymous, login, logout: the history follows, the next visitor is another', async () => {
  const guest = await visit()
  const page = await guest.page('sensors')
  await load(page)
  await say(page, ['track', 'Before', { n: 1 }])
  const anonymous = await page.evaluate(() => window.sensors.store.getDistinctId())
  await calm()
  await say(page, ['login', 's-login'], ['track', 'After', { n: 2 }])
  const got = await arrived('s-login', 3)
  equal(names(got), ['Before', '$SignUp', 'After'], 'what came before belongs to the same customer')
  equal([got[0].anonymousId, got[0].userId, got[2].userId], [anonymous, undefined, 's-login'], 'ids')
  await say(page, ['logout', true], ['track', 'Another', { n: 3 }])
  await calm()
  const other = await page.evaluate(() => window.sensors.store.getDistinctId())
  check(other !== anonymous, 'logout(true) makes another visitor')
  equal(names(await arrived(other, 1)), ['Another'], 'with a history of its own')
  equal((await events('s-login')).length, 3, 'apart from the customer\'s')
  await all_stored_once()
  await guest.close()
})

tell('more sa-sdk-javascript: bind adds an id to the same customer', async () => {
  const guest = await visit()
  const page = await guest.page('sensors')
  await load(page, {}, 's-bind')
  await say(page, ['bind', '$identity_mobile', '13800000000'], ['track', 'Bound', {}])
  await arrived('s-bind', 3)
  const got = (await events('s-bind')).find((one) => one.event === '$BindID')
  check(got?.context.externalIds.some((one) => one.type === '$identity_mobile' && one.id === '13800000000'), 'the id is kept with the event', got?.context)
  await all_stored_once()
  await guest.close()
})

tell('more sa-sdk-javascript: profile records change the portrait', async () => {
  const guest = await visit()
  const page = await guest.page('sensors')
  await load(page, {}, 's-profile')
  await say(page, ['setProfile', { city: '深圳', level: 3, vip: true, hobby: ['tea'] }], ['setOnceProfile', { city: 'never', first_shop: 'Nanshan' }])
  await calm()
  const traits = async () => (await profile('s-profile')).traits
  await until(async () => (await traits()).first_shop)
  equal(await traits(), { city: '深圳', level: 3, vip: true, hobby: ['tea'], first_shop: 'Nanshan' }, 'set and set once')
  await say(page, ['incrementProfile', { points: 10, level: 2 }], ['incrementProfile', { points: 2.5 }], ['appendProfile', { hobby: ['coffee', 'tea'], brands: 'zhun' }])
  await calm()
  await until(async () => (await traits()).brands)
  equal(await traits(), { city: '深圳', level: 5, vip: true, hobby: ['tea', 'coffee'], first_shop: 'Nanshan', points: 12.5, brands: ['zhun'] }, 'incremented and appended')
  await say(page, ['unsetProfile', ['vip', 'points']])
  await calm()
  await until(async () => (await traits()).vip === undefined)
  equal(await traits(), { city: '深圳', level: 5, hobby: ['tea', 'coffee'], first_shop: 'Nanshan', brands: ['zhun'] }, 'unset')
  await page.evaluate(() => window.sensors.deleteProfile())
  await calm()
  await until(async () => Object.keys(await traits()).length === 0)
  equal(await traits(), {}, 'deleted')
  await say(page, ['setProfile', { city: '上海' }])
  await calm()
  await until(async () => (await traits()).city)
  equal(await traits(), { city: '上海' }, 'and begun again')
  await all_stored_once()
  await guest.close()
})

tell('more sa-sdk-javascript: items reach the catalog', async () => {
  const guest = await visit()
  const page = await guest.page('sensors')
  await load(page)
  await say(page, ['setItem', 'product', 's-item-1', { name: '茶杯', price: 12.5, category: 'tea' }])
  const item = await until(async () => {
    const got = await ask('/api/v1/items/s-item-1', { key: TOKEN })
    return got.status === 200 && (await got.json()).item
  })
  equal([item?.title, item?.priceCents, item?.category], ['茶杯', 1250, 'tea'], 'set')
  await say(page, ['deleteItem', 'product', 's-item-1'])
  check(await until(async () => (await admin('/api/v1/items?limit=500')).items.every((one) => one.itemId !== 's-item-1')), 'deleted')
  await guest.close()
})

tell('more sa-sdk-javascript: page views, clicks and stays, by themselves', async () => {
  const guest = await visit()
  const page = await guest.page('sensors')
  await load(page, { heatmap: { clickmap: 'default', scroll_notice_map: 'not_collect', collect_tags: { button: true, a: true } } }, 's-auto')
  await page.evaluate(() => window.sensors.quick('autoTrack'))
  await page.click('#buy')
  await until(() => records().some((one) => one.event === '$WebClick'))
  const got = await until(async () => {
    const list = await events('s-auto')
    return list.some((one) => one.event === '$WebClick') && list
  }) || []
  const view = got.find((one) => one.type === 'page')
  equal(view?.properties.$url, `${shop}/?sdk=sensors`, 'a page')
  equal(got.find((one) => one.event === '$WebClick')?.properties.$element_content, 'Buy', 'a click')
  await all_stored_once()
  await guest.close()
})

tell('more sa-sdk-javascript: what is said while the page is left', async () => {
  const guest = await visit()
  const page = await guest.page('sensors')
  await load(page, { send_type: 'beacon' }, 's-leave')
  await page.evaluate(() => addEventListener('pagehide', () => window.sensors.track('Leaving', { n: 1 })))
  await page.goto(`${shop}/tea?sdk=none`)
  equal((await arrived('s-leave', 2)).find((one) => one.event === 'Leaving')?.properties.n, 1, 'it came')
  await all_stored_once()
  await guest.close()
})

tell('more sa-sdk-javascript: offline, then online, in batches', async () => {
  const guest = await visit()
  const page = await guest.page('sensors')
  await load(page, { batch_send: { max_length: 50, send_interval: 500, datasend_timeout: 2000 } }, 's-off')
  await arrived('s-off', 1)
  await guest.context.setOffline(true)
  for (let i = 0; i < 5; i++) await say(page, ['track', 'Offline', { i }])
  await sleep(1500)
  await guest.context.setOffline(false)
  const got = (await arrived('s-off', 6)).filter((one) => one.event === 'Offline')
  equal(got.map((one) => one.properties.i).sort(), [0, 1, 2, 3, 4], 'five, each once')
  await all_stored_once()
  await guest.close()
})
