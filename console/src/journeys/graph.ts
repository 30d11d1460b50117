// A definition as a graph to draw: the entry, its nodes, and a small end where a way leads nowhere on; what each way is called.
import { draw, type Drawing, type Edge, type Item } from './layout'
import { reachable, waysOf, type Definition, type Way } from './journey'

export const ENTRY = '>' // no node is called so
export const CARD = { width: 216, height: 80 }
const WITH_COUNTS = 104
const END = { width: 56, height: 22 }

/** A line of the drawing: all ways of a node that lead to the same place. */
export interface Drawn extends Edge {
  ways: Way[]
  isEnd: boolean
}
export interface Graph {
  edges: Drawn[]
  drawing: Drawing
  ends: string[]
  reached: Set<string>
  order: string[] // of the nodes, as they are read: from the top, from the left
}

/** `counted`: the cards say how many customers are at each. */
export function graphOf(definition: Definition, counted = false): Graph {
  const card = { width: CARD.width, height: counted ? WITH_COUNTS : CARD.height }
  const { nodes, first } = definition
  const reached = reachable(definition)
  const edges: Drawn[] = nodes[first] === undefined ? [] : [{ from: ENTRY, to: first, ways: [], isEnd: false }]
  const ends: Item[] = []
  for (const [from, node] of Object.entries(nodes)) {
    for (const way of waysOf(node)) {
      const isEnd = way.to === undefined || nodes[way.to] === undefined
      const to = isEnd ? `${from}>` : way.to ?? ''
      const there = edges.find((one) => one.from === from && one.to === to)
      if (there !== undefined) there.ways.push(way)
      else edges.push({ from, to, ways: [way], isEnd })
      if (isEnd && there === undefined) ends.push({ id: to, ...END })
    }
  }
  const names = [...reached, ...Object.keys(nodes).filter((name) => !reached.has(name))]
  const drawing = draw([{ id: ENTRY, ...card }, ...names.map((id) => ({ id, ...card })), ...ends], edges)
  const at = (id: string) => drawing.items.get(id) ?? { x: 0, y: 0 }
  const order = [...names].sort((a, b) => at(a).y - at(b).y || at(a).x - at(b).x)
  return { edges, drawing, ends: ends.map(({ id }) => id), reached, order }
}

/** The card that an arrow key leads to. */
export function beside({ drawing, edges }: Graph, from: string, key: string): string | undefined {
  const here = drawing.items.get(from)
  if (here === undefined) return undefined
  const isCard = (id: string) => drawing.items.get(id)?.width === CARD.width
  if (key === 'ArrowDown') return edges.find((one) => one.from === from && isCard(one.to))?.to
  if (key === 'ArrowUp') return edges.find((one) => one.to === from && (drawing.items.get(one.from)?.y ?? 0) < here.y)?.from
  const side = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
  const row = [...drawing.items.values()].filter((one) => side !== 0 && isCard(one.id) && one.y === here.y && (one.x - here.x) * side > 0)
  return row.sort((a, b) => (a.x - b.x) * side)[0]?.id
}
