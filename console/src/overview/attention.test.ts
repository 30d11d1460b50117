// Goal: whatever the engine finds is said as a sentence, in both languages, with its figures in it.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { asked, marked, paramsOf, placeOf, sentenceOf, type AttentionCode } from './attention'
import en from './en.json'
import zh from './zh.json'

interface Named {
  Attention: { properties: { code: { enum: AttentionCode[] }; level: { enum: string[] } } }
}
const { schemas } = (JSON.parse(readFileSync(new URL('../../../api/openapi.json', import.meta.url), 'utf8')) as { components: { schemas: Named } }).components
const codes = schemas.Attention.properties.code.enum

// What the engine sends with each code.
const sent: Record<AttentionCode, Record<string, string | number>> = {
  not_ready: {},
  views_behind: { lagMs: 61_000 },
  disk_low: { freeBytes: 900_000_000, freeShare: 0.034 },
  dead_letters: { count: 41 },
  no_events: {},
  silent: { since: Date.UTC(2026, 10, 22, 3) },
  orders_down: { orders: 12, before: 40, change: -0.7 },
  conversion_down: { conversion: 0.021, before: 0.043, change: -0.512 },
  refunds_up: { refunds: 9, before: 3 },
  popular_sold_out: { count: 2, itemId: '21034' },
  lists_narrow: { count: 1, placement: 'home' },
  lists_apart: { count: 2, placement: 'home' },
  untitled_items: { count: 3 },
}

describe.each([['en', en], ['zh', zh]] as const)('sentences in %s', (language, words) => {
  it('are there for every code and level the interface names, and for no other', () => {
    expect(Object.keys(words.attention.codes).sort()).toEqual([...codes].sort())
    expect(Object.keys(words.attention.levels).sort()).toEqual([...schemas.Attention.properties.level.enum].sort())
  })
  it.each(codes)('%s says what the engine sent', (code) => {
    const said = sentenceOf(words.attention.codes[code], paramsOf(sent[code], language))
    expect(said).not.toMatch(/[{}]/)
    expect(said).not.toContain('undefined')
    // All that is sent is said, and nothing is asked for that is not sent.
    expect(asked(words.attention.codes[code].full).sort()).toEqual(Object.keys(sent[code]).sort())
  })
  it.each(codes)('%s has a plain sentence for when less is sent', (code) => {
    const { plain, full } = words.attention.codes[code]
    expect(asked(plain)).toEqual([])
    if (asked(full).length > 0) expect(sentenceOf({ full, plain }, {})).toBe(plain)
  })
})

it('units are read from the names', () =>
  expect(paramsOf({ lagMs: 61_000, freeBytes: 900_000_000, freeShare: 0.034, change: -0.5, count: 1234, before: 0.043, itemId: 'A-1' }, 'en')).toEqual({
    lagMs: '1m 1s', freeBytes: '900MB', freeShare: '3.4%', change: '-50%', count: '1,234', before: '4.3%', itemId: 'A-1',
  }))

it('figures that a finding is about carry a mark', () => {
  const one = (code: AttentionCode) => ({ code, level: 'high' as const, params: {}, to: '/' })
  expect([...marked([one('orders_down'), one('disk_low'), one('refunds_up')])]).toEqual(['orders', 'revenue', 'refunds'])
  expect(marked([]).size).toBe(0)
})

it('links stay inside the console', () => {
  expect(placeOf('/items?sort=trending')).toBe('/items?sort=trending')
  expect(placeOf('//elsewhere.example')).toBeNull()
  expect(placeOf('https://elsewhere.example')).toBeNull()
})
