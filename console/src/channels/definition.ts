// A channel's table as text: what the editor shows and gives back, and the examples it starts from. Whether it is good, the engine says.
import inbox from '../../../docs/channels/inbox.json'
import smtp from '../../../docs/channels/smtp.json'
import webhook from '../../../docs/channels/webhook.json'
import wechat from '../../../docs/channels/wechat-subscribe.json'
import wecom from '../../../docs/channels/wecom.json'

export type Definition = Record<string, never> // as the interface has it: any object

export const examples = { webhook, smtp, wechat, wecom, inbox } as const
export type Example = keyof typeof examples

export const textOf = (definition: unknown): string => JSON.stringify(definition, null, 2)

/** The definition of a text; undefined where it is no object. */
export function definitionOf(text: string): Definition | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Definition) : undefined // the engine looks at every member
  } catch {
    return undefined
  }
}

export const nameIsGood = (name: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(name)

/** The line on which a field of the top stands in the text, from 1; undefined where it is not written there. */
export function lineOf(text: string, field: string): number | undefined {
  const first = /^[A-Za-z_]\w*/.exec(field)?.[0]
  if (first === undefined) return undefined
  const at = text.split('\n').findIndex((line) => line.includes(`"${first}"`))
  return at < 0 ? undefined : at + 1
}

/** What was sent is what went, whatever became of it afterwards. */
const went = ['sent', 'delivered', 'bounced', 'complained']
export function countsOf(messages: Record<string, number>): { went: number; waiting: number; left: number; wrong: number } {
  const sum = (states: readonly string[]) => states.reduce((all, state) => all + (messages[state] ?? 0), 0)
  return { went: sum(went), waiting: sum(['planned', 'sending']), left: sum(['skipped']), wrong: sum(['failed', 'in_doubt']) }
}
