// The audit, made up: a day's work of an owner, a marketer, a privacy officer, a key and the command line. "nobody" is an unknown customer.
const hash = (n) => String(n).padStart(4, '0').repeat(16).slice(0, 32)
export const people = [{ id: '1', name: 'admin', role: 'owner' }, { id: '2', name: 'shop', role: 'marketer' }, { id: '3', name: 'reader', role: 'privacy_officer' }]
const user = (n) => ({ by: `user ${n}`, role: people[n - 1].role })
const kinds = [
  { ...user(3), why: 'a question by telephone', did: 'GET /api/v1/customers/{}', what: hash(7), customer: hash(12), customers: 1 },
  { ...user(2), did: 'PUT /api/v1/segments/{}', what: 'loyal', sent: hash(3).repeat(2) },
  { by: 'nobody', did: 'POST /api/v1/login', what: 'admin', status: 401 },
  { by: 'nobody', did: 'POST /api/v1/login', what: 'shop' },
  { by: 'key 6', role: 'owner', did: 'GET /api/v1/export/events', customers: 4_372 },
  { ...user(2), did: 'PUT /api/v1/customers/{}/tags/{}', what: `${hash(8)}/vip`, customer: hash(31), customers: 1, status: 403 },
  { by: 'command line', role: 'owner', did: 'POST /api/v1/backups' },
  { ...user(3), why: 'asked by letter', did: 'POST /api/v1/erasures', customer: hash(44), customers: 1, sent: hash(5).repeat(2) },
  { ...user(2), did: 'DELETE /api/v1/segments/{}', what: 'nothing', status: 404 },
  { ...user(1), did: 'PUT /api/v1/uploads/{}', what: '3' },
]
const LINES = 137
const lines = Array.from({ length: LINES }, (_, i) => {
  const seq = LINES - i
  return { seq, at: new Date(Date.UTC(2026, 10, 23, 9) - i * 523_000).toISOString(), status: 200, ...kinds[i % kinds.length], prev: hash(seq - 1).repeat(2) }
})

/** The answer of a path, or undefined. */
export function answerAudit(method, path, query, { empty, paged, problem }) {
  if (method !== 'GET') return undefined
  if (path === '/api/v1/audit/head') return { size: LINES, root: hash(9).repeat(2), at: '2026-11-23T09:00:30.000Z', key: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', signature: 'AA' }
  if (path !== '/api/v1/audit') return undefined
  const [by, did, customer] = ['by', 'did', 'customer'].map((name) => query.get(name) ?? '')
  if (customer === 'nobody') return problem(404, 'not_found', 'no customer has this id', 'customer')
  const found = empty ? [] : lines.filter((one) => (by === '' || one.by === by) && one.did.includes(did) && (customer === '' || one.customer === hash(12)))
  return { ...paged(found, query), lines: empty ? 0 : LINES, damage: '' }
}
