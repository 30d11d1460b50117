// Goal: what is drawn is what the panels say; nothing is invented, nothing is lost.
import { describe, expect, it } from 'vitest'
import { fade, heightOf, optionOf, type ChartOption, type Tokens } from './option'
import { intervalOf, textOf, type Panel } from './panel'

const tokens: Tokens = { accent: '#0b6e5f', second: '#5b6bb5', 'ink-2': '#46524d', 'ink-3': '#616c67', line: '#e2e7e4', 'line-strong': '#cfd6d2', card: '#ffffff' }
const panel = (more: Partial<Panel> = {}): Panel => ({ label: 'Orders', kind: 'bars', values: [1, 2, 3], height: 100, format: (v) => `${v}!`, tick: (v) => `${v}`, tone: 'accent', ...more })
const option = (panels: Panel[], axisText = ['a', 'b', 'c'], still = false) => optionOf({ panels, axisText, width: 600, tokens, font: 'sans', still })
const list = (part: ChartOption['series']) => (Array.isArray(part) ? part : part === undefined ? [] : [part])
const ids = (o: ChartOption) => list(o.series).map((one) => one.id)

describe('optionOf', () => {
  it('gives each panel its own axes, on top of each other', () => {
    const made = option([panel(), panel({ label: 'Revenue', height: 50 })])
    const grids = made.grid as { top: number; height: number }[]
    expect(grids.length).toBe(2)
    expect((grids[1]?.top ?? 0) >= (grids[0]?.top ?? 0) + (grids[0]?.height ?? 0)).toBe(true)
    expect((made.yAxis as { name: string }[]).map((axis) => axis.name)).toEqual(['Orders', 'Revenue'])
    expect(heightOf([panel(), panel({ height: 50 })])).toBeGreaterThan(150)
  })
  it('only the last panel has texts under its axis', () =>
    expect((option([panel(), panel()]).xAxis as { axisLabel: { show: boolean } }[]).map((axis) => axis.axisLabel.show)).toEqual([false, true]))
  it('draws the earlier days as a dashed line', () => {
    const made = option([panel({ kind: 'area', before: { label: 'before', values: [3, 2, 1] } })])
    const before = list(made.series).find((one) => one.id === '0-before') as { data: unknown[]; lineStyle: { type: unknown } }
    expect(before.data).toEqual([3, 2, 1])
    expect(before.lineStyle.type).not.toBe('solid')
  })
  it('a band spans from low to high, and shows where zero is', () => {
    const made = option([panel({ kind: 'band', values: [0.5, 0.6, null], low: [-0.1, 0.2, null], high: [1, 1, null] })])
    expect(ids(made)).toEqual(['0-low', '0-high', '0-zero', '0-values'])
    const [low, high] = list(made.series) as { data: (number | null)[] }[]
    expect(low?.data).toEqual([-0.1, 0.2, null])
    expect(high?.data.map((v) => (v === null ? null : Number(v.toFixed(6))))).toEqual([1.1, 0.8, null])
  })
  it('a bar that is not whole yet is faint', () => {
    const bars = list(option([panel({ faint: 2 })]).series)[0] as { data: unknown[] }
    expect(bars.data.slice(0, 2)).toEqual([1, 2])
    expect(bars.data[2]).toMatchObject({ value: 3, itemStyle: { opacity: 0.4 } })
  })
  it('a single point is visible although a line needs two', () =>
    expect(list(option([panel({ kind: 'line', values: [null, 4, null] })]).series)[0]).toMatchObject({ showSymbol: true }))
  it('keeps still for who asked for it', () => {
    expect(option([panel()], undefined, true).animation).toBe(false)
    expect(option([panel()]).animation).toBe(true)
  })
  it('things that are counted have no ticks in between', () => {
    expect((option([panel({ whole: true })]).yAxis as object[])[0]).toMatchObject({ minInterval: 1 })
    expect((option([panel()]).yAxis as object[])[0]).not.toHaveProperty('minInterval')
  })
  it('writes ticks with the panel\'s words', () => {
    const axis = (option([panel({ tick: (v) => `£${v}` })]).yAxis as { axisLabel: { formatter: (v: number) => string } }[])[0]
    expect(axis?.axisLabel.formatter(20)).toBe('£20')
  })
})

it('fade reads tokens and leaves other colours alone', () => {
  expect(fade('#0b6e5f', 0.5)).toBe('rgba(11,110,95,0.5)')
  expect(fade('teal', 0.5)).toBe('teal')
})

it('a point without a value is a dash, and so is half an interval', () => {
  const band = panel({ kind: 'band', low: [1, null], high: [2, 3] })
  expect(textOf(band, null)).toBe('–')
  expect(textOf(band, 0)).toBe('0!')
  expect(intervalOf(band, 0)).toBe('1! – 2!')
  expect(intervalOf(band, 1)).toBe('–')
})
