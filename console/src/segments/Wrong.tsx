// A refusal of an expression: the line, and the place in it.
import { CallError } from '../shared/client'
import { Failed } from '../shared/View'
import { around, placeOf } from './templates'

/** Whether a refusal is about the expression and says where. */
export const isAboutExpression = (error: unknown): error is CallError => error instanceof CallError && error.code === 'bad_expression' && placeOf(error.detail ?? '') !== undefined

export function Wrong({ expression, error }: { expression: string; error: unknown }) {
  const place = isAboutExpression(error) ? placeOf(error.detail ?? '') : undefined
  if (place === undefined) return <Failed error={error} />
  const { before, at, after } = around(expression, place)
  return (
    <div className="segment-wrong" role="alert">
      <p>{place.text}</p>
      <pre>
        {before}
        <mark>{at}</mark>
        {after}
      </pre>
    </div>
  )
}
