// A campaign in this page's words: what may be done in a state, examples to begin with, the bars of a dry run, the days of a month. What is right, the engine says.
import type { Schema } from '../shared/client'

export type Campaign = Schema<'Campaign'>
export type Definition = Schema<'CampaignDefinition'>
export type Preview = Schema<'CampaignPreview'>

export const acts = ['submit', 'approve', 'reject', 'pause', 'resume', 'end'] as const
export type Act = (typeof acts)[number]

const acting: Record<Campaign['state'], readonly Act[]> = { draft: ['submit'], review: ['approve', 'reject'], running: ['pause', 'end'], paused: ['resume', 'end'], ended: [] }
export const actsOf = (state: Campaign['state']): readonly Act[] => acting[state]

const title = { zh: '', en: '' }
const goal = { metric: 'conversion', windowMs: 604_800_000 }
export const examples = {
  once: { title, channel: '', template: '', audience: { segment: '' }, when: { kind: 'once' }, control: 0.1, goal, budget: 10_000 },
  recurring: { title, channel: '', template: '', audience: { everyone: true }, when: { kind: 'recurring', time: '10:00', weekdays: [1] }, control: 0.1, goal },
  event: { title, channel: '', template: '', audience: { everyone: true }, when: { kind: 'event', event: 'Cart Viewed', afterMs: 3_600_000, unless: 'Order Completed', key: 'cart_id' }, control: 0.1, goal },
} as const satisfies Record<Definition['when']['kind'], Definition | object>
export type Example = keyof typeof examples

/** One bar of the dry run: how many, as a share of those that were asked about. */
export interface Bar {
  key: 'send' | 'wait' | 'skip'
  why?: string
  customers: number
  share: number
}

/** Those who would get it now; who waits and who is left out follow by their reasons, the greatest first. */
export function barsOf({ now, reasons, judged }: Preview): Bar[] {
  const share = (customers: number) => (judged === 0 ? 0 : customers / judged)
  const rest = [...reasons].filter((one) => one.why !== 'none' && one.customers > 0).sort((a, b) => b.customers - a.customers)
  return [{ key: 'send', customers: now.send, share: share(now.send) }, ...rest.map(({ why, customers }): Bar => ({ key: 'skip', why, customers, share: share(customers) }))]
}

const two = (n: number) => String(n).padStart(2, '0')
export interface Month {
  year: number
  month: number // 1 to 12
}
export const monthOf = (text: string | null, today: string): Month => {
  const found = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text ?? '') ?? /^(\d{4})-(\d{2})/.exec(today)
  return { year: Number(found?.[1]), month: Number(found?.[2]) }
}
export const monthText = ({ year, month }: Month): string => `${year}-${two(month)}`
export const moved = ({ year, month }: Month, by: number): Month => {
  const at = year * 12 + month - 1 + by
  return { year: Math.floor(at / 12), month: (at % 12) + 1 }
}
export const daysIn = ({ year, month }: Month): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** The day of a moment where the workspace is. */
export function dayOf(at: string, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at))
}

/** Campaigns by the day of their next run. */
export function byDay(campaigns: readonly Campaign[], timeZone: string | undefined): Map<string, Campaign[]> {
  const days = new Map<string, Campaign[]>()
  for (const one of campaigns) {
    if (one.nextRunAt == null) continue
    const day = dayOf(one.nextRunAt, timeZone)
    days.set(day, [...(days.get(day) ?? []), one])
  }
  return days
}
