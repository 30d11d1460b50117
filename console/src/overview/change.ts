// How a figure stands against an earlier one: pure, so that signs and edges can be tested.

export interface Change {
  direction: 'up' | 'down' | 'same'
  /** Whether the direction is welcome: more orders are, more refunds are not. */
  welcome: boolean | null
  /** (now − before) / before; null where there was nothing before, so that no share can be told. */
  share: number | null
  /** now − before; what is told of figures that are shares themselves. */
  difference: number
}

/** null where one of the two is not known. */
export function changeOf(now: number | null | undefined, before: number | null | undefined, wanted: 'up' | 'down'): Change | null {
  if (now == null || before == null) return null
  const difference = now - before
  const direction = difference > 0 ? 'up' : difference < 0 ? 'down' : 'same'
  return {
    direction,
    welcome: direction === 'same' ? null : direction === wanted,
    share: before !== 0 ? difference / Math.abs(before) : difference === 0 ? 0 : null,
    difference,
  }
}
