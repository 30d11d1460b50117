// Goal: a card says what its node does, in both languages, and each way out has its name.
import { describe, expect, it } from 'vitest'
import en from './en.json'
import zh from './zh.json'
import type { Node } from './journey'
import { entryText, nodeText, waysText, wayText, type Words } from './say'

function words(language: 'zh' | 'en'): Words {
  const find = (key: string) => key.split('.').slice(1).reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], language === 'zh' ? zh : en)
  return { language, event: (name) => name, t: (key, values = {}) => String(find(key)).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name])) }
}

describe('a node', () => {
  const rows: [Node, string, string][] = [
    [{ kind: 'wait', forMs: 3_600_000 }, 'Wait 1h', '等待 1小时'],
    [{ kind: 'wait', event: 'Order Completed', forMs: 86_400_000 }, 'Wait for Order Completed, at most 1d', '等“Order Completed”，至多 1天'],
    [{ kind: 'wait', time: '10:00', weekdays: [6, 7] }, 'Wait until 10:00 on Sat, Sun', '等到周六、周日 10:00'],
    [{ kind: 'wait', bestHour: true, forMs: 86_400_000 }, 'Wait for his best hour, at most 1d', '等到他最活跃的时刻，至多 1天'],
    [{ kind: 'branch', cases: [{ if: 'a > 1' }] }, 'If a > 1', '如果 a > 1'],
    [{ kind: 'split', arms: [{ name: 'a', share: 0.25 }, { name: 'b', share: 0.75 }] }, 'By chance a 25% · b 75%', '随机分到 a 25% · b 75%'],
    [{ kind: 'send', channels: [{ channel: 'email', template: 'cart' }, { channel: 'sms', template: 'cart' }] }, 'Send cart by email → sms', '发送 cart，经 email → sms'],
    [{ kind: 'offer', offer: '' }, 'Give the offer …', '送优惠 …'],
    [{ kind: 'update', tag: 'fan', forMs: 2_592_000_000 }, 'Set the tag fan for 30d', '打标签 fan，保留 30天'],
    [{ kind: 'update', tag: 'fan', remove: true }, 'Take the tag fan away', '去掉标签 fan'],
    [{ kind: 'update', webhook: { channel: 'crm', template: 'note' } }, 'Tell crm: note', '经 crm 通知：note'],
    [{ kind: 'exit', goal: true }, 'The goal is reached; leave', '达成目标，离开旅程'],
  ]
  it.each(rows)('%j', (node, english, chinese) => {
    expect(nodeText(node, words('en'))).toBe(english)
    expect(nodeText(node, words('zh'))).toBe(chinese)
  })
})

describe('a way', () => {
  const w = words('en')
  const wait: Node = { kind: 'wait', event: 'Order Completed', forMs: 1, next: 'a', late: 'b' }
  it('has a name where there are several', () => {
    expect(wayText(wait, { slot: 'late' }, w)).toBe('too late')
    expect(wayText(wait, { slot: 'next' }, w)).toBe('it came')
    expect(wayText({ kind: 'wait', forMs: 1 }, { slot: 'next' }, w)).toBeUndefined()
    expect(wayText({ kind: 'branch', cases: [{ if: 'x' }] }, { slot: 'case', at: 0 }, w)).toBe('x')
  })
  it('that all take needs none', () => {
    expect(waysText(wait, [{ slot: 'next', to: 'a' }, { slot: 'late', to: 'a' }], w)).toBeUndefined()
    expect(waysText(wait, [{ slot: 'late', to: 'b' }], w)).toBe('too late')
  })
})

describe('the entry', () => {
  it('says who enters', () => {
    expect(entryText({ entry: { event: 'Cart Viewed', where: 'e.price > 9.0' } }, words('en'))).toBe('Who does Cart Viewed (e.price > 9.0) enters')
    expect(entryText({ entry: { segment: 'vip' } }, words('zh'))).toBe('进入分群 vip 的顾客')
  })
})
