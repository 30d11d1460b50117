// What the forms of a journey are made of: a time, a name to choose or type, a way that leads to a card, each with what the engine says against it.
import { useId, useState, type ReactNode } from 'react'
import { useNames } from '../builder/useNames'
import { TextInput } from '../shared/Controls'
import { Choose } from '../shared/Fields'
import { AlertIcon } from '../shared/icons'
import { useEventName, useWords } from '../shared/words'
import { kinds, type Definition, type Kind } from './journey'

export interface Fault {
  member: string
  why: string
}

const isOf = (fault: Fault, member: string) => fault.member === member || fault.member.startsWith(`${member}.`)

/** A named field; what the engine says against this member stands below it. */
export function Named({ label, member, fault, hint, children }: { label: string; member?: string; fault?: Fault | undefined; hint?: string; children: ReactNode }) {
  const wrong = member !== undefined && fault !== undefined && isOf(fault, member)
  return (
    <div className="field-in">
      <label className="field-label"><span className="field-name">{label}</span>{children}</label>
      {hint !== undefined && <span className="field-hint">{hint}</span>}
      {wrong && <span className="journey-bad"><AlertIcon size={13} /> {fault.why}</span>}
    </div>
  )
}

/** A text of several lines. */
export function Code({ label, value, rows, member, fault, hint, invalid = false, onText }: { label: string; value: string; rows: number; member?: string; fault?: Fault | undefined; hint?: string; invalid?: boolean; onText: (text: string) => void }) {
  const id = useId() // around the text, a label would be named after all of it
  return (
    <div className="field-in">
      <label className="field-name" htmlFor={id}>{label}</label>
      <textarea id={id} className="journey-code" rows={rows} spellCheck={false} value={value} aria-invalid={invalid || undefined} onChange={(event) => onText(event.target.value)} />
      {hint !== undefined && <span className="field-hint">{hint}</span>}
      {member !== undefined && fault !== undefined && isOf(fault, member) && <span className="journey-bad"><AlertIcon size={13} /> {fault.why}</span>}
    </div>
  )
}

/** What is said against the whole, or a member that has no field of its own here. */
export function Whole({ fault, known }: { fault: Fault | undefined; known: readonly string[] }) {
  if (fault === undefined || known.some((member) => isOf(fault, member))) return null
  return <p className="journey-bad"><AlertIcon size={13} /> {fault.member === '' ? fault.why : `${fault.member}: ${fault.why}`}</p>
}

/** A text that the browser completes from what is known. */
export function Suggested(props: { label: string; value: string; options: readonly { value: string; name?: string }[]; member?: string; fault?: Fault | undefined; hint?: string; onText: (text: string) => void }) {
  const id = useId() // the list stands outside of the label, which would be named after all in it
  return (
    <div className="journey-suggested">
      <Named label={props.label} fault={props.fault} {...(props.member === undefined ? {} : { member: props.member })} {...(props.hint === undefined ? {} : { hint: props.hint })}>
        <TextInput value={props.value} onText={props.onText} list={id} autoComplete="off" spellCheck={false} />
      </Named>
      <datalist id={id}>{props.options.map((one) => <option key={one.value} value={one.value}>{one.name ?? ''}</option>)}</datalist>
    </div>
  )
}

export function EventIn({ label, value, member, fault, onText }: { label: string; value: string; member: string; fault: Fault | undefined; onText: (text: string) => void }) {
  const says = useEventName()
  return <Suggested label={label} value={value} options={useNames().events.map(({ name }) => ({ value: name, name: says(name) }))} member={member} fault={fault} onText={onText} />
}

const units = [{ unit: 'seconds', ms: 1_000 }, { unit: 'minutes', ms: 60_000 }, { unit: 'hours', ms: 3_600_000 }, { unit: 'days', ms: 86_400_000 }] as const
/** The greatest unit that says it without a fraction. */
export const unitOf = (ms: number) => [...units].reverse().find((one) => ms % one.ms === 0) ?? units[0]

/** How long: a number and its unit. */
export function TimeIn({ label, ms, member, fault, onMs, optional }: { label: string; ms: number | undefined; member: string; fault: Fault | undefined; optional?: string; onMs: (ms: number | undefined) => void }) {
  const { t } = useWords()
  const [unit, setUnit] = useState(unitOf(ms ?? 86_400_000))
  const shown = ms === undefined ? '' : String(Number((ms / unit.ms).toFixed(3)))
  return (
    <div className="journey-pair">
      <Named label={label} member={member} fault={fault} {...(optional === undefined ? {} : { hint: optional })}>
        <TextInput value={shown} inputMode="numeric" maxLength={8} onText={(text) => onMs(text.trim() === '' ? undefined : Number.isFinite(Number(text)) ? Math.round(Number(text) * unit.ms) : ms)} />
      </Named>
      <Choose
        label={t('journeys.form.unit')} value={unit.unit} options={units.map((one) => ({ value: one.unit, name: t(`journeys.units.${one.unit}`) }))}
        onChange={(value) => {
          const next = units.find((one) => one.unit === value) ?? units[0]
          if (ms !== undefined) onMs(Math.round((ms / unit.ms) * next.ms))
          setUnit(next)
        }}
      />
    </div>
  )
}

/** Where a way leads: to a card, to the end, or to a new card. */
export function WayIn({ label, to, definition, onTo, onNew }: { label: string; to: string | undefined; definition: Definition; onTo: (to: string | undefined) => void; onNew: (kind: Kind) => void }) {
  const { t } = useWords()
  const id = useId()
  const lost = to !== undefined && definition.nodes[to] === undefined
  return (
    <div className="field-in">
      <label className="field-name" htmlFor={id}>{label}</label>
      <select
        id={id} className="select" value={to ?? ''}
        onChange={({ target: { value } }) => {
          const kind = kinds.find((one) => value === `+${one}`)
          if (kind === undefined) onTo(value === '' ? undefined : value)
          else onNew(kind)
        }}
      >
        <option value="">{t('journeys.form.toEnd')}</option>
        {lost && <option value={to}>{t('journeys.form.toNobody', { to })}</option>}
        <optgroup label={t('journeys.form.toNode')}>{Object.keys(definition.nodes).map((name) => <option key={name} value={name}>{name} · {t(`journeys.kinds.${definition.nodes[name]?.kind ?? 'exit'}`)}</option>)}</optgroup>
        <optgroup label={t('journeys.form.toNew')}>{kinds.map((kind) => <option key={kind} value={`+${kind}`}>+ {t(`journeys.kinds.${kind}`)}</option>)}</optgroup>
      </select>
    </div>
  )
}
