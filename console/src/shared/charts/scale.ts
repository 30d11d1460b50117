// Where things go on a chart: pure arithmetic, so that it can be tested without a browser.

/** Round steps from 0 that reach `max`: about `wanted` of them, each 1, 2 or 5 times a power of ten. */
export function niceTicks(max: number, wanted: number, whole = false): number[] {
  if (!(max > 0)) return [0, 1]
  const rough = max / Math.max(1, wanted)
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough * 0.999) ?? 10
  const step = whole ? Math.max(1, factor * power) : factor * power
  const ticks = [0]
  while ((ticks[ticks.length - 1] ?? 0) < max * 0.999999) ticks.push(Number((ticks.length * step).toPrecision(12)))
  return ticks
}

export function linear(from: [number, number], to: [number, number]): (value: number) => number {
  const span = from[1] - from[0]
  return (value) => (span === 0 ? to[0] : to[0] + ((value - from[0]) / span) * (to[1] - to[0]))
}

/** Index of the point nearest to `x` in ascending `xs`; -1 when there is none. */
export function nearest(xs: readonly number[], x: number): number {
  let low = 0
  let high = xs.length - 1
  if (high < 0) return -1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((xs[middle] ?? 0) < x) low = middle + 1
    else high = middle
  }
  const right = xs[low] ?? 0
  const left = xs[low - 1]
  return left !== undefined && x - left <= right - x ? low - 1 : low
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
