// Goal: a row reads as a plain sentence in both languages, and no sentence lacks a word.
import i18next from 'i18next'
import { describe, expect, it } from 'vitest'
import { groupOf } from './read'
import { begin, kinds, rowsOf, type Row } from './rows'
import { sentenceOf, storyOf, type Speech } from './sentence'
import type { Node } from './tree'
import trees from './trees.json'
import en from './en.json'
import zh from './zh.json'

const i18n = i18next.createInstance()
await i18n.init({ lng: 'zh', resources: { zh: { translation: { builder: zh } }, en: { translation: { builder: en } } }, interpolation: { escapeValue: false }, showSupportNotice: false })
const speech = (lng: string): Speech => ({ t: i18n.getFixedT(lng), event: (name) => (lng === 'zh' && name === 'Product Viewed' ? '浏览商品' : name), number: String, percent: (share) => `${share * 100} %`, moment: (at) => at, segment: (name) => name })
const all = Object.values(trees as Record<string, Node>).map(groupOf)

describe('sentences', () => {
  for (const lng of ['zh', 'en']) {
    it(`are whole in ${lng}`, () => {
      const rows: Row[] = [...all.flatMap(rowsOf), ...kinds.map((kind) => begin(kind))]
      for (const one of rows) expect(sentenceOf(one, speech(lng))).not.toMatch(/builder\.|\{\{|undefined/)
      for (const one of all) expect(storyOf(one, speech(lng))).not.toMatch(/builder\.|\{\{|undefined/)
    })
  }
  it('read well', () => {
    const of = (text: keyof typeof trees, lng: string) => storyOf(groupOf(trees[text] as Node), speech(lng))
    expect(of('customer.events("Product Viewed").where(e, e.category == "shoes").count(days(7)) >= 3', 'zh')).toBe('过去 7 天内“浏览商品”（类目为“shoes”）至少 3 次')
    expect(of('customer.events("Product Viewed").where(e, e.category == "shoes").count(days(7)) >= 3', 'en')).toBe('did “Product Viewed” (category is “shoes”) at least 3 times in the last 7 days')
    expect(of('customer.orders.revenue() > 1000.0 && customer.last_seen < now - days(60)', 'zh')).toBe('订单金额超过 1000，且最近一次出现在 60 天以前')
    expect(of('!(customer.did("A") && (customer.consent.sms || !customer.consent.analytics))', 'en')).toBe('not: did “A”, and (allowed marketing by SMS, or did not allow analytics)')
  })
})
