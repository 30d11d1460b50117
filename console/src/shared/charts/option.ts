// From panels to what ECharts draws: pure, so that it can be tested without a browser.
// Colours come in as tokens read from shared/base.css, so light and dark are the page's own.
import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import type { Panel, Values } from './panel'
import { labelled } from './scale'

export type ChartOption = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption>
type Series = BarSeriesOption | LineSeriesOption

/** The tokens a chart is drawn with; each is a custom property of shared/base.css. */
export const tokenNames = ['accent', 'second', 'ink-2', 'ink-3', 'line', 'line-strong', 'card'] as const
export type Tokens = Record<(typeof tokenNames)[number], string>

const LABEL = 28 // room for a panel's name
const AXIS = 26 // room for the texts under the last panel
const LEFT = 58
const RIGHT = 14
const TICK_APART = 80 // so that two texts under the axis never touch

export function heightOf(panels: readonly Panel[]): number {
  return panels.reduce((sum, panel) => sum + LABEL + panel.height, AXIS)
}

/** A straight line of a series has no symbols, unless it is a single point, which would be invisible. */
function symbols(values: Values): Pick<LineSeriesOption, 'showSymbol' | 'symbol' | 'symbolSize'> {
  const points = values.filter((value) => value !== null).length
  return { showSymbol: points === 1, symbol: 'circle', symbolSize: 6 }
}

function seriesOf(panel: Panel, at: number, tokens: Tokens): Series[] {
  const color = tokens[panel.tone]
  const place = { xAxisIndex: at, yAxisIndex: at, silent: true }
  const line = (id: string, values: Values, more: LineSeriesOption): LineSeriesOption => ({
    type: 'line',
    id: `${at}-${id}`,
    ...place,
    ...symbols(values),
    data: [...values],
    itemStyle: { color },
    ...more,
  })
  const out: Series[] = []
  if (panel.kind === 'bars') {
    out.push({ type: 'bar', id: `${at}-values`, ...place, data: panel.values.map((value, i) => (i === panel.faint ? { value, itemStyle: { opacity: 0.4 } } : value)), barMaxWidth: 22, barCategoryGap: '30%', itemStyle: { color, opacity: 0.86, borderRadius: [2, 2, 0, 0] } })
  } else if (panel.kind === 'band') {
    const low = panel.low ?? []
    const high = panel.high ?? []
    const none = { lineStyle: { opacity: 0 }, showSymbol: false, stack: `${at}-band`, stackStrategy: 'all' } as const
    out.push(
      line('low', low, none),
      line('high', high.map((value, i) => (value === null || low[i] == null ? null : value - low[i])), { ...none, areaStyle: { color, opacity: 0.16 } }),
      // An interval that touches this line may be luck.
      line('zero', panel.values.map(() => 0), { showSymbol: false, lineStyle: { color: tokens['ink-3'], width: 1, type: 'solid' }, z: 1 }),
      line('values', panel.values, { lineStyle: { color, width: 2 }, z: 3 }),
    )
  } else {
    const fill = { type: 'linear' as const, x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: fade(color, 0.24) }, { offset: 1, color: fade(color, 0.02) }] }
    out.push(line('values', panel.values, { lineStyle: { color, width: 1.8 }, z: 3, ...(panel.kind === 'area' ? { areaStyle: { color: fill } } : {}) }))
  }
  if (panel.before !== undefined) {
    // Over bars the dashes need a ground of their own to be seen.
    if (panel.kind === 'bars') out.push(line('ground', panel.before.values, { lineStyle: { color: tokens.card, width: 5, opacity: 0.7 }, showSymbol: false, z: 4 }))
    out.push(
      line('before', panel.before.values, {
        lineStyle: { color: tokens['ink-3'], width: 1.4, type: [4, 4] },
        itemStyle: { color: tokens['ink-3'] },
        z: 5,
      }),
    )
  }
  return out
}

/** "#0b6e5f" and a share -> "rgba(11,110,95,0.24)". Tokens are written as #rrggbb. */
export function fade(color: string, share: number): string {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color.trim())
  if (found === null) return color
  const [r, g, b] = found.slice(1).map((part) => parseInt(part, 16))
  return `rgba(${r},${g},${b},${share})`
}

export interface Drawing {
  panels: readonly Panel[]
  axisText: readonly string[]
  width: number
  tokens: Tokens
  font: string
  still: boolean // the reader asked for less motion
}

export function optionOf({ panels, axisText, width, tokens, font, still }: Drawing): ChartOption {
  const points = axisText.length
  const bars = panels.some((panel) => panel.kind === 'bars')
  const shown = new Set(labelled(points, width - LEFT - RIGHT, TICK_APART))
  const text = { fontFamily: font, fontSize: 11.5, color: tokens['ink-3'] }
  const tops: number[] = []
  let top = 0
  for (const panel of panels) {
    tops.push(top + LABEL)
    top += LABEL + panel.height
  }
  return {
    animation: !still,
    animationDuration: 350,
    animationDurationUpdate: 0, // live figures move on without swimming
    textStyle: { fontFamily: font },
    axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: tokens['line-strong'], type: [3, 3] }, shadowStyle: { color: fade(tokens['ink-3'], 0.12) } },
    grid: panels.map((panel, at) => ({ id: `grid${at}`, left: LEFT, right: RIGHT, top: tops[at] ?? 0, height: panel.height, containLabel: false, outerBoundsMode: 'none' as const })),
    xAxis: panels.map((panel, at) => ({
      id: `x${at}`,
      type: 'category' as const,
      gridIndex: at,
      data: [...axisText],
      boundaryGap: bars,
      axisTick: { show: false },
      axisLine: { show: panel.kind !== 'band', onZero: false, lineStyle: { color: tokens['line-strong'] } },
      axisLabel: { ...text, show: at === panels.length - 1, interval: (index: number) => shown.has(index), margin: 9, alignMinLabel: 'left' as const, alignMaxLabel: bars ? ('center' as const) : ('right' as const) },
      axisPointer: { show: true, type: bars ? ('shadow' as const) : ('line' as const), label: { show: false }, triggerTooltip: false },
    })),
    yAxis: panels.map((panel, at) => ({
      id: `y${at}`,
      type: 'value' as const,
      gridIndex: at,
      splitNumber: panel.height > 100 ? 4 : 2,
      ...(panel.whole === true ? { minInterval: 1 } : {}),
      name: panel.label,
      nameGap: 12,
      nameTextStyle: { ...text, fontSize: 12, color: tokens['ink-2'], align: 'left' as const, padding: [0, 0, 0, 0] },
      axisLabel: { ...text, formatter: (value: number) => panel.tick(value), margin: 8 },
      splitLine: { lineStyle: { color: tokens.line } },
      axisPointer: { show: false },
    })),
    series: panels.flatMap((panel, at) => seriesOf(panel, at, tokens)),
  }
}
