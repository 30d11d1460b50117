// The report of a campaign as a picture: its figures in the order of a message's life, and where an interval is drawn.
import type { Schema } from '../shared/client'

export type Report = Schema<'CampaignReport'>
type Name = keyof Report['messages']
type Difference = NonNullable<Report['metrics'][number]['difference']>

export interface Figure {
  key: string
  figure: Name
  why?: string
  messages: number
  share: number // of all that were planned
  went: boolean // it left, or what came of it
}

const stayed: readonly Name[] = ['waiting', 'filtered', 'control', 'holdout']
const left: readonly Name[] = ['sent', 'delivered', 'seen', 'clicked', 'bought', 'unsubscribed', 'failed', 'in_doubt']
const always: readonly Name[] = ['planned', 'control', 'sent', 'bought']

/** Planned, then what stayed with its reasons (the greatest first), then what left; what is nothing is left out, but for the ends. */
export function figuresOf({ messages, filtered }: Pick<Report, 'messages' | 'filtered'>): Figure[] {
  const share = (n: number) => (messages.planned === 0 ? 0 : Math.min(1, n / messages.planned))
  const row = (figure: Name): Figure => ({ key: figure, figure, messages: messages[figure], share: share(messages[figure]), went: left.includes(figure) })
  const reasons = [...filtered].sort((a, b) => b.messages - a.messages).map(({ why, messages: n }): Figure => ({ key: `filtered ${why}`, figure: 'filtered', why, messages: n, share: share(n), went: false }))
  const shown = (figure: Name) => messages[figure] > 0 || always.includes(figure)
  return [row('planned'), ...stayed.filter(shown).flatMap((figure) => (figure === 'filtered' ? [row(figure), ...reasons] : [row(figure)])), ...left.filter(shown).map(row)]
}

/** How far a drawing reaches on either side of 0. */
export function spanOfReport({ estimate, sequential }: Difference): number {
  const most = Math.max(...[estimate, sequential.low, sequential.high].flatMap((end) => (end === null || !Number.isFinite(end) ? [] : [Math.abs(end)])))
  return most > 0 ? most * 1.08 : 1
}

/** In hundredths of the width; 0 is in the middle, an end that is not known reaches the edge. */
export function spread({ estimate, sequential }: Difference, span: number): { left: number; width: number; at: number } {
  const x = (value: number) => 50 + 50 * Math.max(-1, Math.min(1, value / span))
  const from = x(sequential.low ?? -span)
  return { left: from, width: Math.max(0, x(sequential.high ?? span) - from), at: x(estimate) }
}
