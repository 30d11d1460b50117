import { afterEach, describe, expect, it, vi } from 'vitest'
import { call, CallError, rememberCsrf, urlOf } from './client'

afterEach(() => vi.unstubAllGlobals())

describe('urlOf', () => {
  const rows: [string, Parameters<typeof urlOf>, string][] = [
    ['plain', ['/api/v1/system'], '/api/v1/system'],
    ['path is encoded', ['/v1/profiles/{userId}', { userId: 'a/b 准' }], '/v1/profiles/a%2Fb%20%E5%87%86'],
    ['empty query values are left out', ['/x', {}, { q: '', limit: 5, cursor: null }], '/x?limit=5'],
  ]
  it.each(rows)('%s', (_, args, want) => expect(urlOf(...args)).toBe(want))
})

describe('call', () => {
  it('sends the token only with what changes something', async () => {
    const seen: Record<string, string>[] = []
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      seen.push(init.headers as Record<string, string>)
      return new Response(null, { status: 204 })
    })
    rememberCsrf('t1')
    await call('get', '/api/v1/session')
    await call('post', '/api/v1/logout')
    expect(seen[0]).not.toHaveProperty('X-CSRF-Token')
    expect(seen[1]).toHaveProperty('X-CSRF-Token', 't1')
  })

  it('turns a problem object into an error with code and field', async () => {
    vi.stubGlobal('fetch', async () =>
      Response.json({ title: 'Bad field', code: 'bad_field', field: 'n' }, { status: 400 }),
    )
    const error = await call('get', '/api/v1/overview').catch((e: unknown) => e)
    expect(error).toBeInstanceOf(CallError)
    expect(error).toMatchObject({ status: 400, code: 'bad_field', field: 'n' })
  })

  it('says unreachable when no answer came', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('failed')
    })
    await expect(call('get', '/api/v1/overview')).rejects.toMatchObject({ status: 0, code: 'unreachable' })
  })
})
