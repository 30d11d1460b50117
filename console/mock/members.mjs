// People and roles, made up. The table of roles is that of three of them; the engine has all.
import { people } from './audit.mjs'

const rights = ['view_totals', 'view_customer', 'edit_catalog', 'edit_definitions', 'manage_keys', 'manage_users', 'read_deadletters', 'import', 'export', 'erase', 'read_audit', 'report', 'approve', 'view_contact']
const roles = { owner: rights, marketer: ['view_totals', 'edit_catalog', 'edit_definitions', 'report', 'approve'], privacy_officer: ['view_totals', 'view_customer', 'export', 'erase', 'read_audit', 'view_contact'], viewer: ['view_totals'], approver: ['view_totals', 'approve'] }
const made = 'mnp4q8rstuvwxyz23456'
const users = people.map((one) => ({ ...one, state: 'on', createdAt: '2026-01-05T08:00:00.000Z', lastLoginAt: one.id === '2' ? null : '2026-11-23T08:40:00.000Z', secondFactor: one.id === '3', passwordOnce: one.id === '2', mayChange: true }))

/** The answer of a path; null: done, nothing to say; undefined: another's. */
export function answerMembers(method, path, body, problem) {
  if (path === '/api/v1/roles') return { rights, items: Object.entries(roles).map(([role, may]) => ({ role, rights: may, mayGive: true })) }
  if (path === '/api/v1/users' && method === 'GET') return { items: users, next: null }
  if (path === '/api/v1/users' && method === 'POST') {
    if (users.some((one) => one.name === body.name)) return problem(409, 'exists', 'a user of this name exists')
    const one = { id: String(users.length + 1), name: body.name, role: body.role, state: 'on', createdAt: new Date().toISOString(), lastLoginAt: null, secondFactor: false, passwordOnce: true, mayChange: true }
    users.push(one)
    return { ...one, password: made }
  }
  const [, name, act] = /^\/api\/v1\/users\/([^/]+)(\/.+)?$/.exec(path) ?? []
  const one = users.find((user) => user.name === decodeURIComponent(name ?? ''))
  if (one === undefined) return undefined
  if (act === '/second-factor/off') return void (one.secondFactor = false) ?? null
  if (act === '/password' && body.password === undefined) return { ...Object.assign(one, { passwordOnce: true }), password: made }
  if (act !== undefined) return undefined
  if (one.role === 'owner') return problem(409, 'last_owner', 'nobody else owns this workspace')
  return Object.assign(one, body)
}
