// Erasures, made up: one complete, one under way. "nobody" is unknown.
const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString()
const publicKey = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
const make = (number, hours, done, more) => ({
  id: String(number), subject: '0123456789abcdef0123456789abcdef', askedAt: ago(hours), deadline: ago(hours - 72), completeAt: done === 5 ? ago(hours - 2) : null,
  reason: 'asked by letter', customers: 2, letters: 1, position: `0:${number * 100}`, state: done === 5 ? 'complete' : done === 2 ? 'views' : 'log', by: 'admin',
  parts: { keys: { at: ago(hours), customers: 2 }, ids: { at: ago(hours) }, views: { at: done > 2 ? ago(hours - 1) : null }, log: { at: done > 3 ? ago(hours - 1.5) : null, ...(done > 3 ? { records: 64 } : {}) }, files: { at: done > 4 ? ago(hours - 2) : null } },
  ...more,
})
let items = [make(2, 1, 2), make(1, 50, 5, { reason: '' })]

/** The answer of a path, or undefined. */
export function answerPrivacy(method, path, body, { empty, problem }) {
  if (path === '/api/v1/erasures' && method === 'POST') {
    if ((body.userId ?? body.anonymousId ?? body.id) === 'nobody') return problem(404, 'not_found', 'no such customer')
    items = [make(items.length + 1, 0, 2, { reason: body.reason ?? '' }), ...items]
    return { ...items[0], receipt: {}, protected: '', payload: '', signature: '', publicKey }
  }
  const work = { waiting: empty ? 0 : 1, waitSeconds: 3600, views: false, records: 0, recordsAll: 0, segments: 0, segmentsAll: 0, why: '' }
  if (path === '/api/v1/erasures') return { items: empty ? [] : items, next: null, work, publicKey }
  const number = /^\/api\/v1\/erasures\/(\d+)$/.exec(path)?.[1]
  if (number === undefined) return undefined
  const one = items.find((each) => each.id === number)
  return one === undefined ? problem(404, 'not_found', 'no erasure has this number') : { ...one, receipt: { ...one, type: 'zhun.erasure', version: 1, workspace: 1 }, protected: 'e30', payload: 'e30', signature: 'AA', publicKey }
}
