// The messages of the mock: some hundred of all states, each of a customer of the shop; what a person sends is planned and gone at once.
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString()
const kinds = [
  { state: 'delivered', channel: 'sms', template: 'order-paid', purpose: 'transactional', sentAt: 4, deliveredAt: 3, tries: 1, providerId: 'g-1007' },
  { state: 'sent', channel: 'email', template: 'autumn', campaign: 'autumn', sentAt: 30, tries: 1, seenAt: 25 },
  { state: 'skipped', why: 'no_consent', channel: 'email', template: 'autumn', campaign: 'autumn' },
  { state: 'planned', why: 'quiet_hours', channel: 'sms', template: 'autumn', campaign: 'autumn', dueAt: -380, now: { act: 'wait', why: 'quiet_hours', until: -380 } },
  { state: 'skipped', why: 'frequency_cap', channel: 'sms', template: 'autumn', campaign: 'autumn' },
  { state: 'delivered', channel: 'inbox', template: 'welcome', purpose: 'transactional', sentAt: 60, deliveredAt: 60, seenAt: 50, clickedAt: 49, tries: 1 },
  { state: 'skipped', why: 'control_group', channel: 'email', template: 'autumn', campaign: 'autumn' },
  { state: 'failed', why: 'refused', channel: 'sms', template: 'order-paid', purpose: 'transactional', detail: 'status 200, BLACKLIST', tries: 1 },
  { state: 'in_doubt', why: 'unanswered', channel: 'sms', template: 'autumn', campaign: 'autumn', tries: 1 },
  { state: 'skipped', why: 'template_error', channel: 'email', template: 'autumn', campaign: 'autumn', detail: 'languages.en.html: line 3, column 12: divided by 0' },
  { state: 'bounced', channel: 'email', template: 'autumn', campaign: 'autumn', sentAt: 90, tries: 1 },
  { state: 'planned', why: 'try_again', channel: 'email', template: 'welcome', purpose: 'transactional', dueAt: -2, tries: 2, detail: 'status 503', now: { act: 'send', why: 'none', until: null } },
]

function made(i) {
  const { dueAt, sentAt, deliveredAt, seenAt, clickedAt, now, ...kind } = kinds[i % kinds.length]
  const age = 5 + i * 37
  const at = (minutes) => (minutes === undefined ? null : ago(minutes < 0 ? minutes : minutes + i * 37))
  return {
    messageId: (0xa1 + i).toString(16).padStart(16, '0'), why: 'none', via: kind.channel === 'inbox' ? 'onsite' : kind.channel, purpose: 'marketing', campaign: '', step: kind.campaign === undefined ? '' : 'first', key: kind.campaign === undefined ? `order-${1000 + i}` : '2026-11-23',
    priority: 0, tries: 0, ...kind, plannedAt: ago(age), dueAt: at(dueAt) ?? ago(age), expiresAt: null, changedAt: at(deliveredAt ?? sentAt) ?? ago(age), sentAt: at(sentAt), deliveredAt: at(deliveredAt), seenAt: at(seenAt), clickedAt: at(clickedAt),
    ...(now === undefined ? {} : { now: { ...now, until: now.until === null ? null : ago(now.until) } }), customerId: String(12349 + (i % 4) * 3),
  }
}
const ledger = Array.from({ length: 140 }, (_, i) => made(i))

function listed(query) {
  const asked = (name) => query.get(name) ?? ''
  const found = ledger.filter((one) => ['state', 'why', 'channel', 'template', 'campaign', 'customerId'].every((name) => asked(name) === '' || one[name] === asked(name)))
  const [from, limit] = [Number(query.get('cursor') || 0), Number(query.get('limit') || 50)]
  return { items: found.slice(from, from + limit).map(({ now, ...one }) => one), total: ledger.length, next: from + limit < found.length ? String(from + limit) : null }
}

/** The answer of a path, or undefined. */
export function answerMessages(method, path, query, body, { empty, problem, row }) {
  if (path === '/api/v1/messages' && method === 'POST') {
    const sent = { ...made(0), ...body, messageId: (0xb001 + ledger.length).toString(16).padStart(16, '0'), state: 'sent', why: 'none', key: body.key ?? 'a-random-one', plannedAt: ago(0), sentAt: ago(0), deliveredAt: null, customerId: body.customerId ?? '12349' }
    ledger.unshift(sent)
    return { ...sent, created: true, customer: row(sent.customerId) }
  }
  if (path === '/api/v1/messages') return empty ? { items: [], total: 0, next: null } : listed(query)
  const [, id] = /^\/api\/v1\/messages\/([0-9a-f]{16})$/.exec(path) ?? []
  if (id === undefined) return undefined
  const one = empty ? undefined : ledger.find((each) => each.messageId === id)
  return one === undefined ? problem(404, 'not_found', 'there is no message of this number') : { ...one, customer: row(one.customerId) }
}
