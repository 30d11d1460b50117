// Words of all features: one namespace a folder, found by its en.json and zh.json. A new folder needs no line here.
import i18next, { type Resource } from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Language } from './format'

type Words = { [key: string]: string | Words }
const files = import.meta.glob<Words>('../*/{en,zh}.json', { eager: true, import: 'default' })

function wordsOf(language: Language): Words {
  const all: Words = {}
  for (const [path, words] of Object.entries(files)) {
    // "../items/en.json"; this folder's own are "./en.json".
    const [, folder, name] = path.replace(/^\.\/(?=\w+\.json$)/, '../shared/').split('/')
    if (folder !== undefined && name === `${language}.json`) all[folder] = words
  }
  return all
}

const kept = 'zhun.language'

export function startWords(): void {
  let language: Language = 'zh'
  try {
    if (localStorage.getItem(kept) === 'en') language = 'en'
  } catch {
    // Storage is switched off in this browser: Chinese, and the choice lasts until the page closes.
  }
  void i18next.use(initReactI18next).init({
    lng: language,
    resources: { zh: { translation: wordsOf('zh') }, en: { translation: wordsOf('en') } } satisfies Resource,
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
    showSupportNotice: false, // the library would write an advertisement into the browser's console
  })
  const mark = (lng: string) => {
    document.documentElement.lang = lng === 'zh' ? 'zh-CN' : 'en'
  }
  mark(language)
  i18next.on('languageChanged', mark)
}

export function useWords() {
  const { t, i18n } = useTranslation()
  const language: Language = i18n.language === 'en' ? 'en' : 'zh'
  const setLanguage = (next: Language) => {
    try {
      localStorage.setItem(kept, next)
    } catch {
      // As above.
    }
    void i18n.changeLanguage(next)
  }
  return { t, language, setLanguage }
}

/** An event's name in the reader's language; names we do not know are shown as sent. */
export function useEventName(): (name: string) => string {
  const { t, i18n } = useTranslation()
  return (name) => {
    const key = `shared.eventNames.${name}`
    return !name.includes('.') && i18n.exists(key) ? t(key) : name
  }
}
