// A line without axes, beside a number; the number carries the meaning.
import { line, linear } from './scale'

export function Spark({ values }: { values: readonly number[] }) {
  const most = Math.max(1, ...values)
  const x = linear([0, Math.max(1, values.length - 1)], [1, 119])
  const y = linear([0, most], [30, 2])
  return (
    <svg className="spark" viewBox="0 0 120 32" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <path d={line(values.map((value, i) => [x(i), y(value)]))} vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
