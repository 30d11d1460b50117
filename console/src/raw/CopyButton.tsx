// Copies a text and says so. Where the browser allows no clipboard (a page without TLS), it selects and copies the old way.
import { useEffect, useState } from 'react'
import { CheckIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import './raw.css'

function CopyIcon({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <rect x="7" y="7" width="9.5" height="9.5" rx="1.8" />
      <path d="M13 7V5.3a1.8 1.8 0 0 0-1.8-1.8H5.3a1.8 1.8 0 0 0-1.8 1.8v5.9A1.8 1.8 0 0 0 5.3 13H7" />
    </svg>
  )
}

async function copy(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const box = document.createElement('textarea')
    box.value = text
    box.className = 'visually-hidden'
    near.after(box) // inside an open dialog nothing outside of it can be selected
    box.select()
    const done = document.execCommand('copy') // deprecated, and the only way without TLS
    box.remove()
    near.focus()
    return done
  }
}

export function CopyButton({ text, what, named = false }: { text: string; what: string; named?: boolean }) {
  const { t } = useWords()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1600)
    return () => clearTimeout(timer)
  }, [copied])
  const name = t('raw.copyWhat', { what })
  return (
    <button
      type="button"
      className={named ? 'text-button' : 'copy-button'}
      aria-label={name}
      title={name}
      onClick={(event) => {
        event.stopPropagation() // a row around it may be a link
        void copy(text, event.currentTarget).then(setCopied)
      }}
    >
      {copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
      {named && <span>{copied ? t('raw.copied') : t('raw.copy')}</span>}
      <span className="visually-hidden" role="status">{copied ? t('raw.copied') : ''}</span>
    </button>
  )
}

/** An id that people paste elsewhere. */
export function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <span className="copyable">
      <code>{text}</code>
      <CopyButton text={text} what={what} />
    </span>
  )
}
