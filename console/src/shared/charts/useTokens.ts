// The page's colours as a chart needs them: as text, and anew when the appearance changes.
import { useSyncExternalStore } from 'react'
import { tokenNames, type Tokens } from './option'

function subscribe(changed: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)')
  media.addEventListener('change', changed)
  const watch = new MutationObserver(changed)
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => {
    media.removeEventListener('change', changed)
    watch.disconnect()
  }
}

let last: { key: string; tokens: Tokens } | undefined
function read(): Tokens {
  const style = getComputedStyle(document.documentElement)
  const values = tokenNames.map((name) => style.getPropertyValue(`--${name}`).trim())
  const key = values.join()
  // The same object for the same colours, or React would draw forever.
  if (last?.key !== key) last = { key, tokens: Object.fromEntries(tokenNames.map((name, at) => [name, values[at] ?? ''])) as Tokens /* each name is there */ }
  return last.tokens
}

export function useTokens(): Tokens {
  return useSyncExternalStore(subscribe, read)
}
