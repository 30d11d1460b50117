// The geometry of paths: a column a step, a box a node, a band a link; as high as how many paths go through.
import type { Schema } from '../shared/client'

type Report = Pick<Schema<'PathsReport'>, 'steps' | 'links' | 'paths'>
type Node = Report['steps'][number]['nodes'][number]

export interface Box {
  step: number
  node: Node
  x: number
  y: number
  height: number
}
export interface Band {
  step: number
  from: string | null
  to: string | null
  customers: number
  paths: number
  left: { x: number; y: number }
  right: { x: number; y: number }
  thick: number
}

export const WIDE = 12 // of a box
const GAP = 10

/** Step 0 stands at the left, or at the right where paths are read backwards. */
export function drawing(report: Report, width: number, height: number, isBackward: boolean): { boxes: Box[]; bands: Band[] } {
  const most = Math.max(1, ...report.steps.map((step) => step.nodes.length))
  const scale = report.paths === 0 ? 0 : (height - GAP * (most - 1)) / report.paths
  const columns = Math.max(1, report.steps.length - 1)
  const xOf = (step: number) => ((isBackward ? columns - step : step) / columns) * (width - WIDE)
  const boxes = report.steps.flatMap((step, k): Box[] => {
    let y = 0
    return step.nodes.map((node) => {
      const box = { step: k, node, x: xOf(k), y, height: Math.max(1, node.paths * scale) }
      y += box.height + GAP
      return box
    })
  })
  const find = (step: number, event: string | null) => boxes.find((box) => box.step === step && box.node.event === event)
  const used = new Map<Box, { in: number; out: number }>()
  const place = (box: Box, side: 'in' | 'out', thick: number): number => {
    const at = used.get(box) ?? { in: 0, out: 0 }
    used.set(box, { ...at, [side]: at[side] + thick })
    return box.y + at[side] + thick / 2
  }
  const rank = (step: number, event: string | null) => boxes.findIndex((box) => box.step === step && box.node.event === event)
  const sorted = [...report.links].sort((a, b) => a.step - b.step || rank(a.step - 1, a.from) - rank(b.step - 1, b.from) || rank(a.step, a.to) - rank(b.step, b.to))
  const bands = sorted.flatMap((link): Band[] => {
    const from = find(link.step - 1, link.from)
    const to = find(link.step, link.to)
    if (from === undefined || to === undefined) return []
    const thick = link.paths * scale
    const start = { x: from.x + (isBackward ? 0 : WIDE), y: place(from, 'out', thick) }
    const end = { x: to.x + (isBackward ? WIDE : 0), y: place(to, 'in', thick) }
    return [{ ...link, thick, left: isBackward ? end : start, right: isBackward ? start : end }]
  })
  return { boxes, bands }
}
