import { describe, expect, it } from 'vitest'
import { originsOf, limitOf, calledOf, endOf, groupsOf, isSourceName, keyNamed, lives, whenOf, type Key } from './sources'
import { KEY_PLACE, senderOf, senders, snippetOf } from './snippets'

const key = (id: string, source: string, more: Partial<Key> = {}): Key => ({ id, kind: 'write', source, name: '', hint: `…ab${id}`, createdAt: `2026-11-0${id}T00:00:00Z`, revokedAt: null, origins: [], ...more })

describe('the field of a limit', () => {
  it('is a number, none, or neither', () => expect(['', ' 500 ', '0', '1.5', '-1', 'x', '10000001'].map(limitOf)).toEqual([null, 500, undefined, undefined, undefined, undefined, undefined]))
})

describe('the field of origins', () => {
  it('is a list, none, or neither', () => expect(['', ' https://a.example, http://localhost:5173 ', 'a.example', 'https://a.example/', 'https://A.example'].map(originsOf)).toEqual([[], ['https://a.example', 'http://localhost:5173'], undefined, undefined, undefined]))
})

describe('sources', () => {
  it('stand with their keys, the newest first, the revoked apart', () => {
    const groups = groupsOf([{ id: '1', name: 'web' }, { id: '2', name: 'app' }], [key('1', 'web'), key('2', 'web'), key('3', 'web', { revokedAt: '2026-11-09T00:00:00Z' })])
    expect(groups.map((one) => [one.source.name, one.live.map((k) => k.id), one.revoked.map((k) => k.id)])).toEqual([['web', ['2', '1'], ['3']], ['app', [], []]])
  })
  it('know a key by its end, if it is a live write key', () => {
    const keys = [key('1', 'web'), key('2', 'web', { kind: 'server' }), key('3', 'web', { revokedAt: '2026-11-09T00:00:00Z' }), key('4', 'web', { hint: '…' })]
    expect(['zhun_wk_1_xyab1 ', 'ab2', 'ab3', 'zz', ''].map((text) => keyNamed(text, keys)?.id)).toEqual(['1', undefined, undefined, undefined, undefined])
  })
  it('are called by their keys\' ends, or notes', () => {
    expect([key('1', 'web'), key('2', 'web', { hint: '…', name: 'first' }), key('3', 'web', { hint: '…' })].map(calledOf)).toEqual(['…ab1', 'first', '…'])
  })
  it('tell when a key ends, and that it has', () => {
    const past = key('1', 'web', { expiresAt: '2020-01-01T00:00:00Z' })
    const told = [key('2', 'web'), key('3', 'web', { expiresAt: '2999-01-01T00:00:00Z' }), past, key('4', 'web', { expiresAt: '2020-01-01T00:00:00Z', revokedAt: '2019-01-01T00:00:00Z' })]
    expect(told.map((one) => whenOf(one).map((when) => when.word))).toEqual([['createdAt'], ['createdAt', 'expiresAt'], ['expiredAt'], ['revokedAt']])
    expect(groupsOf([{ id: '1', name: 'web' }], [past])[0]?.live).toEqual([])
    expect(lives.map((life) => endOf(life, Date.UTC(2026, 0, 1)))).toEqual([null, '2026-04-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'])
  })
  it('have names that stand in addresses', () => {
    expect(['web', 'mini.shop-2_x', '', 'a b', '小程序', 'x'.repeat(101)].map(isSourceName)).toEqual([true, true, false, false, false, false])
  })
})

describe('snippets', () => {
  it('hold this engine and the key, each of them', () => {
    for (const sender of senders) {
      const text = snippetOf(sender, 'https://engine.example:8700', ' zhun_wk_1_a-b_c ')
      expect(text).toContain('https://engine.example:8700')
      expect(text).toContain('zhun_wk_1_a-b_c')
      expect(snippetOf(sender, 'https://engine.example', '')).toContain(KEY_PLACE)
    }
  })
  it('let no text out of its quotes', () => {
    expect(snippetOf('curl', 'http://a', `x'; rm -rf ~ #`)).toContain("-u 'xrm-rf:'")
    expect(snippetOf('zhun', 'http://a', "'</script><b>")).not.toContain('<b>')
  })
  it('are chosen by the address', () => {
    expect([senderOf(new URLSearchParams('sdk=curl')), senderOf(new URLSearchParams('sdk=x')), senderOf(new URLSearchParams())]).toEqual(['curl', 'zhun', 'zhun'])
  })
})
