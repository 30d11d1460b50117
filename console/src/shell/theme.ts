// Light, dark, or as the system says. The colours themselves stand in shared/base.css.
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
