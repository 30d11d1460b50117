// What a row says, in the reader's language.
import type { TFunction } from 'i18next'
import { numbers, type Amount, type EventRow, type Group, type Item, type MomentRow, type Row, type Span, type Where } from './rows'
import type { Literal } from './tree'

export interface Speech {
  t: TFunction
  /** An event's name as people say it. */
  event: (name: string) => string
  /** A number as it is written here. */
  number: (value: number) => string
  percent: (share: number) => string
  moment: (at: string) => string
  /** The title of a kept segment. */
  segment: (name: string) => string
}

const amount = (is: Amount, say: Speech): string => (is === undefined ? '…' : say.number(is))
const named = (text: string): string => (text === '' ? '…' : text)

function span(is: Span, say: Speech): string {
  return is.amount === undefined ? say.t(`builder.span.${is.unit}_other`, { number: '…' }) : say.t(`builder.span.${is.unit}`, { count: is.amount, number: say.number(is.amount) })
}
const within = (is: Span | null, say: Speech): string => (is === null ? '' : say.t('builder.says.window', { span: span(is, say) }))

function values(all: readonly Literal[], say: Speech): string {
  if (all.length === 0) return '…'
  return all.map((one) => (typeof one === 'number' ? say.t('builder.says.plain', { number: say.number(one) }) : typeof one === 'boolean' ? say.t(`builder.truth.${one}`) : say.t('builder.says.quoted', { text: named(one) }))).join(say.t('builder.says.or'))
}
const compared = (how: string, all: readonly Literal[], say: Speech): string => say.t(`builder.says.ops.${how}`, { value: values(all, say) })

function where(is: Where, say: Speech): string {
  const what = say.t(`builder.properties.${is.property}`)
  return say.t(is.any ? 'builder.says.whereAny' : 'builder.says.where', { what, test: compared(is.op, is.values, say) })
}

function ofEvent(row: EventRow, say: Speech): string {
  const { t } = say
  const event = row.event === null ? t('builder.says.anyEvent') : t('builder.says.quoted', { text: row.event === '' ? '…' : say.event(row.event) })
  const tests = row.where.map((one) => where(one, say)).join(t('builder.says.and'))
  const then = row.then === null ? '' : t(row.then.did ? 'builder.says.then' : 'builder.says.thenNot', { span: span(row.then.within, say), event: t('builder.says.quoted', { text: row.then.event === '' ? '…' : say.event(row.then.event) }) })
  const whole = { event: event + (tests === '' ? '' : t('builder.says.whereAll', { tests })) + then, window: within(row.window, say) }
  if (row.measure === 'did' || row.measure === 'didNot') return t(`builder.says.${row.measure}`, whole)
  return t(row.measure === 'sum' ? 'builder.says.sum' : 'builder.says.count', { ...whole, number: t(`builder.says.amounts.${row.op}`, { number: amount(row.value, say) }) })
}

function ofMoment(row: MomentRow, say: Speech): string {
  const what = say.t(`builder.moments.${row.field.replace('.', '_')}`)
  const earlier = row.op === '<' || row.op === '<='
  if (row.against.is === 'now') return say.t(earlier ? 'builder.says.moment.past' : 'builder.says.moment.coming', { what })
  if (row.against.is === 'at') return say.t(earlier ? 'builder.says.moment.before' : 'builder.says.moment.after', { what, at: row.against.at === '' ? '…' : say.moment(row.against.at) })
  const key = row.against.is === 'ago' ? (earlier ? 'ago' : 'within') : earlier ? 'soon' : 'late'
  return say.t(`builder.says.moment.${key}`, { what, span: span(row.against.span, say) })
}

export function sentenceOf(row: Row, say: Speech): string {
  const { t } = say
  switch (row.kind) {
    case 'event': return ofEvent(row, say)
    case 'orders': return t(row.measure === 'count' ? 'builder.says.orders' : 'builder.says.revenue', { window: within(row.window, say), number: t(`builder.says.amounts.${row.op}`, { number: amount(row.value, say) }) })
    case 'moment': return ofMoment(row, say)
    case 'trait': {
      const what = t('builder.says.quoted', { text: named(row.name) })
      return row.op === 'has' || row.op === 'hasNot' ? t(`builder.says.${row.op}`, { what }) : t('builder.says.trait', { what, test: compared(row.op, row.values, say) })
    }
    case 'share': return t('builder.says.share', { of: t(`builder.of.${row.of}`), what: t('builder.says.quoted', { text: named(row.name) }), number: t(`builder.says.amounts.${row.op}`, { number: row.share === undefined ? '…' : say.percent(row.share) }) })
    case 'choice': {
      const chosen = row.values.map((one) => t(`builder.choices.${row.field.replace('.', '_')}.${one}`)).join(t('builder.says.or'))
      return t(row.not ? 'builder.says.choiceNot' : 'builder.says.choice', { what: t(`builder.fields.${row.field.replace('.', '_')}`), values: chosen === '' ? '…' : chosen })
    }
    case 'number': {
      const as = numbers[row.field]
      const number = row.value === undefined ? '…' : as === 'share' ? say.percent(row.value) : as === 'days' ? span({ amount: row.value, unit: 'days' }, say) : say.number(row.value)
      return t('builder.says.number', { what: t(`builder.fields.${row.field.replace('.', '_')}`), number: t(`builder.says.amounts.${row.op}`, { number }) })
    }
    case 'segment': return t(row.not ? 'builder.says.outside' : 'builder.says.inside', { name: t('builder.says.quoted', { text: row.name === '' ? '…' : say.segment(row.name) }) })
    case 'tag': return t(row.not ? 'builder.says.untagged' : 'builder.says.tagged', { name: t('builder.says.quoted', { text: named(row.name) }) })
    case 'consent': return t(row.not ? 'builder.says.refused' : 'builder.says.allowed', { what: t(`builder.consents.${row.field}`) })
    case 'bucket': return t('builder.says.bucket', { of: amount(row.of, say), salt: t('builder.says.quoted', { text: named(row.salt) }), number: t(`builder.says.amounts.${row.op}`, { number: amount(row.value, say) }) })
    case 'text': return t('builder.says.text')
  }
}

/** The whole in one sentence: what a group says stands in brackets where it is inside another. */
export function storyOf(of: Group, say: Speech, inner = false): string {
  const parts = of.items.map((one: Item) => (one.kind === 'group' ? storyOf(one, say, true) : sentenceOf(one, say))).filter((one) => one !== '')
  if (parts.length === 0) return ''
  const joined = parts.join(say.t(of.join === 'all' ? 'builder.says.joinAll' : 'builder.says.joinAny'))
  const whole = of.not ? say.t('builder.says.not', { what: joined }) : joined
  return inner && (parts.length > 1 || of.not) ? say.t('builder.says.brackets', { what: whole }) : whole
}
