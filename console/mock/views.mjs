// Saved views: of admin, who walks, and one of a colleague that is shared.
const views = new Map([['9f', { id: '9f', page: 'items', title: '断货商品', query: 'standing=sold_out', isShared: true, isMine: false, mayChange: true, owner: '林悦', changedAt: '2026-01-05T03:00:00Z' }]])
const standard = new Map()
const shown = (one) => ({ ...one, isDefault: standard.get(one.page) === one.id })

/** null: done, with nothing to say. */
export function answerViews(method, path, query, body, empty, problem) {
  if (path === '/api/v1/views') return { items: empty ? [] : [...views.values()].filter((one) => one.page === query.get('page')).map(shown), next: null }
  const [, id, rest] = /^\/api\/v1\/views\/([a-z0-9-]{1,40})(\/default)?$/.exec(path) ?? []
  if (id === undefined) return undefined
  const known = views.get(id)
  if (method === 'PUT' && rest === undefined) {
    const one = { isMine: true, mayChange: true, owner: 'admin', ...known, id, page: body.page, title: body.title, query: body.query, isShared: body.isShared === true, changedAt: new Date().toISOString() }
    views.set(id, one)
    return shown(one)
  }
  if (known === undefined) return problem(404, 'not_found', 'no such view')
  if (method === 'DELETE') views.delete(id)
  else if (body.isDefault) standard.set(known.page, id)
  else if (standard.get(known.page) === id) standard.delete(known.page)
  return null
}
