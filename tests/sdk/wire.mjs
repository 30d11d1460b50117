// What no SDK says by itself, told as one would: pixels in a page, damaged forms, a batch's own context, limits.
import { gzipSync } from 'node:zlib'
import { WRITE, arrived, ask, check, engine, equal, events, host, letters, tell, until, visit } from './lab.mjs'

const basic = { Authorization: 'Basic ' + Buffer.from(`${WRITE}:`).toString('base64') }
const collect = async (route, body, headers = {}) => {
  const answer = await ask(`/v1/${route}`, { key: undefined, body, headers: { ...basic, ...headers } })
  return [answer.status, await answer.json()]
}

tell('T8 a pixel in a page, as base64 and flat; an image also on error', async () => {
  const guest = await visit()
  const page = await guest.page('none')
  const data = Buffer.from(JSON.stringify({ writeKey: WRITE, userId: 't8', event: 'Email Opened', properties: { subject: '茶 100%' } })).toString('base64')
  const flat = `userId=t8&event=Email+Opened&properties.subject=Tea&properties.n=1&writeKey=${WRITE}`
  const sizes = await page.evaluate(async (paths) => {
    const look = (path) => new Promise((done) => {
      const image = new Image()
      image.onload = () => done(image.naturalWidth)
      image.onerror = () => done(0)
      image.src = path
    })
    return Promise.all(paths.map(look))
  }, [`${host}/v1/pixel/track?data=${encodeURIComponent(data)}`, `${host}/v1/pixel/track?${flat}`, `${host}/v1/pixel/track?data=%%%`, `${host}/v1/pixel/track?userId=x&event=E&writeKey=wk_wrong`, `${host}/v1/pixel/dance`])
  equal(sizes, [1, 1, 1, 1, 1], 'five images, whatever became of them')
  equal((await arrived('t8', 2)).map((one) => one.properties.subject).sort(), ['Tea', '茶 100%'], 'two events')
  await guest.close()
})

tell('T9 Sensors: GET and POST, data and data_list, gzip 0 and 1, text/plain, a plus that became a blank', async () => {
  let n = 0
  const record = (more = {}) => ({ type: 'track', event: 'Form', distinct_id: 't9', login_id: 't9', time: Date.now(), _track_id: ++n, properties: { $is_login_id: true, n, text: '>>>???茶' }, lib: { $lib: 'js' }, ...more })
  const b64 = (value, zip) => (zip ? gzipSync(JSON.stringify(value)) : Buffer.from(JSON.stringify(value))).toString('base64')
  const form = (fields) => Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const send = async (path, method, body, type, what) => {
    const answer = await ask(method === 'GET' ? `${path}&${body}` : path, { key: undefined, method, body: method === 'GET' ? undefined : body, headers: type ? { 'Content-Type': type } : {} })
    equal(answer.status, 200, what)
  }
  const urlencoded = 'application/x-www-form-urlencoded'
  for (const path of ['/sa?project=default', '/sa.gif?project=default']) {
    await send(path, 'GET', form({ data: b64(record()) }), undefined, `${path} GET data`)
    await send(path, 'GET', form({ data_list: b64([record(), record()], true), gzip: 1 }), undefined, `${path} GET data_list, gzip`)
    await send(path, 'POST', form({ data: b64(record()), gzip: 0 }), urlencoded, `${path} POST data`)
    await send(path, 'POST', form({ data: b64(record(), true), gzip: 1 }), urlencoded, `${path} POST data, gzip`)
    await send(path, 'POST', form({ data_list: b64([record(), record()], true), gzip: 1 }), urlencoded, `${path} POST data_list, gzip`)
    await send(path, 'POST', form({ data_list: b64([record(), record()]) }), 'text/plain;charset=UTF-8', `${path} POST data_list, text/plain`)
    let one = record()
    while (!b64(one).includes('+')) one = { ...one, properties: { ...one.properties, text: one.properties.text + '>~?' } }
    await send(path, 'POST', `data=${b64(one)}`, urlencoded, `${path} POST with a plus that is not escaped`)
  }
  const got = await arrived('t9', n)
  equal([...new Set(got.map((one) => one.properties.n))].sort((a, b) => a - b), [...Array(n).keys()].map((i) => i + 1), 'each record, once')
  check(got.every((one) => one.properties.text.startsWith('>>>???茶')), 'and whole')
})

