// Words of all features, one namespace a folder. A new feature adds its two files and its line.
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import customersEn from '../customers/en.json'
import customersZh from '../customers/zh.json'
import overviewEn from '../overview/en.json'
import overviewZh from '../overview/zh.json'
import recommendEn from '../recommend/en.json'
import recommendZh from '../recommend/zh.json'
import sessionEn from '../session/en.json'
import sessionZh from '../session/zh.json'
import shellEn from '../shell/en.json'
import shellZh from '../shell/zh.json'
import sharedEn from './en.json'
import type { Language } from './format'
import sharedZh from './zh.json'

const zh = { customers: customersZh, overview: overviewZh, recommend: recommendZh, session: sessionZh, shell: shellZh, shared: sharedZh }
const en: typeof zh = { customers: customersEn, overview: overviewEn, recommend: recommendEn, session: sessionEn, shell: shellEn, shared: sharedEn }

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
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
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
