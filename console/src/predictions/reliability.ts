// The square of a reliability curve: it ends at the tenth above the largest value, the same on both sides.
export interface Bin {
  predicted: number
  cameTrue: number
  high: number
}

export function scaleOf(bins: readonly Bin[], size: number): { most: number; at: (value: number) => number } {
  const largest = Math.max(0, ...bins.map((bin) => Math.max(bin.predicted, bin.cameTrue, bin.high)))
  const most = Math.min(1, Math.max(0.1, Math.ceil(largest * 10 - 1e-9) / 10))
  return { most, at: (value) => (Math.min(value, most) / most) * size }
}
