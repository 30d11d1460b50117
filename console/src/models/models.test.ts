import { expect, test } from 'vitest'
import { barOf, playersOf, saysOf, type League, type ModelPlace, type Models } from './models'

const place = (model: string, verdict: ModelPlace['verdict'], ndcg?: number): ModelPlace => ({ model, meaning: '', verdict, why: null, trials: 0, bytes: 0, ...(ndcg === undefined ? {} : { ndcg }) })
const league = (places: ModelPlace[]): League => ({ at: '', tookMs: 0, from: '', validFrom: '', testFrom: '', to: '', customers: 0, items: 0, purchases: 0, drawn: false, questions: 0, questionsMin: 100, k: 10, why: null, places })

test('the better bar is the mark, the best the full length', () => {
  expect(barOf(league([place('rp3beta', 'ahead', 0.12), place('itemknn', 'bar', 0.1), place('popular', 'bar', 0.03), place('ease', 'absent')]))).toEqual({ best: 0.12, bar: 0.1 })
})

test('without a bar there is no mark, and nothing is divided by nothing', () => {
  expect(barOf(league([place('ease', 'absent')]))).toEqual({ best: 1e-9, bar: undefined })
})

test('who could not play is no player', () => {
  expect(playersOf(league([place('popular', 'bar', 0.1), place('ease', 'absent')])).map((one) => one.model)).toEqual(['popular'])
})

const change = (version: number, why: Models['changes'][number]['why']): Models['changes'][number] => ({ version, at: '', why, by: 'engine', byNumber: 0 })
const models = (state: Models['deployed']['state'], changes: Models['changes']): Models => ({ training: false, learning: false, outcome: null, automatic: true, deployed: { version: state === 'none' ? 0 : 3, state, why: null }, versions: [], changes, league: null })

test.each([
  ['nothing was ever deployed', models('none', []), 'never'],
  ['a table answers', models('serving', [change(3, 'league')]), 'serving'],
  ['its file is gone', models('lost', [change(3, 'league')]), 'lost'],
  ['its file has changed', models('damaged', [change(3, 'league')]), 'damaged'],
  ['the engine took it back', models('none', [change(0, 'not_ahead'), change(3, 'league')]), 'notAhead'],
  ['somebody switched it off', models('none', [change(0, 'off'), change(3, 'league')]), 'isOff'],
])('%s', (_, given, says) => {
  expect(saysOf(given)).toBe(says)
})
