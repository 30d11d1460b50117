// The days a page shows and what they are compared with, in the head of the page.
import { useEffect, useState } from 'react'
import { Choices } from '../Choices'
import { useWords } from '../words'
import { comparisons, daysOf, isDay, offered, orderly, presets, type Choice, type Compare } from './range'
import { useRange } from './useRange'

/** No shop has older days, and a year that is still being typed ("0202") is before this one. */
const DAY_MIN = '2000-01-01'

function DayInput(props: { label: string; value: string; max: string; onChange: (day: string) => void }) {
  const [text, setText] = useState(props.value)
  useEffect(() => setText(props.value), [props.value])
  return (
    <input
      type="date"
      className="range-field"
      aria-label={props.label}
      value={text}
      min={DAY_MIN}
      max={props.max}
      onChange={(event) => {
        const day = event.target.value
        setText(day)
        if (isDay(day) && day >= DAY_MIN && day <= props.max) props.onChange(day)
      }}
    />
  )
}

export function RangeBar() {
  const { t } = useWords()
  const { days, choice, compare, today, setDays, setCompare } = useRange()
  const [custom, setCustom] = useState(false)
  const open = custom || choice === 'custom'
  const shown: Choice = open ? 'custom' : choice
  const fits = offered(days)
  const pick = (next: Choice) => {
    setCustom(next === 'custom')
    if (next !== 'custom') setDays(daysOf(next, today))
  }
  return (
    <div className="range" role="group" aria-label={t('shared.range.label')} data-tour="range">
      <Choices
        label={t('shared.range.days')}
        value={shown}
        onChange={pick}
        options={[...presets, 'custom' as const].map((value) => ({ value, name: t(`shared.range.${value}`) }))}
      />
      {open && (
        <span className="range-days">
          <DayInput label={t('shared.range.from')} value={days.from} max={today} onChange={(from) => setDays(orderly({ ...days, from }, today))} />
          <span aria-hidden="true">–</span>
          <DayInput label={t('shared.range.to')} value={days.to} max={today} onChange={(to) => setDays(orderly({ ...days, to }, today))} />
        </span>
      )}
      <label className="range-compare">
        <span>{t('shared.range.against')}</span>
        <select className="range-field" aria-label={t('shared.range.against')} value={compare} onChange={(event) => setCompare(event.target.value as Compare /* the options below */)}>
          {comparisons.filter((one) => fits.includes(one) || one === compare).map((one) => (
            <option key={one} value={one}>
              {t(`shared.range.compare.${one}`)}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}
