// The delivery policy as a form holds it: what is read from the engine, what is written back, and a day as a picture. Whether it is good, the engine says.

export const channels = ['email', 'sms', 'push', 'wechat', 'wecom', 'onsite', 'whatsapp', 'call', 'post'] as const
export type Channel = (typeof channels)[number]
export type Over = 'wait' | 'skip'

export interface Quiet {
  from: string
  to: string
  /** Empty: every channel but on site, which wakes nobody. */
  channels: Channel[]
  over: Over
}
export interface Cap {
  most: number
  per: 'hours' | 'day' | 'week' | 'month'
  hours: number
  /** Empty: all. */
  channels: Channel[]
  over: Over
}
export interface Draft {
  quiet: Quiet | undefined
  caps: Cap[]
  /** In percent. */
  holdout: number
}

export const CAPS_MAX = 8 // as many as the engine takes
export const newQuiet: Quiet = { from: '22:00', to: '08:00', channels: [], over: 'wait' }
export const newCap: Cap = { most: 1, per: 'day', hours: 24, channels: [], over: 'skip' }

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): Channel[] => (Array.isArray(value) ? channels.filter((one) => value.includes(one)) : [])
const overOf = (value: unknown, otherwise: Over): Over => (value === 'wait' || value === 'skip' ? value : otherwise)
const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)

function capOf(value: unknown): Cap {
  const of = isObject(value) ? value : {}
  const per = of.per === 'day' || of.per === 'week' || of.per === 'month' ? of.per : 'hours'
  return { most: numberOf(of.most, 1), per, hours: numberOf(of.hours, newCap.hours), channels: listOf(of.channels), over: overOf(of.over, 'skip') }
}

export function draftOf(policy: unknown): Draft {
  const of = isObject(policy) ? policy : {}
  const quiet = isObject(of.quietHours) ? of.quietHours : undefined
  return {
    quiet: quiet === undefined ? undefined : { from: String(quiet.from ?? ''), to: String(quiet.to ?? ''), channels: listOf(quiet.channels), over: overOf(quiet.over, 'wait') },
    caps: Array.isArray(of.caps) ? of.caps.map(capOf) : [],
    holdout: Math.round(numberOf(of.holdout, 0) * 1e6) / 1e4,
  }
}

export function policyOf({ quiet, caps, holdout }: Draft): Record<string, never> {
  const some = (list: Channel[]) => (list.length === 0 ? {} : { channels: list })
  const policy = {
    ...(quiet === undefined ? {} : { quietHours: { from: quiet.from, to: quiet.to, ...some(quiet.channels), over: quiet.over } }),
    ...(caps.length === 0 ? {} : { caps: caps.map((cap) => ({ most: cap.most, ...(cap.per === 'hours' ? { hours: cap.hours } : { per: cap.per }), ...some(cap.channels), over: cap.over })) }),
    ...(holdout === 0 ? {} : { holdout: Math.round(holdout * 1e4) / 1e6 }),
  }
  return policy as unknown as Record<string, never> // the interface has any object there
}

const DAY = 1440
const minuteOf = (text: string): number | undefined => {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  return found === null ? undefined : Number(found[1]) * 60 + Number(found[2])
}

/** The quiet parts of a day, as shares of it: one, or two where the hours go over midnight; none where they are no times. */
export function nightsOf({ from, to }: { from: string; to: string }): { start: number; end: number }[] {
  const [a, b] = [minuteOf(from), minuteOf(to)]
  if (a === undefined || b === undefined || a === b) return []
  const spans = a < b ? [{ start: a, end: b }] : [{ start: 0, end: b }, { start: a, end: DAY }]
  return spans.filter(({ start, end }) => end > start).map(({ start, end }) => ({ start: start / DAY, end: end / DAY }))
}

/** Which channels the quiet hours hold, and which not. */
export function heldOf(quiet: Quiet): { held: Channel[]; free: Channel[] } {
  const held = quiet.channels.length === 0 ? channels.filter((one) => one !== 'onsite') : quiet.channels
  return { held, free: channels.filter((one) => !held.includes(one)) }
}

/** Which row of caps a fault speaks of: "caps[1].hours". */
export const rowOf = (field: string | undefined): number | undefined => {
  const found = /^caps\[(\d+)\]/.exec(field ?? '')
  return found === null ? undefined : Number(found[1])
}
