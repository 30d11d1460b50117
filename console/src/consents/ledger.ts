// One line of a customer's ledger, as a page tells it: purposes that share an answer stand together, marketing by its channels.
import type { Schema } from '../shared/client'

export type Line = Schema<'ConsentLine'>

export interface Said {
  answer: 'yes' | 'no' | 'asked'
  purposes: string[] // 'personalization', 'sharing' …
  channels: string[] // of marketing
}

const marketing = 'marketing.'

function gathered(answer: Said['answer'], names: string[]): Said {
  return {
    answer,
    purposes: names.filter((name) => !name.startsWith(marketing)),
    channels: names.filter((name) => name.startsWith(marketing)).map((name) => name.slice(marketing.length)),
  }
}

export function saidIn(line: Line): Said[] {
  const words = Object.entries(line.said)
  return [
    gathered('no', words.filter(([, yes]) => !yes).map(([name]) => name)),
    gathered('yes', words.filter(([, yes]) => yes).map(([name]) => name)),
    gathered('asked', line.asked),
  ].filter(({ purposes, channels }) => purposes.length + channels.length > 0)
}
