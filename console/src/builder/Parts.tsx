// The fields of a row: names to choose from with how often they came, numbers, moments, lists. Each has a name for those who do not see it.
import { useEffect, useId, useState, type ReactNode } from 'react'
import * as format from '../shared/format'
import { CrossIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import { localOf, momentOf } from './moment'
import { compares, units, type Amount, type Compare, type Span, type Unit } from './rows'
import type { Literal } from './tree'

export interface Option {
  value: string
  /** As people say it; undefined: the value itself. */
  name?: string | undefined
  count?: number | undefined
}

/** A list to choose one of. */
export function Select<V extends string>(props: { label: string; value: V; options: readonly { value: V; name: string }[]; onChange: (value: V) => void; id?: string }) {
  return (
    <select id={props.id} className="select rule-select" aria-label={props.label} value={props.value} onChange={(change) => props.onChange(change.target.value as V)}>
      {props.options.map((one) => <option key={one.value} value={one.value}>{one.name}</option>)}
    </select>
  )
}

/** A text that the browser completes from what is known; anything else may be typed, too. */
export function Pick(props: { label: string; value: string; options: readonly Option[]; onText: (text: string) => void; invalid?: boolean; hint?: string }) {
  const { language } = useWords()
  const id = useId()
  const says = (one: Option) => [one.name, one.count === undefined ? undefined : format.count(one.count, language)].filter((part) => part !== undefined && part !== one.value).join(' · ')
  return (
    <>
      <input
        className="input rule-pick" type="text" list={id} aria-label={props.label} aria-invalid={props.invalid === true || undefined} placeholder={props.hint ?? props.label} autoComplete="off" spellCheck={false}
        value={props.value} onChange={(change) => props.onText(change.target.value)}
      />
      <datalist id={id}>{props.options.map((one) => <option key={one.value} value={one.value} label={says(one) === '' ? one.value : says(one)} />)}</datalist>
    </>
  )
}

/** Typed digits, as they stand; a number as soon as they are one. `scale` 100: a share stands as a percentage. */
export function NumberIn(props: { label: string; value: Amount; onNumber: (value: Amount) => void; whole?: boolean; scale?: number; invalid?: boolean }) {
  const scale = props.scale ?? 1
  const shown = props.value === undefined ? '' : String(Number((props.value * scale).toPrecision(12)))
  const [text, setText] = useState(shown)
  useEffect(() => setText((now) => (now !== '' && Number(now) === Number(shown) && shown !== '' ? now : shown)), [shown])
  const read = (typed: string): Amount => {
    const is = Number(typed)
    return typed.trim() === '' || !Number.isFinite(is) || (props.whole === true && !Number.isInteger(is)) ? undefined : Number((is / scale).toPrecision(12))
  }
  return (
    <input
      className="input rule-number" type="text" inputMode={props.whole === true ? 'numeric' : 'decimal'} aria-label={props.label} aria-invalid={props.invalid === true || (text !== '' && read(text) === undefined) || undefined} autoComplete="off" maxLength={16}
      value={text}
      onChange={(change) => {
        setText(change.target.value)
        props.onNumber(read(change.target.value))
      }}
    />
  )
}

export function SpanIn(props: { label: string; value: Span; onSpan: (span: Span, typed: boolean) => void }) {
  const { t } = useWords()
  return (
    <span className="rule-span">
      <NumberIn label={props.label} whole value={props.value.amount} invalid={props.value.amount === undefined || props.value.amount < 1} onNumber={(amount) => props.onSpan({ ...props.value, amount }, true)} />
      <Select<Unit> label={t('builder.unit')} value={props.value.unit} options={units.map((unit) => ({ value: unit, name: t(`builder.units.${unit}`) }))} onChange={(unit) => props.onSpan({ ...props.value, unit }, false)} />
    </span>
  )
}

export function CompareIn({ value, onChange }: { value: Compare; onChange: (value: Compare) => void }) {
  const { t } = useWords()
  return <Select label={t('builder.compare')} value={value} options={compares.map((one) => ({ value: one, name: t(`builder.compares.${one}`) }))} onChange={onChange} />
}

/** A window back from now, or all that is known. */
export function WindowIn({ value, onChange }: { value: Span | null; onChange: (value: Span | null, typed: boolean) => void }) {
  const { t } = useWords()
  return (
    <>
      <Select
        label={t('builder.window')} value={value === null ? 'ever' : 'last'}
        options={[{ value: 'last', name: t('builder.windows.last') }, { value: 'ever', name: t('builder.windows.ever') }]}
        onChange={(is) => onChange(is === 'ever' ? null : { amount: 30, unit: 'days' }, false)}
      />
      {value !== null && <SpanIn label={t('builder.window')} value={value} onSpan={onChange} />}
    </>
  )
}

/** A moment in the workspace's zone. */
export function MomentIn(props: { label: string; at: string; onMoment: (at: string) => void }) {
  const zone = format.workspaceTimeZone()
  return (
    <input
      className="input rule-moment" type="datetime-local" aria-label={props.label} value={localOf(props.at, zone)}
      onChange={(change) => props.onMoment(change.target.value === '' ? '' : momentOf(change.target.value, zone))}
    />
  )
}

/** Several values: each with a button that takes it away, and a field that adds one. */
export function Values(props: { label: string; values: readonly Literal[]; options: readonly Option[]; read: (text: string) => Literal | undefined; onValues: (values: Literal[]) => void }) {
  const { t } = useWords()
  const [text, setText] = useState('')
  const add = (typed: string) => {
    const value = props.read(typed)
    if (typed.trim() === '' || value === undefined) return
    if (!props.values.includes(value)) props.onValues([...props.values, value])
    setText('')
  }
  return (
    <span className="rule-values">
      {props.values.map((one) => (
        <span key={String(one)} className="rule-value">
          {String(one)}
          <button type="button" className="rule-icon" aria-label={t('builder.removeValue', { value: String(one) })} onClick={() => props.onValues(props.values.filter((other) => other !== one))}><CrossIcon size={12} /></button>
        </span>
      ))}
      <span
        className="rule-add"
        onKeyDown={(key) => {
          if (key.key === 'Enter') {
            key.preventDefault()
            add(text)
          }
        }}
        onBlur={() => add(text)}
      >
        <Pick label={props.label} hint={t('builder.addValue')} value={text} options={props.options.filter((one) => !props.values.some((value) => String(value) === one.value))} onText={(typed) => (props.options.some((one) => one.value === typed) && typed.length > text.length + 1 ? add(typed) : setText(typed))} />
      </span>
    </span>
  )
}

export function Checks(props: { label: string; options: readonly { value: string; name: string }[]; values: readonly string[]; onValues: (values: string[]) => void }) {
  return (
    <span className="rule-checks" role="group" aria-label={props.label}>
      {props.options.map((one) => (
        <label key={one.value}>
          <input type="checkbox" checked={props.values.includes(one.value)} onChange={(change) => props.onValues(props.options.map((other) => other.value).filter((value) => (value === one.value ? change.target.checked : props.values.includes(value))))} />
          {one.name}
        </label>
      ))}
    </span>
  )
}

export const Word = ({ children }: { children: ReactNode }) => <span className="rule-word">{children}</span>