tell('T11 33 KB an event: 400; 501 KB a batch: 400; 2,501 events: 200 and rejected', async () => {
  const track = (id, more = {}) => ({ type: 'track', userId: 't11w', event: 'E', messageId: id, ...more })
  const large = { properties: { text: 'x'.repeat(33_000) } }
  equal((await collect('track', track('t11-1', large)))[0], 400, 'an event of 33 KB')
  equal((await collect('batch', { batch: Array.from({ length: 470 }, (_, i) => track(`t11-b${i}`, { properties: { text: 'x'.repeat(1000) } })) }))[0], 400, 'a batch of 501 KB')
  const [status, body] = await collect('batch', { batch: Array.from({ length: 2501 }, (_, i) => track(`t11-c${i}`)) })
  equal([status, body.accepted, body.rejected], [200, 0, 2501], '2,501 events')
  const [mixed, told] = await collect('batch', { batch: Array.from({ length: 2500 }, (_, i) => (i === 1234 ? { type: 'track', messageId: 't11-bad' } : track(`t11-d${i}`))) })
  equal([mixed, told.accepted, told.rejected], [200, 2499, 1], 'a bad one among 2,499 good ones')
  equal((await until(async () => (await letters()).find((one) => one.messageId === 't11-bad')))?.reason, 'no_customer', 'is a dead letter')
  check(await until(async () => (await events('t11w')).length > 0), 'the good ones are there')
})

tell('T14 context and integrations of a batch are merged into its events, which win', async () => {
  const batch = {
    batch: [{ type: 'track', userId: 't14', event: 'A', messageId: 't14-a' }, { type: 'track', userId: 't14', event: 'B', messageId: 't14-b', context: { locale: 'zh-CN', app: { name: 'own' } }, integrations: { Mixpanel: false } }],
    context: { locale: 'en-GB', timezone: 'Asia/Shanghai', app: { name: 'shared' } },
    integrations: { All: true, Mixpanel: true },
  }
  equal((await collect('batch', batch))[1].accepted, 2, 'taken')
  const got = Object.fromEntries((await arrived('t14', 2)).map((one) => [one.event, one]))
  equal([got.A?.context.locale, got.A?.context.timezone, got.A?.integrations], ['en-GB', 'Asia/Shanghai', { All: true, Mixpanel: true }], 'merged')
  equal([got.B?.context.locale, got.B?.context.app.name, got.B?.integrations], ['zh-CN', 'own', { All: true, Mixpanel: false }], 'the event wins')
})

tell('T15 T12 a consent that is absent, empty and said, the same after a restart', async () => {
  for (const [name, context] of [['absent', {}], ['empty', { consent: {} }], ['said', { consent: { categoryPreferences: { Advertising: false } } }]]) {
    equal((await collect('track', { userId: 't15w', event: name, messageId: `t15w-${name}`, context }))[0], 200, name)
  }
  const look = async () => Object.fromEntries((await arrived('t15w', 3)).map((one) => [one.event, one.context.consent ?? null]))
  const want = { absent: null, empty: {}, said: { categoryPreferences: { Advertising: false } } }
  equal(await look(), want, 'three kinds')
  equal(await engine.stop(), 0, 'a stop')
  await engine.start()
  equal(await look(), want, 'after a restart')
  equal((await collect('track', { userId: 't15w', event: 'said', messageId: 't15w-said', context: want.said && { consent: want.said } }))[1].duplicate, 1, 'told again: known')
})
