// What was asked of a message, in the engine's order, and where it stands: read off its state and its reason.
import type { Schema } from '../shared/client'

export type Message = Schema<'Message'>

export const states = ['planned', 'skipped', 'sending', 'sent', 'delivered', 'failed', 'bounced', 'complained', 'in_doubt'] as const satisfies readonly Message['state'][]

/** A step, and the reasons that hold or end a message there. `always`: asked of what the customer asked for, too. */
const gates = [
  { key: 'time', reasons: ['cancelled', 'campaign_paused', 'campaign_ended'], always: true },
  { key: 'person', reasons: ['no_customer', 'suppressed'], always: true },
  { key: 'allowed', reasons: ['blocked', 'minor', 'opted_out', 'no_consent'], always: false },
  { key: 'compared', reasons: ['control_group', 'holdout'], always: false },
  { key: 'late', reasons: ['expired'], always: true },
  { key: 'quiet', reasons: ['quiet_hours'], always: false },
  { key: 'caps', reasons: ['frequency_cap', 'outranked'], always: false },
  { key: 'pace', reasons: ['send_rate'], always: true },
  { key: 'best', reasons: ['best_time'], always: false },
  { key: 'words', reasons: ['no_channel', 'no_template', 'template_abort', 'template_error', 'too_large', 'no_address'], always: true },
  { key: 'gateway', reasons: ['refused', 'try_again', 'unreachable', 'unanswered', 'crashed', 'too_many_tries'], always: true },
] as const

export type StepKey = (typeof gates)[number]['key'] | 'arrival' | 'seen' | 'clicked'
export const reasons: readonly string[] = gates.flatMap((one) => one.reasons)

/** passed; held: it waits here; ended: it went no further; spared: not asked of what the customer asked for; open: not come to. */
export type End = 'passed' | 'held' | 'ended' | 'spared' | 'open'
export interface Step {
  key: StepKey
  end: End
  reason?: string
  at?: string | null
}

interface Stop {
  key: StepKey | undefined
  end: 'held' | 'ended'
  reason: string
  until?: string | null
}

const gateOf = (reason: string): StepKey | undefined => gates.find((one) => (one.reasons as readonly string[]).includes(reason))?.key

/** Where it waits, and why. `now` is what the policy says as one looks; a list has what held it last. */
function waits({ why, now, dueAt }: Message, clock: number): Stop {
  if (now?.act === 'skip' && now.why !== undefined) return { key: gateOf(now.why), end: 'held', reason: now.why }
  if (now?.act === 'wait' && now.why !== undefined) return { key: gateOf(now.why), end: 'held', reason: now.why, until: now.until ?? null }
  if (gateOf(why) === 'gateway' || (now === undefined && gateOf(why) !== undefined)) return { key: gateOf(why), end: 'held', reason: why, until: dueAt ?? null }
  if (dueAt != null && Date.parse(dueAt) > clock) return { key: 'time', end: 'held', reason: 'not_due', until: dueAt }
  return { key: 'gateway', end: 'held', reason: 'soon' }
}

/** Where it stopped; undefined: nothing stopped it. */
export function stopOf(message: Message, clock: number): Stop | undefined {
  const { state, why } = message
  if (state === 'planned') return waits(message, clock)
  if (state === 'sending') return { key: 'gateway', end: 'held', reason: 'sending' }
  if (state === 'bounced' || state === 'complained') return { key: 'arrival', end: 'ended', reason: state }
  if (state === 'skipped' || state === 'failed' || state === 'in_doubt') return { key: gateOf(why), end: 'ended', reason: why }
  return undefined
}

/** The steps of a message in order, each with how it ended. `clock`: now, in ms. */
export function stepsOf(message: Message, clock: number): Step[] {
  const stop = stopOf(message, clock)
  const keys: StepKey[] = [...gates.map((one) => one.key), 'arrival']
  const at = stop === undefined ? keys.length : stop.key === undefined ? -1 : keys.indexOf(stop.key) // a reason that is not known here: nothing is said to have passed
  const times: Partial<Record<StepKey, string | null | undefined>> = { gateway: message.sentAt, arrival: message.deliveredAt }
  const steps = keys.map((key, i): Step => {
    const gate = gates.find((one) => one.key === key)
    if (gate !== undefined && !gate.always && message.purpose === 'transactional') return { key, end: 'spared' }
    if (i === at && stop !== undefined) return { key, end: stop.end, reason: stop.reason, at: stop.until }
    if (i > at) return { key, end: 'open' }
    if (key === 'arrival' && message.state !== 'delivered') return { key, end: 'open' } // no receipt says so
    return { key, end: 'passed', at: times[key] }
  })
  if (message.seenAt != null) steps.push({ key: 'seen', end: 'passed', at: message.seenAt })
  if (message.clickedAt != null) steps.push({ key: 'clicked', end: 'passed', at: message.clickedAt })
  return steps
}

/** How a state reads at a glance. */
export const toneOf = (state: Message['state']): 'good' | 'wait' | 'bad' | 'left' =>
  state === 'sent' || state === 'delivered' ? 'good' : state === 'planned' || state === 'sending' ? 'wait' : state === 'skipped' ? 'left' : 'bad'

/** Why, where there is something to say: the policy of now before the reason of then. */
export const reasonOf = (message: Message, clock: number): string | undefined => {
  const reason = stopOf(message, clock)?.reason ?? (message.why === 'none' ? undefined : message.why)
  return reason === 'soon' || reason === 'sending' ? undefined : reason
}
