import { describe, expect, it } from 'vitest'
import { fit, moved, rank } from './commands'

const commands = [
  { id: 'overview', name: '概览', also: 'Overview /' },
  { id: 'live', name: '实时事件', also: 'Live events /live' },
  { id: 'items', name: '商品', also: 'Items /items' },
  { id: 'preview', name: '推荐预览', also: 'Preview /preview' },
  { id: 'dark', name: '换成深色外观', also: 'Switch to dark theme 主题' },
  { id: 'cafe', name: 'Café list' },
]
const found = (typed: string) => rank(commands, typed).map((one) => one.id)

describe('rank', () => {
  it('nothing typed: all, in their order', () => expect(found('')).toEqual(commands.map((one) => one.id)))
  it('finds by the name', () => expect(found('商品')).toEqual(['items']))
  it('finds by a part of a Chinese name', () => expect(found('事件')).toEqual(['live']))
  it('finds by the name in the other language', () => expect(found('overview')).toEqual(['overview']))
  it('finds by an address', () => expect(found('/live')).toEqual(['live']))
  it('is not particular about case, accents or wide letters', () => {
    expect(found('cafe')).toEqual(['cafe'])
    expect(found('ＤＡＲＫ')).toEqual(['dark'])
  })
  it('wants every word', () => {
    expect(found('dark theme')).toEqual(['dark'])
    expect(found('dark moon')).toEqual([])
  })
  it('a beginning is better than a middle', () => expect(rank([{ id: 'a', name: 'Reviews' }, { id: 'b', name: 'View' }], 'view').map((one) => one.id)).toEqual(['b', 'a']))
  it('the own name is better than another', () => expect(rank([{ id: 'a', name: 'x', also: 'live' }, { id: 'b', name: 'live' }], 'live')[0]?.id).toBe('b'))
  it('finds nothing where there is nothing', () => expect(found('zzz')).toEqual([]))
})

it('the same text fits best', () => {
  expect(fit('Items', 'items')).toBeGreaterThan(fit('Items list', 'items'))
  expect(fit('Items list', 'items')).toBeGreaterThan(fit('All items', 'items'))
})

it('arrows go round, and an empty list has no choice', () => {
  expect(moved(0, 'ArrowUp', 3)).toBe(2)
  expect(moved(2, 'ArrowDown', 3)).toBe(0)
  expect(moved(1, 'Home', 3)).toBe(0)
  expect(moved(0, 'End', 3)).toBe(2)
  expect(moved(0, 'ArrowDown', 0)).toBe(-1)
})
