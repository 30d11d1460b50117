// What a node does, in the reader's words. Pure: the words come as an argument.
import * as format from '../shared/format'
import type { Language } from '../shared/format'
import { waysOf, type Definition, type Event, type Node, type Way } from './journey'

export interface Words {
  t: (key: string, values?: Record<string, unknown>) => string
  language: Language
  event: (name: string) => string
}

const time = (ms: number | undefined, { language }: Words): string => (typeof ms === 'number' ? format.duration(ms / 1000, language) : '?')
const and = (parts: readonly string[], { language }: Words): string => new Intl.ListFormat(language === 'zh' ? 'zh-CN' : 'en', { type: 'conjunction' }).format(parts)

/** Days of the week, 1 Monday to 7 Sunday. */
export function days(weekdays: readonly number[], { language }: Words): string {
  const name = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', timeZone: 'UTC' })
  return weekdays.map((day) => name.format(new Date(Date.UTC(2024, 0, day)))).join(language === 'zh' ? '、' : ', ') // 1 January 2024 was a Monday
}

export function eventText({ event, where }: Event, words: Words): string {
  const name = event === '' ? '…' : words.event(event)
  return where === undefined || where === '' ? name : words.t('journeys.say.where', { event: name, where })
}

function wait(node: Node, words: Words): string {
  const { t } = words
  if (node.event !== undefined) return t('journeys.say.waitEvent', { event: eventText({ event: node.event, ...(node.where === undefined ? {} : { where: node.where }) }, words), time: time(node.forMs, words) })
  if (node.time !== undefined) return node.weekdays === undefined || node.weekdays.length === 0 ? t('journeys.say.waitTime', { time: node.time }) : t('journeys.say.waitDays', { time: node.time, days: days(node.weekdays, words) })
  if (node.bestHour === true) return t('journeys.say.waitBest', { time: time(node.forMs, words) })
  return t('journeys.say.waitFor', { time: time(node.forMs, words) })
}

export function nodeText(node: Node, words: Words): string {
  const { t, language } = words
  const name = (text: string | undefined) => (text === undefined || text === '' ? '…' : text)
  switch (node.kind) {
    case 'wait': return wait(node, words)
    case 'branch': return t('journeys.say.branch', { conditions: (node.cases ?? []).map((one) => name(one.if)).join(' · ') })
    case 'split': return t('journeys.say.split', { arms: (node.arms ?? []).map(({ name: arm, share }) => `${name(arm)} ${format.percent(share, language)}`).join(' · ') })
    case 'send': {
      const channels = node.channels ?? []
      const templates = [...new Set(channels.map(({ template }) => name(template)))]
      return t('journeys.say.send', { templates: and(templates, words), channels: channels.map(({ channel }) => name(channel)).join(' → ') })
    }
    case 'offer': return t('journeys.say.offer', { offer: name(node.offer) })
    case 'update':
      if (node.webhook !== undefined) return t('journeys.say.webhook', { channel: name(node.webhook.channel), template: name(node.webhook.template) })
      if (node.remove === true) return t('journeys.say.untag', { tag: name(node.tag) })
      return node.forMs === undefined ? t('journeys.say.tag', { tag: name(node.tag) }) : t('journeys.say.tagFor', { tag: name(node.tag), time: time(node.forMs, words) })
    case 'exit': return t(node.goal === true ? 'journeys.say.goal' : 'journeys.say.exit')
  }
}

export function entryText({ entry }: Pick<Definition, 'entry'>, words: Words): string {
  if (entry.event === undefined) return words.t('journeys.say.entrySegment', { segment: entry.segment ?? '…' })
  return words.t('journeys.say.entryEvent', { event: eventText({ event: entry.event, ...(entry.where === undefined ? {} : { where: entry.where }) }, words) })
}

/** What a way out is called; undefined where it is the only one. */
export function wayText(node: Node, { slot, at }: Pick<Way, 'slot' | 'at'>, words: Words): string | undefined {
  const { t } = words
  if (slot === 'case') return node.cases?.[at ?? 0]?.if
  if (slot === 'arm') return node.arms?.[at ?? 0]?.name
  if (slot !== 'next') return t(`journeys.ways.${slot}`)
  if (node.kind === 'branch') return t('journeys.ways.otherwise')
  if (node.kind === 'wait' && node.event !== undefined) return t('journeys.ways.came')
  return undefined
}

/** Of a line that stands for several ways; undefined where it is the only one, or every way of the node leads along it. */
export function waysText(node: Node, ways: readonly Way[], words: Words): string | undefined {
  if (ways.length > 1 && ways.length === waysOf(node).length) return undefined
  const said = ways.flatMap((way) => wayText(node, way, words) ?? [])
  return said.length === 0 ? undefined : said.join(' / ')
}
