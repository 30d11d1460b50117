// Sources with their keys, as the page lists them.
import type { Schema } from '../shared/client'

export type Source = Schema<'Source'>
export type Key = Schema<'Key'>

export interface Group {
  source: Source
  live: readonly Key[]
  revoked: readonly Key[]
}

const hasEnded = (key: Key, now: number) => typeof key.expiresAt === 'string' && Date.parse(key.expiresAt) <= now
export const isLive = (key: Key, now = Date.now()) => typeof key.revokedAt !== 'string' && !hasEnded(key, now)

/** How long a new key is to last. */
export const lives = ['never', 'quarter', 'year'] as const
export type Life = (typeof lives)[number]
const days: Record<Life, number> = { never: 0, quarter: 90, year: 365 }
export const endOf = (life: Life, now: number): string | null => (life === 'never' ? null : new Date(now + days[life] * 86_400_000).toISOString())

/** What is said of when: the last that became of it. */
export const whenOf = (key: Key): readonly { word: 'createdAt' | 'expiresAt' | 'expiredAt' | 'revokedAt'; at: string }[] => {
  if (typeof key.revokedAt === 'string') return [{ word: 'revokedAt', at: key.revokedAt }]
  if (typeof key.expiresAt !== 'string') return [{ word: 'createdAt', at: key.createdAt }]
  return isLive(key) ? [{ word: 'createdAt', at: key.createdAt }, { word: 'expiresAt', at: key.expiresAt }] : [{ word: 'expiredAt', at: key.expiresAt }]
}

/** Each source with its keys, in the order of the sources; the newest key first. */
export function groupsOf(sources: readonly Source[], keys: readonly Key[]): Group[] {
  const newestFirst = [...keys].sort((a, b) => b.createdAt.localeCompare(a.createdAt) || Number(b.id) - Number(a.id))
  return sources.map((source) => {
    const own = newestFirst.filter((key) => key.source === source.name)
    return { source, live: own.filter((key) => isLive(key)), revoked: own.filter((key) => !isLive(key)) }
  })
}

/** What a key is called in a sentence: its end, or its note where the text is too short to show an end. */
export const calledOf = (key: Key) => (key.hint.length > 1 ? key.hint : key.name || key.hint)

/** The live write key a text may be: of a key only its end is known. */
export function keyNamed(text: string, keys: readonly Key[]): Key | undefined {
  const given = text.trim()
  return given === '' ? undefined : keys.find((key) => isLive(key) && key.kind === 'write' && key.hint.length > 1 && given.endsWith(key.hint.slice(1)))
}

/** What stands in the field of a limit: a number, null for none; undefined: neither. */
export function limitOf(text: string): number | null | undefined {
  const given = text.trim()
  if (given === '') return null
  const number = Number(given)
  return /^\d{1,8}$/.test(given) && number >= 1 && number <= 10_000_000 ? number : undefined
}

/** What a name of a source may hold: it stands in addresses of webhooks. */
export const isSourceName = (name: string) => /^[A-Za-z0-9._-]{1,100}$/.test(name)

/** Origins as they are typed, with blanks or commas between; undefined: one of them is none. */
export function originsOf(text: string): string[] | undefined {
  const words = text.split(/[\s,，]+/).filter((word) => word !== '')
  return words.every((word) => /^https?:\/\/[a-z0-9.:[\]-]+$/.test(word) && word.length <= 128) ? words : undefined
}
