// Goal: the steps say what the engine did, no more: nothing after the reason counts as passed.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import en from './en.json'
import { reasonOf, reasons, states, stepsOf, stopOf, toneOf, type Message } from './steps'

const clock = Date.parse('2026-11-23T12:00:00Z')
const one = (more: Partial<Message>): Message => ({ messageId: '00000000000000ff', state: 'sent', why: 'none', channel: 'sms', template: 'offer', purpose: 'marketing', key: '1', plannedAt: '2026-11-23T11:00:00Z', ...more })
const endsOf = (message: Message) => Object.fromEntries(stepsOf(message, clock).map(({ key, end }) => [key, end]))

describe('the steps of a message', () => {
  it.each<[string, Partial<Message>, string | undefined, string | undefined, string]>([
    ['no consent', { state: 'skipped', why: 'no_consent' }, 'allowed', 'no_consent', 'ended'],
    ['outranked', { state: 'skipped', why: 'outranked' }, 'caps', 'outranked', 'ended'],
    ['its time has not come', { state: 'planned', dueAt: '2026-11-23T18:00:00Z', now: { act: 'send', why: 'none' } }, 'time', 'not_due', 'held'],
    ['quiet hours now', { state: 'planned', dueAt: '2026-11-23T13:00:00Z', now: { act: 'wait', why: 'quiet_hours', until: '2026-11-24T08:00:00Z' } }, 'quiet', 'quiet_hours', 'held'],
    ['opted out while it waits', { state: 'planned', why: 'quiet_hours', now: { act: 'skip', why: 'opted_out' } }, 'allowed', 'opted_out', 'held'],
    ['tried again later', { state: 'planned', why: 'try_again', dueAt: '2026-11-23T12:05:00Z', now: { act: 'send', why: 'none' } }, 'gateway', 'try_again', 'held'],
    ['in a list: what held it', { state: 'planned', why: 'frequency_cap', dueAt: '2026-11-24T00:00:00Z' }, 'caps', 'frequency_cap', 'held'],
    ['due now', { state: 'planned', dueAt: '2026-11-23T11:59:59Z', now: { act: 'send', why: 'none' } }, 'gateway', undefined, 'held'],
    ['refused', { state: 'failed', why: 'refused' }, 'gateway', 'refused', 'ended'],
    ['in doubt', { state: 'in_doubt', why: 'crashed' }, 'gateway', 'crashed', 'ended'],
    ['bounced', { state: 'bounced' }, 'arrival', 'bounced', 'ended'],
  ])('%s', (_, more, key, reason, end) => {
    const message = one(more)
    const steps = stepsOf(message, clock)
    const at = steps.findIndex((step) => step.key === key)
    expect(steps[at]?.end).toBe(end)
    expect(reasonOf(message, clock)).toBe(reason)
    expect(steps.slice(0, at).every((step) => step.end === 'passed')).toBe(true)
    expect(steps.slice(at + 1).every((step) => step.end === 'open')).toBe(true)
  })

  it('a sent one passed all of them, and nobody said that it arrived', () => {
    const ends = endsOf(one({ sentAt: '2026-11-23T11:00:01Z' }))
    expect(ends).toMatchObject({ allowed: 'passed', gateway: 'passed', arrival: 'open' })
    expect(stopOf(one({}), clock)).toBeUndefined()
    expect(endsOf(one({ state: 'delivered', seenAt: '2026-11-23T11:20:00Z' }))).toMatchObject({ arrival: 'passed', seen: 'passed' })
  })

  it('what the customer asked for is spared the rules of marketing', () => {
    const ends = endsOf(one({ purpose: 'transactional' }))
    expect(ends).toMatchObject({ allowed: 'spared', compared: 'spared', quiet: 'spared', caps: 'spared', best: 'spared', person: 'passed', pace: 'passed' })
  })

  it('of a reason that is not known here nothing is said to have passed', () => {
    expect(stepsOf(one({ state: 'skipped', why: 'new_reason' }), clock).every((step) => step.end === 'open')).toBe(true)
    expect(reasonOf(one({ state: 'skipped', why: 'new_reason' }), clock)).toBe('new_reason')
  })

  it('each state has a tone', () => expect(states.map(toneOf)).toEqual(['wait', 'left', 'wait', 'good', 'good', 'bad', 'bad', 'bad', 'bad']))

  it('every reason of the engine has its step and its words', () => {
    const header = readFileSync(new URL('../../../src/reach/message.h', import.meta.url), 'utf8')
    const list = /define ZH_MESSAGE_WHY_LIST[\s\S]*?typedef/.exec(header)?.[0] ?? ''
    const known = [...list.matchAll(/X\(\w+,\s*"(\w+)"\)/g)].map((found) => found[1] ?? '').filter((word) => word !== 'none')
    expect(known.length).toBeGreaterThan(20)
    expect([...reasons].sort()).toEqual([...known].sort())
    for (const word of known) expect(Object.keys(en.reasons)).toContain(word)
  })
})
