// Light, dark, or as the system says. The colours themselves stand in shared/base.css; antd gets the same ones.
import { theme, type ThemeConfig } from 'antd'
import { useEffect, useState } from 'react'

export type Choice = 'system' | 'light' | 'dark'
const kept = 'zhun.appearance'
const order: Choice[] = ['system', 'light', 'dark']

export function nextChoice(choice: Choice): Choice {
  return order[(order.indexOf(choice) + 1) % order.length] ?? 'system'
}

function readChoice(): Choice {
  try {
    const found = localStorage.getItem(kept)
    if (found === 'light' || found === 'dark') return found
  } catch {
    // Storage is switched off: as the system says.
  }
  return 'system'
}

export function useAppearance() {
  const [choice, setChoice] = useState<Choice>(readChoice)
  const [systemDark, setSystemDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)')
    const onChange = () => setSystemDark(media.matches)
    media.addEventListener('change', onChange)
    return () => media.removeEventListener('change', onChange)
  }, [])
  const dark = choice === 'dark' || (choice === 'system' && systemDark)
  useEffect(() => {
    if (choice === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = choice
    try {
      localStorage.setItem(kept, choice)
    } catch {
      // As above.
    }
  }, [choice])
  return { choice, dark, setChoice }
}

const font =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans", "Noto Sans CJK SC", sans-serif'

export function antdTheme(dark: boolean): ThemeConfig {
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      fontFamily: font,
      fontSize: 14,
      borderRadius: 7,
      controlHeight: 34,
      wireframe: false,
      colorPrimary: dark ? '#45c4ac' : '#0b6e5f',
      colorLink: dark ? '#45c4ac' : '#0b6e5f',
      colorError: dark ? '#ff8b80' : '#b42318',
      colorBgBase: dark ? '#151a18' : '#ffffff',
      colorBgContainer: dark ? '#151a18' : '#ffffff', // as cards: fields of ours stand beside antd's
      colorTextBase: dark ? '#e8edea' : '#16201c',
      colorTextPlaceholder: dark ? '#8f9b95' : '#66716c',
      colorBorder: dark ? '#3a4540' : '#cfd6d2',
    },
    components: {
      // White on the bright green of the dark theme would be too faint.
      Button: { primaryColor: dark ? '#06201b' : '#ffffff', primaryShadow: 'none', defaultShadow: 'none' },
    },
  }
}
