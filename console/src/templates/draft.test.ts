// Goal: what is edited is what was saved, and a fault leads to its place.
import { expect, test } from 'vitest'
import { definitionOf, draftOf, faultOf, fresh, placeOf, sampleOf } from './draft'

const whole = { title: 'Welcome', purpose: 'transactional', language: 'zh', languages: { zh: { subject: '你好', text: '一' }, en: { html: '<p>one</p>', json: '{}' }, 'zh-TW': { text: '壹' } }, sample: { item: 'tea' } }

test('there and back it is the same', () => expect(definitionOf(draftOf(whole))).toEqual(whole))

test('what says nothing is left out, and the language of last resort is one that is there', () => {
  const draft = { ...fresh, language: 'zh', languages: { zh: { text: '', subject: '' }, en: { text: 'one', html: '' } } }
  expect(definitionOf(draft)).toEqual({ purpose: 'marketing', language: 'en', languages: { en: { text: 'one' } } })
  expect(definitionOf({ ...fresh, languages: {} })).toEqual({ purpose: 'marketing', languages: {} })
})

test('a sample is an object or nothing', () => {
  for (const [text, want] of [['', {}], ['  ', {}], ['{"a":1}', { a: 1 }], ['[1]', undefined], ['{', undefined], ['null', undefined]] as const) expect(sampleOf(text)).toEqual(want)
})

test('a fault is found in its language and part', () => {
  expect(faultOf('languages.zh-TW.html', 'line 2, column 5: no such tag', 'en')).toEqual({ language: 'zh-TW', part: 'html', why: 'no such tag', line: 2, column: 5 })
  expect(faultOf('text', 'line 1, column 4: divided by 0', 'en')).toEqual({ language: 'en', part: 'text', why: 'divided by 0', line: 1, column: 4 })
  expect(faultOf('languages.en.json', 'the text is no JSON', 'zh')).toEqual({ language: 'en', part: 'json', why: 'the text is no JSON' })
  for (const field of ['title', 'languages', 'languages.zh', '', undefined]) expect(faultOf(field, 'is missing', 'en')).toBeUndefined()
})

test('a place is counted in characters, not in the halves of an emoji', () => {
  for (const [text, line, column, want] of [['abc', 1, 2, 1], ['a\nbcd', 2, 3, 4], ['😀{{', 1, 2, 2], ['a', 9, 9, 2]] as const) expect(placeOf(text, line, column)).toBe(want)
})
