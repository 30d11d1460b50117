// Language and appearance; they stand on the sign-in page too.
import { Choices } from '../shared/Choices'
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
      <Choices
        label={t('shell.language')}
        value={language}
        onChange={setLanguage}
        options={[
          { value: 'zh', name: '中文', lang: 'zh-CN' },
          { value: 'en', name: 'EN', lang: 'en' },
        ]}
      />
      <button type="button" className="icon-button" aria-label={name} title={name} onClick={() => setChoice(nextChoice(choice))}>
        <Icon />
      </button>
    </div>
  )
}
