// Buttons and text fields: the browser's own, in the console's colours.
import { useRef, type ButtonHTMLAttributes, type InputHTMLAttributes, type ReactNode } from 'react'
import './controls.css'
import { CrossIcon } from './icons'
import { useWords } from './words'

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** primary: the one thing this place is for; text: without a frame. */
  kind?: 'primary' | 'plain' | 'text'
  size?: 'middle' | 'large'
  /** As wide as its place. */
  block?: boolean
  /** At work: it says so and cannot be pressed again. */
  loading?: boolean
  icon?: ReactNode
}

export function Button({ kind = 'plain', size = 'middle', block = false, loading = false, icon, className = '', children, type = 'button', disabled, ...rest }: ButtonProps) {
  const names = ['button', `button-${kind}`, size === 'large' ? 'button-large' : '', block ? 'button-block' : '', className]
  return (
    <button type={type} className={names.filter(Boolean).join(' ')} disabled={disabled === true || loading} aria-busy={loading || undefined} {...rest}>
      {loading ? <i className="button-spin" aria-hidden="true" /> : icon}
      {children}
    </button>
  )
}

type TextProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'size' | 'value' | 'prefix'> & {
  value: string
  onText: (text: string) => void
  size?: 'middle' | 'large'
  /** Shown before the text: an icon. */
  before?: ReactNode
  /** Offer to empty it. */
  clearable?: boolean
}

export function TextInput({ value, onText, size = 'middle', before, clearable = false, className = '', ...rest }: TextProps) {
  const { t } = useWords()
  const input = useRef<HTMLInputElement>(null)
  const clears = clearable && value !== ''
  const names = ['text-in', size === 'large' ? 'text-in-large' : '', before === undefined ? '' : 'text-in-before', clears ? 'text-in-clear' : '', className]
  return (
    <span className={names.filter(Boolean).join(' ')}>
      {before !== undefined && <span className="text-in-icon" aria-hidden="true">{before}</span>}
      <input ref={input} className="input" type="text" value={value} onChange={(event) => onText(event.target.value)} {...rest} />
      {clears && (
        <button
          type="button"
          className="text-in-empty"
          aria-label={t('shared.clear')}
          onClick={() => {
            onText('')
            input.current?.focus()
          }}
        >
          <CrossIcon size={13} />
        </button>
      )}
    </span>
  )
}
