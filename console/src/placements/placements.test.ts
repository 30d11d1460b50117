import { describe, expect, it } from 'vitest'
import { asKind, changesOf, majorOf, minorOf, moved, newRule, placeOfField, sent, speaksOf, stagesOf, withStrategy, type Definition, type Rule } from './draft'
import { askOf, settingOf, whyLeft, withSetting, type Tried } from './trial'

const strategies = [{ id: 'personal', stages: ['history', 'popular'] }, { id: 'popular', stages: ['popular'] }]
const cap: Rule = { kind: 'cap', by: 'brand', most: 2 }
const pin: Rule = { kind: 'pin', slot: 1, itemId: '7' }

describe('a rule', () => {
  it('of another kind keeps name and conditions, and no number of the old', () =>
    expect(asKind({ kind: 'boost', name: 'tea', when: 'now', item: 'item.stock > 1', factor: 3 }, 'stock')).toEqual({ kind: 'stock', least: 5, name: 'tea', when: 'now', item: 'item.stock > 1' }))
  it('that becomes a pin has a condition or an item', () => {
    expect(asKind({ kind: 'exclude', item: 'x' }, 'pin')).toEqual({ kind: 'pin', slot: 1, item: 'x' })
    expect(asKind(cap, 'pin')).toEqual({ kind: 'pin', slot: 1, itemId: '' })
  })
  it('is sent without what is empty or not of its kind', () =>
    expect(sent({ strategy: 'personal', rules: [{ ...newRule('exclude'), name: ' ', when: '', item: ' item.stock > 1 ', factor: 2 }] }).rules).toEqual([{ kind: 'exclude', item: 'item.stock > 1' }]))
  it.each([[0, 1, ['b', 'a', 'c']], [2, -1, ['a', 'c', 'b']], [0, -1, ['a', 'b', 'c']], [2, 1, ['a', 'b', 'c']]] as const)('moves from %i by %i', (at, by, want) => expect(moved(['a', 'b', 'c'], at, by)).toEqual(want))
})

describe('stages', () => {
  it('are those of the strategy where none are said', () => expect(stagesOf({ strategy: 'popular' }, strategies)).toEqual(['popular']))
  it('follow another strategy where they were its own', () => expect(withStrategy({ strategy: 'personal', stages: ['history', 'popular'] }, 'popular', strategies)).toEqual({ strategy: 'popular' }))
  it('stay where somebody chose them', () => expect(withStrategy({ strategy: 'personal', stages: ['new'] }, 'popular', strategies)).toEqual({ strategy: 'popular', stages: ['new'] }))
})

describe('changes', () => {
  const of = (from: Partial<Definition>, to: Partial<Definition>) => changesOf({ strategy: 'personal', ...from }, { strategy: 'personal', ...to }, strategies)
  it('are none where both mean the same', () => expect(of({}, { stages: ['history', 'popular'], hideBoughtDays: 30, explore: 0, public: false, dials: { margin: 0 }, rules: [], title: { zh: ' ' } })).toEqual([]))
  it('name how slots are drawn, where one is', () => {
    expect(of({ explore: 0.1 }, { explore: 0.1, exploreSlots: 3, exploreTemperature: 2 })).toEqual([{ part: 'exploreSlots', from: 1, to: 3 }, { part: 'exploreTemperature', from: 0, to: 2 }])
    expect(of({}, { exploreSlots: 3, exploreTemperature: 2 })).toEqual([])
  })
  it('name every part', () =>
    expect(of({ title: { en: 'A' } }, { strategy: 'popular', hideBoughtDays: -1, explore: 0.1, public: true, dials: { popularity: -0.5 } })).toEqual([
      { part: 'titleEn', from: 'A', to: '' }, { part: 'strategy', from: 'personal', to: 'popular' }, { part: 'stages', from: ['history', 'popular'], to: ['popular'] }, { part: 'hideBoughtDays', from: 30, to: -1 },
      { part: 'explore', from: 0, to: 0.1 }, { part: 'public', to: true }, { part: 'popularity', from: 0, to: -0.5 },
    ]))
  it('of rules: one more, one less', () => {
    expect(of({ rules: [cap] }, { rules: [pin, cap] })).toEqual([{ part: 'ruleAdded', at: 0, rule: pin }])
    expect(of({ rules: [pin, cap] }, { rules: [cap] })).toEqual([{ part: 'ruleGone', at: 0, rule: pin }])
  })
  it('of rules: another number, another place', () => {
    expect(of({ rules: [pin, cap] }, { rules: [pin, { ...cap, most: 3 }] })).toEqual([{ part: 'ruleChanged', at: 1, rule: { ...cap, most: 3 } }])
    expect(of({ rules: [pin, cap] }, { rules: [cap, pin] })).toEqual([{ part: 'rulesMoved' }])
  })
  it('tell two rules of a kind apart by their names', () =>
    expect(of({ rules: [{ ...cap, name: 'a' }, { ...cap, name: 'b' }] }, { rules: [{ ...cap, name: 'b', most: 9 }] })).toEqual([{ part: 'ruleChanged', at: 0, rule: { ...cap, name: 'b', most: 9 } }, { part: 'ruleGone', at: 0, rule: { ...cap, name: 'a' } }]))
})

