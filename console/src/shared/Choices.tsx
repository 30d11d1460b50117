// A few things of which one holds: language, placement. Buttons that say which is pressed.
export function Choices<V extends string>(props: {
  label: string
  value: V
  options: readonly { value: V; name: string; lang?: string }[]
  onChange: (value: V) => void
  className?: string
}) {
  return (
    <div className={`choices ${props.className ?? ''}`} role="group" aria-label={props.label}>
      {props.options.map((one) => (
        <button key={one.value} type="button" lang={one.lang} aria-pressed={one.value === props.value} onClick={() => props.onChange(one.value)}>
          {one.name}
        </button>
      ))}
    </div>
  )
}
