// The geometry of a flow between two moments: a column of stages then, a column of stages now, bands between them.
import { momentOf } from '../builder/moment'

export interface Flow {
  from: string
  to: string
  customers: number
}
export interface Node {
  stage: string
  customers: number
  y: number
  height: number
}
export interface Band extends Flow {
  /** Middle of the band at its left and its right end, and how thick it is. */
  left: number
  right: number
  thick: number
}
export interface Drawing {
  then: Node[]
  now: Node[]
  bands: Band[]
}

/** Columns as high as `height` with gaps between stages; stages without anybody are left out. */
export function drawing(flows: readonly Flow[], order: readonly string[], height: number, gap: number): Drawing {
  const total = flows.reduce((sum, flow) => sum + flow.customers, 0)
  const column = (side: 'from' | 'to'): Node[] => {
    const sums = order.map((stage) => ({ stage, customers: flows.reduce((sum, flow) => sum + (flow[side] === stage ? flow.customers : 0), 0) })).filter((one) => one.customers > 0)
    const scale = total === 0 ? 0 : (height - gap * (order.length - 1)) / total
    let y = 0
    return sums.map((one) => {
      const node = { ...one, y, height: one.customers * scale }
      y += node.height + gap
      return node
    })
  }
  const then = column('from')
  const now = column('to')
  const used = new Map<string, number>()
  const place = (side: string, node: Node | undefined, thick: number): number => {
    const key = `${side} ${node?.stage ?? ''}`
    const at = used.get(key) ?? 0
    used.set(key, at + thick)
    return (node?.y ?? 0) + at + thick / 2
  }
  const scale = total === 0 ? 0 : (height - gap * (order.length - 1)) / total
  const rank = (stage: string) => order.indexOf(stage)
  const sorted = [...flows].filter((flow) => flow.customers > 0).sort((a, b) => rank(a.from) - rank(b.from) || rank(a.to) - rank(b.to))
  const bands = sorted.map((flow) => {
    const thick = flow.customers * scale
    return { ...flow, thick, left: place('then', then.find((node) => node.stage === flow.from), thick), right: 0 }
  })
  // At the right end bands stand in the order of where they come from.
  for (const band of [...bands].sort((a, b) => rank(a.to) - rank(b.to) || rank(a.from) - rank(b.from))) {
    band.right = place('now', now.find((node) => node.stage === band.to), band.thick)
  }
  return { then, now, bands }
}

/** The expression of one cell of the grid. */
export function cellExpression(recency: number, frequency: number): string {
  return `customer.rfm.recency == ${recency} && customer.rfm.frequency == ${frequency}`
}

const bounds = (year: number, month: number, zone: string | undefined): [number, number] =>
  [month, month + 1].map((one) => Date.parse(momentOf(new Date(Date.UTC(year, one)).toISOString().slice(0, 16), zone))) as [number, number]
const said = (ms: number): string => `timestamp("${new Date(ms).toISOString().replace('.000Z', 'Z')}")`

/** Whose first order fell in a month ("2026-01"), and who ordered again `later` months after it: windows count what is newer than their far end. */
export function cohortExpression(cohort: string, later: number, zone: string | undefined): string {
  const [year = 0, month = 1] = cohort.split('-').map(Number)
  const [begin, end] = bounds(year, month - 1, zone)
  const first = `customer.orders.first >= ${said(begin)} && customer.orders.first < ${said(end)}`
  if (later === 0) return first
  const [from, until] = bounds(year, month - 1 + later, zone)
  return `${first} && customer.orders.count(now - ${said(from - 1)}) > customer.orders.count(now - ${said(until - 1)})`
}

/** How strongly a cell is coloured: the root, so that small ones can be told from none. */
export function strength(customers: number, most: number): number {
  return most === 0 ? 0 : Math.sqrt(customers / most)
}
