// Goal: no sentence is missing or half translated in either language.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'


type Words = { [key: string]: string | Words }
const files = import.meta.glob<Words>('../*/{en,zh}.json', { eager: true, import: 'default' })

function flat(words: Words, prefix = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') all.set(prefix + key, value)
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) all.set(k, v)
  }
  return all
}

/** i18next picks `key_one` or `key_other` by number; Chinese has no `one`. */
function base(key: string): string {
  return key.replace(/_(one|other)$/, '')
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}/g)].map((m) => m[1] ?? '').sort()
}

// What the interface says an answer may hold, and people read as a word.
interface Named {
  Role: { enum: string[] }
  Reason: { properties: { code: { examples: string[] } } }
  PreviewAnswer: { properties: { strategy: { examples: string[] } } }
}
const { schemas } = (JSON.parse(readFileSync(new URL('../../../api/openapi.json', import.meta.url), 'utf8')) as { components: { schemas: Named } }).components

const folders = [...new Set(Object.keys(files).map((path) => path.split('/')[1] ?? ''))]

describe('words', () => {
  it('are found', () => expect(folders.length).toBeGreaterThanOrEqual(6))

  it.each(folders)('%s has the same keys and placeholders in en and zh', (folder) => {
    const en = flat(files[`../${folder}/en.json`] ?? {})
    const zh = flat(files[`../${folder}/zh.json`] ?? {})
    expect([...new Set([...en.keys()].map(base))].sort()).toEqual([...new Set([...zh.keys()].map(base))].sort())
    const zhByBase = new Map([...zh].map(([key, text]) => [base(key), text]))
    for (const [key, text] of en) {
      expect(text.trim(), key).not.toBe('')
      expect(placeholders(zhByBase.get(base(key)) ?? ''), key).toEqual(placeholders(text))
    }
  })

  it.each(['en', 'zh'])('name in %s every role, reason and strategy the interface names', (language) => {
    const words = (folder: string, group: string) => Object.keys((files[`../${folder}/${language}.json`]?.[group] as Words | undefined) ?? {}).sort()
    expect(words('shell', 'roles')).toEqual([...schemas.Role.enum].sort())
    expect(words('recommend', 'reasons')).toEqual([...schemas.Reason.properties.code.examples].sort())
    expect(words('recommend', 'strategies')).toEqual([...schemas.PreviewAnswer.properties.strategy.examples].sort())
  })
})
