import { describe, expect, it } from 'vitest'
import { changesOf, joinedOf, readable, toneOf, type Event, type Request } from './changes'

const event = (more: Partial<Event> = {}): Event => ({
  type: 'identify', event: '', messageId: 'm', outcome: 'accepted', raw: null, personal: null,
  identity: { kind: 'known', customer: '7', userBefore: '7', anonymousBefore: null, previousBefore: null },
  before: { orders: 1, revenueCents: 500, traits: {} }, after: { orders: 1, revenueCents: 500, traits: {} }, ...more,
})

describe('what an event changed', () => {
  it('says nothing where nothing is another', () => expect(changesOf(event())).toEqual([]))
  it('waits for the views', () => expect(changesOf(event({ after: null }))).toBeUndefined())
  it('says nothing of what was not kept', () => expect(changesOf(event({ outcome: 'duplicate', after: null }))).toEqual([]))
  it('names traits that came, changed and went, and no others', () =>
    expect(changesOf(event({
      before: { orders: 1, revenueCents: 500, traits: { city: 'a', gone: 1, same: [1] } },
      after: { orders: 1, revenueCents: 500, traits: { city: 'b', came: true, same: [1] } },
    }))).toEqual([
      { kind: 'trait', name: 'came', before: undefined, after: true },
      { kind: 'trait', name: 'city', before: 'a', after: 'b' },
      { kind: 'trait', name: 'gone', before: 1, after: undefined },
    ]))
  it('names what is sealed, orders and revenue', () =>
    expect(changesOf(event({ personal: ['email'], after: { orders: 2, revenueCents: 900, traits: null } }))).toEqual([
      { kind: 'personal', name: 'email' }, { kind: 'orders', before: 1, after: 2 }, { kind: 'revenue', before: 500, after: 900 },
    ]))
  it('names each customer that was joined once', () =>
    expect(joinedOf(event({ identity: { kind: 'joined', customer: '7', userBefore: '7', anonymousBefore: '9', previousBefore: '9' } }))).toEqual(['9']))
})

describe('a request', () => {
  const request = (status: number, rejected: number) => toneOf({ status, rejected } as Request)
  it('is good, in part refused, or refused', () => expect([request(200, 0), request(200, 1), request(429, 0)]).toEqual(['good', 'warn', 'bad']))
  it('is read as JSON where it is some', () => expect([readable('{"a":1}'), readable('data=x')]).toEqual([{ json: { a: 1 } }, { text: 'data=x' }]))
})
