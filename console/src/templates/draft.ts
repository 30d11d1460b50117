// A template as the editor holds it: its words by language and part; where a fault stands in them. Whether it is good, the engine says.
export const parts = ['subject', 'text', 'html', 'json'] as const
export type Part = (typeof parts)[number]
export type Words = Partial<Record<Part, string>>

export interface Draft {
  title: string
  purpose: 'marketing' | 'transactional'
  /** That of whoever's language is not there. */
  language: string
  languages: Record<string, Words>
  /** JSON: what a preview takes for the data that comes with a message. */
  sample: string
}

export type Definition = Record<string, never> // as the interface has it: any object

export const fresh: Draft = { title: '', purpose: 'marketing', language: 'zh', languages: { zh: { text: '{{ customer.firstName | default: "您好" }}，' }, en: { text: '{{ customer.firstName | default: "Hello" }}, ' } }, sample: '' }

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const wordsOf = (value: unknown): Words => (isObject(value) ? Object.fromEntries(parts.flatMap((part) => (typeof value[part] === 'string' ? [[part, value[part]]] : []))) : {})

export function draftOf(definition: unknown): Draft {
  const of = isObject(definition) ? definition : {}
  const languages = Object.fromEntries(Object.entries(isObject(of.languages) ? of.languages : {}).map(([name, words]) => [name, wordsOf(words)]))
  return {
    title: typeof of.title === 'string' ? of.title : '', purpose: of.purpose === 'transactional' ? 'transactional' : 'marketing', language: typeof of.language === 'string' ? of.language : Object.keys(languages)[0] ?? 'zh',
    languages, sample: of.sample === undefined ? '' : JSON.stringify(of.sample, null, 2),
  }
}

/** The sample as an object; undefined: it is none. Nothing written is an empty one. */
export function sampleOf(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Languages that say something; a part without a word is left out. */
export function saidIn(languages: Record<string, Words>): Record<string, Words> {
  const some = Object.entries(languages).map(([name, words]): [string, Words] => [name, Object.fromEntries(Object.entries(words).filter(([, text]) => text !== ''))])
  return Object.fromEntries(some.filter(([, words]) => Object.keys(words).length > 0))
}

export function definitionOf(draft: Draft): Definition {
  const languages = saidIn(draft.languages)
  const sample = sampleOf(draft.sample)
  const names = Object.keys(languages)
  const definition = {
    ...(draft.title === '' ? {} : { title: draft.title }), purpose: draft.purpose, ...(names.length === 0 ? {} : { language: names.includes(draft.language) ? draft.language : names[0] }), languages,
    ...(sample === undefined || Object.keys(sample).length === 0 ? {} : { sample }),
  }
  return definition as unknown as Definition
}

export interface Fault {
  language: string
  part: Part
  why: string
  line?: number
  column?: number
}

/** Where a fault stands, from the engine's field ("languages.zh.html", or the part alone) and its sentence ("line 2, column 5: …"). */
export function faultOf(field: string | undefined, detail: string | undefined, shown: string): Fault | undefined {
  const found = /^(?:languages\.([A-Za-z0-9_-]{2,16})\.)?(subject|text|html|json)$/.exec(field ?? '')
  const part = parts.find((one) => one === found?.[2])
  if (part === undefined || detail === undefined) return undefined
  const at = /^line (\d+), column (\d+): ([\s\S]*)$/.exec(detail)
  const place = at === null ? {} : { line: Number(at[1]), column: Number(at[2]) }
  return { language: found?.[1] ?? shown, part, why: at?.[3] ?? detail, ...place }
}

/** The place of a line and column in a text. Columns are counted in characters, from 1. */
export function placeOf(text: string, line: number, column: number): number {
  const lines = text.split('\n')
  const before = lines.slice(0, line - 1).reduce((all, one) => all + one.length + 1, 0)
  return before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length
}
