// A step of a report: an event by its name, and conditions on it as blocks, or as text where blocks cannot say it. Steps stand in the address.
import { eventNumbers, eventTexts, type Where } from '../builder/rows'
import type { Schema } from '../shared/client'

export interface Step {
  event: string
  where: Where[]
  /** A condition as it is typed; undefined: the blocks say it. */
  text?: string | undefined
}

export const plain = (event: string): Step => ({ event, where: [] })

const numbers: readonly string[] = eventNumbers
const isWhole = (one: Where): boolean => one.values.length > 0

function literal(property: string, value: string | number | boolean): string {
  if (typeof value === 'string') return JSON.stringify(value)
  // Prices and values are decimal, so 100 is written 100.0; a quantity is an integer.
  return typeof value === 'number' && numbers.includes(property) && property !== 'quantity' && Number.isInteger(value) ? `${value}.0` : String(value)
}

function condition(one: Where): string {
  const of = `${one.any ? 'p' : 'e'}.${one.property}`
  const values = one.values.map((value) => literal(one.property, value))
  const text = one.op === 'in' ? `${of} in [${values.join(', ')}]` : one.op === 'contains' || one.op === 'startsWith' ? `${of}.${one.op}(${values[0]})` : `${of} ${one.op} ${values[0]}`
  return one.any ? `e.products.exists(p, ${text})` : text
}

/** The condition of a step as the engine reads it; empty without one. Blocks that are not whole yet say nothing. */
export function whereOf(step: Step): string {
  return step.text !== undefined ? step.text.trim() : step.where.filter(isWhole).map(condition).join(' && ')
}

export function stepOf(step: Step): Schema<'ReportStep'> {
  const where = whereOf(step)
  return where === '' ? step.event.trim() : { event: step.event.trim(), where }
}

/** As it stands in the address: a name alone, or what more there is. */
export function written(steps: readonly Step[]): string {
  return JSON.stringify(steps.map((step) => (step.text !== undefined ? { e: step.event, t: step.text } : step.where.length === 0 ? step.event : { e: step.event, w: step.where })))
}

const isValue = (value: unknown): value is Where['values'][number] => ['string', 'number', 'boolean'].includes(typeof value)

function whereRead(value: unknown): Where | undefined {
  const one = value as Partial<Where> | null // looked at below, field by field
  if (typeof one !== 'object' || one === null || !Array.isArray(one.values) || !one.values.every(isValue)) return undefined
  if (![...eventTexts, ...eventNumbers].some((name) => name === one.property) || typeof one.op !== 'string') return undefined
  return { any: one.any === true, property: one.property, op: one.op, values: one.values } as Where
}

function read(value: unknown): Step | undefined {
  if (typeof value === 'string') return plain(value)
  const one = value as { e?: unknown; w?: unknown; t?: unknown } | null
  if (typeof one !== 'object' || one === null || typeof one.e !== 'string') return undefined
  if (typeof one.t === 'string') return { event: one.e, where: [], text: one.t }
  const where = Array.isArray(one.w) ? one.w.map(whereRead) : []
  return { event: one.e, where: where.filter((each) => each !== undefined) }
}

/** Steps out of an address; undefined where it has none. */
export function stepsRead(text: string | null): Step[] | undefined {
  if (text === null || text === '') return undefined
  try {
    const found: unknown = JSON.parse(text)
    const steps = Array.isArray(found) ? found.map(read) : []
    return steps.length > 0 && steps.every((step) => step !== undefined) ? steps : undefined
  } catch {
    return undefined
  }
}
