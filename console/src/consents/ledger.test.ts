import { describe, expect, test } from 'vitest'
import { saidIn, type Line, type Said } from './ledger'

const at = '2026-11-20T08:00:00.000Z'

describe('a line of the ledger', () => {
  const rows: { name: string; line: Line; want: Said[] }[] = [
    { name: 'nothing', line: { at, said: {}, asked: [] }, want: [] },
    { name: 'one purpose', line: { at, said: { sharing: true }, asked: [] }, want: [{ answer: 'yes', purposes: ['sharing'], channels: [] }] },
    {
      name: 'channels beside a purpose, refusals first',
      line: { at, said: { personalization: true, 'marketing.email': false, 'marketing.sms': true, 'marketing.push': false }, asked: [] },
      want: [
        { answer: 'no', purposes: [], channels: ['email', 'push'] },
        { answer: 'yes', purposes: ['personalization'], channels: ['sms'] },
      ],
    },
    { name: 'a question', line: { at, said: {}, asked: ['marketing.email', 'analytics'] }, want: [{ answer: 'asked', purposes: ['analytics'], channels: ['email'] }] },
  ]
  test.each(rows)('$name', ({ line, want }) => expect(saidIn(line)).toEqual(want))
})
