// What a chart shows: panels over each other on one time axis, never two scales in one.

/** A value a point; null where there is none, such as an hour that did not begin yet. */
export type Values = readonly (number | null)[]

export interface Panel {
  label: string
  /** area: a rate over time; line: a share or mean; bars: sums of hours or days; band: an estimate with its interval. */
  kind: 'area' | 'line' | 'bars' | 'band'
  values: Values
  /** Pixels of the panel itself, without its label. */
  height: number
  format: (value: number) => string
  tick: (value: number) => string
  tone: 'accent' | 'second'
  /** Things that are counted: no ticks between whole numbers. */
  whole?: boolean
  /** The same measure of earlier days: a dashed second line. */
  before?: { label: string; values: Values }
  /** Index of a bar that is not whole yet; drawn faint. */
  faint?: number
  /** The ends of the interval of a band, one a point. */
  low?: Values
  high?: Values
}

/** Value of a point as text; a dash where there is none. */
export function textOf(panel: Pick<Panel, 'format'>, value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : panel.format(value)
}

/** "low – high" of a point; a dash where one of them is missing. */
export function intervalOf(panel: Panel, at: number): string {
  const low = panel.low?.[at]
  const high = panel.high?.[at]
  return low == null || high == null ? '–' : `${panel.format(low)} – ${panel.format(high)}`
}
