import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { acts, byOf, endOf, headFile, thingOf, verifyCommand, type Line } from './audit'
import en from './en.json'
import zh from './zh.json'

const line = (more: Partial<Line>): Line => ({ seq: 1, at: '2026-11-23T00:00:00.000Z', by: 'user 1', did: 'PUT /api/v1/segments/{}', status: 200, prev: '', ...more })

test('every act is a route of the interface, and has words', () => {
  const { paths } = JSON.parse(readFileSync(new URL('../../../api/openapi.json', import.meta.url), 'utf8')) as { paths: Record<string, object> }
  const routes = new Set(Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`)))
  expect(Object.keys(acts).filter((did) => !routes.has(did))).toEqual([])
  for (const words of [en, zh]) expect(Object.keys(words.acts).sort()).toEqual(Object.values(acts).sort())
})

test('a name is found in any case, another word goes as it was typed', () => {
  const names = new Map([['user 3', 'Reader'], ['command line', '命令行']])
  expect(byOf(' reader ', names)).toBe('user 3')
  expect(byOf('User 3', names)).toBe('user 3')
  expect(byOf('命令行', names)).toBe('command line')
  expect(byOf('key 7 ', names)).toBe('key 7')
})

test('of a customer the hash of the address is not shown, what follows it is', () => {
  expect(thingOf(line({ what: 'loyal' })).what).toBe('loyal')
  expect(thingOf(line({ did: 'PUT /api/v1/customers/{}/tags/{}', what: '0123abcd/vip', customer: 'ffff', customers: 1 }))).toEqual({ customer: 'ffff', customers: 1, what: 'vip' })
  expect(thingOf(line({ did: 'GET /api/v1/customers/{}', what: '0123abcd' }))).toEqual({ customer: undefined, customers: 0, what: '' })
})

test('how it ended', () => {
  expect([200, 204, 401, 403, 404, 503].map(endOf)).toEqual(['done', 'done', 'refused', 'refused', 'failed', 'failed'])
})

test('the command names the file that was saved', () => {
  expect(verifyCommand(headFile(12))).toBe('zhun audit verify --data ./zhun-data --head audit-head-12.json')
})
