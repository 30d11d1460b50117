// Goal: a drawing of a graph can be read: nothing lies on anything, lines lead down, what leads back goes round at the side.
import { describe, expect, it } from 'vitest'
import { apart, backEdges, draw, GAP_X, layersOf, spaced, type Edge, type Item } from './layout'

const item = (id: string): Item => ({ id, width: 100, height: 40 })
const edge = (text: string): Edge => ({ from: text[0] ?? '', to: text[1] ?? '' })
const graph = (ids: string, edges: string) => draw([...ids].map(item), edges.split(' ').filter(Boolean).map(edge))

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed: number): () => number {
  let now = seed
  return () => (now = (now * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
}

function overlaps(items: Iterable<{ x: number; y: number; width: number; height: number; id: string }>): string[] {
  const all = [...items]
  return all.flatMap((a, i) => all.slice(i + 1).filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height).map((b) => `${a.id} on ${b.id}`))
}

describe('layers', () => {
  it('are one below the lowest that leads there', () => {
    const edges = ['ab', 'bc', 'ac', 'cd', 'ad'].map(edge)
    expect(Object.fromEntries(layersOf([...'abcd'], edges, new Set()))).toEqual({ a: 0, b: 1, c: 2, d: 3 })
  })
  it('leave out what leads back', () => {
    const edges = ['ab', 'bc', 'ca', 'cc'].map(edge)
    const back = backEdges([...'abc'], edges)
    expect([...back]).toEqual([2, 3])
    expect(layersOf([...'abc'], edges, back).get('c')).toBe(2)
  })
})

describe('spaced', () => {
  it('leaves what has room where it wants to be', () => expect(spaced([0, 50, 200], [10, 10])).toEqual([0, 50, 200]))
  it('parts what wants the same place around it', () => expect(spaced([100, 100], [30])).toEqual([85, 115]))
  it('is the least squares that a search finds', () => {
    const [wanted, distance] = [[10, 4, 30, 29], [8, 8, 8]]
    const cost = (at: readonly number[]) => at.reduce((sum, x, i) => sum + (x - (wanted[i] ?? 0)) ** 2, 0)
    const found = spaced(wanted, distance)
    found.slice(1).forEach((x, i) => expect(x - (found[i] ?? 0)).toBeGreaterThanOrEqual((distance[i] ?? 0) - 1e-9))
    let best = Infinity
    for (let a = 0; a <= 40; a++) for (let b = a + 8; b <= 48; b++) for (let c = b + 8; c <= 56; c++) for (let d = c + 8; d <= 64; d++) best = Math.min(best, cost([a, b, c, d]))
    expect(cost(found)).toBeLessThanOrEqual(best + 1e-9)
  })
})

describe('labels', () => {
  const row = (...xs: number[]) => xs.map((x) => ({ x, y: 100, width: 50 }))
  it('that have room stay', () => expect(apart(row(0, 50, 100))).toEqual(row(0, 50, 100)))
  it('that would lie on each other go up and down in turn', () => {
    const ys = apart(row(40, 0, 80, 300)).map(({ y }) => y)
    expect(ys[1]).toBeLessThan(100)
    expect(ys[0]).toBeGreaterThan(100)
    expect(ys[2]).toBe(ys[1])
    expect(ys[3]).toBe(100)
  })
  it('of another row are left alone', () => expect(apart([{ x: 0, y: 0, width: 50 }, { x: 0, y: 100, width: 50 }]).map(({ y }) => y)).toEqual([0, 100]))
})

describe('a drawing', () => {
  it('has a chain below each other in one line', () => {
    const { items, lines } = graph('abc', 'ab bc')
    expect(items.get('a')?.x).toBe(items.get('c')?.x)
    expect(items.get('a')?.y).toBeLessThan(items.get('b')?.y ?? 0)
    expect(lines[0]?.points).toHaveLength(2)
  })
  it('orders a layer so that lines do not cross', () => {
    const { items } = graph('abcde', 'ab ac be cd') // b and c stand in that order; so do what they lead to
    expect((items.get('e')?.x ?? 0) < (items.get('d')?.x ?? 0)).toBe((items.get('b')?.x ?? 0) < (items.get('c')?.x ?? 0))
  })
  it('takes a long line past the cards between', () => {
    const { items, lines } = graph('abc', 'ab bc ac')
    const b = items.get('b')
    const middle = lines[2]?.points.filter(({ y }) => b !== undefined && y >= b.y && y <= b.y + b.height) ?? []
    expect(middle).toHaveLength(2)
    for (const { x } of middle) expect(b !== undefined && (x < b.x || x > b.x + b.width)).toBe(true)
  })
  it('takes a line over several layers straight down', () => {
    const { lines } = graph('abcde', 'ab bc cd de ae')
    const xs = (lines[4]?.points ?? []).slice(1, -1).map(({ x }) => Math.round(x))
    expect(xs).toHaveLength(6)
    expect(new Set(xs).size).toBe(1)
  })
  it('takes what leads back round at the right, each in a lane of its own', () => {
    const { items, lines, width } = graph('abc', 'ab bc ca cb')
    const right = Math.max(...[...items.values()].map((one) => one.x + one.width))
    const lanes = lines.filter(({ isBack }) => isBack).map(({ points }) => points[1]?.x ?? 0)
    expect(lanes).toHaveLength(2)
    for (const x of lanes) expect(x > right && x < width).toBe(true)
    expect(new Set(lanes).size).toBe(2)
  })
  it('draws what nothing leads to, and nothing at all', () => {
    expect(graph('abx', 'ab').items.size).toBe(3)
    expect(draw([], []).items.size).toBe(0)
    expect(draw([item('a')], [{ from: 'a', to: 'nobody' }]).lines[0]?.points).toEqual([])
  })
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('of 64 cards and twice as many lines stands free and within its size (seed %i)', (seed) => {
    const next = random(seed)
    const items = Array.from({ length: 64 }, (_, i) => item(`n${i}`))
    const edges = Array.from({ length: 128 }, (_, i): Edge => ({ from: `n${i < 63 ? i : Math.floor(next() * 64)}`, to: `n${i < 63 ? i + 1 - Math.floor(next() * Math.min(i + 1, 4)) : Math.floor(next() * 64)}` }))
    const found = draw(items, edges)
    expect(overlaps(found.items.values())).toEqual([])
    for (const { x, y, width, height } of found.items.values()) expect(x >= 0 && y >= 0 && x + width <= found.width && y + height <= found.height).toBe(true)
    for (const { points, isBack } of found.lines) {
      for (const { x, y } of points) expect(x >= 0 && y >= 0 && x <= found.width && y <= found.height).toBe(true)
      if (!isBack) for (const [i, { y }] of points.slice(1).entries()) expect(y).toBeGreaterThanOrEqual(points[i]?.y ?? 0)
    }
    expect(draw(items, edges)).toEqual(found)
    expect(GAP_X).toBeGreaterThan(0)
  })
})
