// Where things go on a chart: pure arithmetic, so that it can be tested without a browser.

export function linear(from: [number, number], to: [number, number]): (value: number) => number {
  const span = from[1] - from[0]
  return (value) => (span === 0 ? to[0] : to[0] + ((value - from[0]) / span) * (to[1] - to[0]))
}

/** Every k-th index, so that labels `labelWidth` apart fit in `width`; the last one is always among them. */
export function labelled(points: number, width: number, labelWidth: number): number[] {
  if (points === 0) return []
  const fit = Math.max(1, Math.floor(width / labelWidth))
  const every = Math.max(1, Math.ceil(points / fit))
  const out: number[] = []
  for (let at = points - 1; at >= 0; at -= every) out.unshift(at)
  return out
}

/** An SVG path through the points, straight from one to the next. */
export function line(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)},${y.toFixed(1)}`).join('')
}
