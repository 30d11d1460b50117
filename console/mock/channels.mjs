// The channels and the delivery policy of the mock: one that is full of traffic, an inbox, one whose definition fell out of force; a small part of what the engine refuses.
const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
const sms = {
  kind: 'webhook', via: 'sms', title: { en: 'SMS', zh: '短信' }, address: 'phone', url: 'https://sms.example/send', headers: { Authorization: 'Bearer {{ secret }}' }, body: '{"to":"{{ to }}","text":"{{ message.text }}","ref":"{{ message.id }}"}',
  success: { path: '/code', values: ['OK'] }, receipts: { list: '/reports', id: '/ref', state: '/status', states: { DELIVRD: 'delivered', UNDELIV: 'failed' } }, ratePerSecond: 50, replies: { list: '/replies', from: '/from', text: '/text' },
}
const kept = new Map([
  ['email', { definition: { kind: 'webhook', via: 'email', title: { en: 'E-mail gateway', zh: '邮件网关' }, address: 'email', url: 'https://mail.example/send', body: '{"to":"{{ to }}","html":"{{ message.html }}"}', idempotency: 'Idempotency-Key' }, at: ago(40), secret: true, messages: { sent: 48_210, delivered: 41_877, bounced: 312, complained: 19, skipped: 9_404, planned: 120 } }],
  ['inbox', { definition: { kind: 'inbox', via: 'onsite', title: { en: 'Inbox of the shop', zh: '商城收件箱' } }, at: ago(12), secret: false, messages: { sent: 18_002 } }],
  ['old_push', { definition: { kind: 'webhook', via: 'push', url: 'https://push.example/{{ nobody' }, at: ago(400), secret: false, messages: {}, fault: 'url: line 1, column 22: the output has no end' }],
  ['sms', { definition: sms, former: { ...sms, ratePerSecond: 20 }, at: ago(3), secret: true, messages: { planned: 64, skipped: 2_031, sent: 310, delivered: 7_455, failed: 41, in_doubt: 1 } }],
])
let policy = { quietHours: { from: '22:00', to: '08:00' }, caps: [{ most: 1, per: 'day' }, { most: 3, hours: 168, channels: ['sms'], over: 'wait' }], holdout: 0.05 }
let definedAt = ago(9)
const fields = ['kind', 'via', 'title', 'address', 'url', 'method', 'headers', 'body', 'sign', 'success', 'retry', 'provider', 'idempotency', 'receipts', 'replies', 'ratePerSecond', 'tries', 'retryMs', 'timeoutMs', 'link']

function rowOf(name) {
  const { definition: d, at, secret, messages, fault } = kept.get(name)
  if (fault !== undefined) return { name, fault, messages, definedAt: at }
  const receipts = d.receipts === undefined ? {} : { receiptsPath: `/v1/receipts/${name}/${'3f9a0c7e51b24d68'.repeat(4)}` }
  const replies = d.replies === undefined ? {} : { repliesPath: `/v1/replies/${name}/${'a07d52c91e3b4f68'.repeat(4)}` }
  return { name, kind: d.kind, via: d.via ?? 'onsite', title: { en: d.title?.en ?? '', zh: d.title?.zh ?? '' }, idempotent: d.idempotency !== undefined || d.kind === 'inbox', hasSecret: secret, ...receipts, ...replies, messages, definedAt: at }
}
const detailOf = (name) => ({ ...rowOf(name), definition: kept.get(name).definition, ...(kept.get(name).former === undefined ? {} : { former: kept.get(name).former }) })

function faultOf(body, problem) {
  if (!['webhook', 'smtp', 'inbox'].includes(body.kind)) return problem(400, 'bad_field', 'must be one of webhook, smtp, inbox', 'kind')
  const strange = Object.keys(body).find((one) => !fields.includes(one))
  if (strange !== undefined) return problem(400, 'bad_field', 'is no field of this', strange)
  if (body.kind === 'webhook' && body.url === undefined) return problem(400, 'bad_field', 'is missing', 'url')
  const open = (body.body ?? '').lastIndexOf('{{')
  if (open >= 0 && !(body.body ?? '').slice(open).includes('}}')) return problem(400, 'bad_template', `line 1, column ${open + 1}: the output has no end`, 'body')
  return undefined
}

function delivery(method, body, problem) {
  if (method === 'PUT') {
    if (body.quietHours != null && body.quietHours.from === body.quietHours.to) return problem(400, 'bad_field', 'quiet hours need two different times of the day', '')
    const bad = (body.caps ?? []).findIndex((one) => (one.per === undefined) === (one.hours === undefined))
    if (bad >= 0) return problem(400, 'bad_field', 'a cap is per day, week or month, or of so many hours', `caps[${bad}].hours`)
    policy = body
    definedAt = new Date().toISOString()
  }
  return { policy, definedAt }
}

/** The answer of a path, null where there is nothing to say, or undefined. */
export function answerChannels(method, path, body, { empty, problem }) {
  if (path === '/api/v1/delivery') return empty ? { policy: {}, definedAt: null } : delivery(method, body, problem)
  if (path === '/api/v1/channels') return { items: empty ? [] : [...kept.keys()].sort().map(rowOf), next: null }
  const [, name, more] = /^\/api\/v1\/channels\/([A-Za-z0-9_-]{1,64})(\/secret)?$/.exec(path) ?? []
  if (name === undefined) return undefined
  if (method === 'PUT' && more === undefined) {
    const fault = faultOf(body, problem)
    if (fault !== undefined) return fault
    const was = kept.get(name)
    kept.set(name, { messages: {}, secret: false, ...was, fault: undefined, definition: body, ...(was === undefined ? {} : { former: was.definition }), at: new Date().toISOString() })
    return detailOf(name)
  }
  if (empty || !kept.has(name)) return problem(404, 'not_found', 'there is no channel of this name: GET /api/v1/channels lists them')
  if (more !== undefined) {
    kept.get(name).secret = body.secret !== null
    return null
  }
  if (method === 'DELETE') {
    kept.delete(name)
    return null
  }
  return detailOf(name)
}
