// A word's definition beside it: shown on hover, on focus and on a tap; Escape hides it.
import { useId, useState } from 'react'
import { InfoIcon } from './icons'

export function Hint({ label, children }: { label: string; children: string }) {
  const id = useId()
  const [open, setOpen] = useState(false)
  return (
    <span className="hint" onPointerEnter={(event) => event.pointerType === 'mouse' && setOpen(true)} onPointerLeave={() => setOpen(false)}>
      <button
        type="button"
        className="hint-button"
        aria-label={label}
        aria-describedby={open ? id : undefined}
        aria-expanded={open}
        onClick={() => setOpen(true)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
      >
        <InfoIcon size={14} />
      </button>
      {open && (
        <span className="hint-text" role="tooltip" id={id}>
          {children}
        </span>
      )}
    </span>
  )
}
