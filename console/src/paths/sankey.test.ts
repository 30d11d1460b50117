// Goal: boxes are as high as their paths, bands leave and arrive inside of their boxes, and backwards is the mirror of forwards.
import { expect, test } from 'vitest'
import { drawing, WIDE } from './sankey'

const node = (event: string | null, paths: number, dropped: number | null) => ({ event, folded: 0, paths, customers: paths, share: paths / 10, dropped })
const report = {
  paths: 10,
  steps: [{ step: 0, paths: 10, nodes: [node('view', 10, 3)] }, { step: 1, paths: 7, nodes: [node('add', 5, null), node(null, 2, null)] }],
  links: [{ step: 1, from: 'view', to: null, paths: 2, customers: 2 }, { step: 1, from: 'view', to: 'add', paths: 5, customers: 5 }],
}

test('heights are paths', () => {
  const { boxes, bands } = drawing(report, 500, 110, false)
  expect(boxes.map((box) => [box.node.event, box.x, box.y, box.height])).toEqual([['view', 0, 0, 100], ['add', 500 - WIDE, 0, 50], [null, 500 - WIDE, 60, 20]])
  expect(bands.map((band) => [band.to, band.left, band.right, band.thick])).toEqual([
    ['add', { x: WIDE, y: 25 }, { x: 500 - WIDE, y: 25 }, 50],
    [null, { x: WIDE, y: 60 }, { x: 500 - WIDE, y: 70 }, 20],
  ])
})
test('backwards, step 0 stands at the right', () => {
  const { boxes, bands } = drawing(report, 500, 110, true)
  expect(boxes.map((box) => box.x)).toEqual([500 - WIDE, 0, 0])
  expect([bands[0]?.left, bands[0]?.right]).toEqual([{ x: WIDE, y: 25 }, { x: 500 - WIDE, y: 25 }])
})
test('nobody is drawn as nothing', () => {
  expect(drawing({ paths: 0, steps: [], links: [] }, 500, 100, false)).toEqual({ boxes: [], bands: [] })
})