it.each([
  ['definition.rules[12].when', { rule: 12, member: 'when' }], ['rules[0].item', { rule: 0, member: 'item' }], ['definition.dials.margin', { rule: undefined, member: 'dials.margin' }], [undefined, { rule: undefined, member: '' }],
])('a refusal of %s', (field, want) => expect(placeOfField(field)).toEqual(want))

it('an answer speaks of the rules while their kinds are the same', () => {
  expect(speaksOf({ strategy: 'personal', rules: [cap] }, { strategy: 'popular', rules: [{ ...cap, most: 9 }] })).toBe(true)
  expect(speaksOf({ strategy: 'personal', rules: [cap, pin] }, { strategy: 'personal', rules: [pin, cap] })).toBe(false)
})

it.each([['12.5', 2, 1250], ['', 2, undefined], ['1000', 0, 1000], ['x', 2, undefined]])('money %j with %i digits', (text, digits, want) => {
  expect(minorOf(text, digits)).toBe(want)
  if (want !== undefined) expect(majorOf(want, digits)).toBe(Number(text))
})

describe('a trial', () => {
  it('asks what the address says', () =>
    expect(askOf({ strategy: 'popular' }, 'home', settingOf(new URLSearchParams('customer=17&itemId=9&cart=a,b&city=深圳&device=mobile&weather=rain&temp=-3&time=2026-11-22T08:30&n=4')), 'Asia/Shanghai')).toEqual({
      definition: { strategy: 'popular' }, placement: 'home', customerId: '17', n: 4, context: { itemId: '9', cart: ['a', 'b'], city: '深圳', device: 'mobile', weather: { condition: 'rain', temp_c: -3 }, time: '2026-11-22T00:30:00.000Z' },
    }))
  it('for anyone says nothing of the moment', () => expect(askOf({ strategy: 'popular' }, '', settingOf(new URLSearchParams('customer=ann')), undefined)).toEqual({ definition: { strategy: 'popular' }, n: 8, context: {} }))
  it('keeps the rest of the address', () => expect(withSetting(new URLSearchParams('customer=17&n=4'), { customer: '', city: 'x' }).toString()).toBe('n=4&city=x'))
  it.each([
    [{ hidden: true, hiddenBy: 2, factor: 0 }, { kind: 'hidden', rule: 2 }], [{ hidden: true, factor: 0 }, { kind: 'notIncluded' }], [{ hidden: false, factor: 0.5 }, { kind: 'lowered', factor: 0.5 }], [{ hidden: false, factor: 1 }, { kind: 'displaced' }],
  ])('why %j is not there', (part, want) => expect(whyLeft({ itemId: 'x', title: '', rank: null, rankWithout: 1, score: 1, reason: 'popular', rules: [], ...part } satisfies Tried)).toEqual(want))
})
