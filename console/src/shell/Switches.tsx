// Language and appearance; they stand on the sign-in page too.
import { MoonIcon, SunIcon, SystemIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import { nextChoice, type useAppearance } from './theme'

export type Appearance = ReturnType<typeof useAppearance>

export function Switches({ appearance }: { appearance: Appearance }) {
  const { t, language, setLanguage } = useWords()
  const { choice, setChoice } = appearance
  const Icon = { system: SystemIcon, light: SunIcon, dark: MoonIcon }[choice]
  const name = t('shell.theme.label', { now: t(`shell.theme.${choice}`) })
  return (
    <div className="switches">
      <div className="languages" role="group" aria-label={t('shell.language')}>
        {(['zh', 'en'] as const).map((one) => (
          <button key={one} type="button" lang={one === 'zh' ? 'zh-CN' : 'en'} aria-pressed={language === one} onClick={() => setLanguage(one)}>
            {one === 'zh' ? '中文' : 'EN'}
          </button>
        ))}
      </div>
      <button type="button" className="icon-button" aria-label={name} title={name} onClick={() => setChoice(nextChoice(choice))}>
        <Icon />
      </button>
    </div>
  )
}
