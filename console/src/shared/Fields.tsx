// Small fields for filters: the browser's own, with a visible name.
import { useId, type ReactNode } from 'react'
import './fields.css'

/** A list to choose from; the value '' stands for all of them. */
export function Choose(props: { label: string; value: string; options: readonly { value: string; name: string }[]; onChange: (value: string) => void; className?: string }) {
  const id = useId() // around a list, a label would be named after every choice in it
  return (
    <div className={`field-in ${props.className ?? ''}`}>
      <label className="field-name" htmlFor={id}>{props.label}</label>
      <select id={id} className="select" value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        {props.options.map((one) => (
          <option key={one.value} value={one.value}>
            {one.name}
          </option>
        ))}
      </select>
    </div>
  )
}

/** A field that is not the browser's own list, with its name and a line about it. */
export function Field({ label, hint, children, className = '' }: { label: string; hint?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <div className={`field-in ${className}`}>
      <label className="field-label">
        <span className="field-name">{label}</span>
        {children}
      </label>
      {hint !== undefined && <span className="field-hint">{hint}</span>}
    </div>
  )
}
