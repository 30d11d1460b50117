// One chart over time. ECharts draws it; what is read at a point, with a pointer or with the arrow keys, is our own text,
// so that it is a part of the page: in its language, selectable, spoken.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useWords } from '../words'
import { ChartTable } from './ChartTable'
import type { ECharts } from './draw'
import { heightOf, optionOf } from './option'
import { intervalOf, textOf, type Panel } from './panel'
import { useTokens } from './useTokens'

export { ChartTable, TableToggle } from './ChartTable'
export type { Panel } from './panel'
export { Spark } from './Spark'

const NEAR = '200px' // a chart this far below the window is made ready

/** The library, asked for once the page has said what it has to say. */
function whenIdle(run: () => void): () => void {
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(run, 200)
    return () => clearTimeout(timer)
  }
  const handle = requestIdleCallback(run, { timeout: 1_000 })
  return () => cancelIdleCallback(handle)
}

/** What the chart says with its pointer: the index of the point under it, or nothing. */
interface PointerEventOf {
  axesInfo?: { axisDim?: string; value?: number }[]
}

/** A chart in `box`, made when it comes near the window, as wide as its box, gone with it. */
function useChart(onPoint: (at: number) => void) {
  const box = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<ECharts | null>(null)
  const [width, setWidth] = useState(0)
  const [failed, setFailed] = useState(false)
  const point = useRef(onPoint)
  point.current = onPoint
  useEffect(() => {
    const element = box.current
    if (element === null) return
    let made: ECharts | null = null
    let gone = false
    let cancelIdle: (() => void) | undefined
    const sizes = new ResizeObserver(([entry]) => {
      const now = Math.floor(entry?.contentRect.width ?? 0)
      made?.resize({ width: now })
      setWidth(now)
    })
    const near = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return
        near.disconnect()
        cancelIdle = whenIdle(() => {
          import('./draw').then(
            ({ init }) => {
              if (gone) return
              made = init(element, null, { renderer: 'svg' })
              made.on('updateAxisPointer', (event) => {
                const at = (event as PointerEventOf).axesInfo?.find((one) => one.axisDim === 'x')?.value
                point.current(at ?? -1)
              })
              sizes.observe(element)
              setChart(made)
            },
            () => setFailed(true),
          )
        })
      },
      { rootMargin: NEAR },
    )
    near.observe(element)
    return () => {
      gone = true
      cancelIdle?.()
      near.disconnect()
      sizes.disconnect()
      made?.dispose()
    }
  }, [])
  return { box, chart, width, failed }
}

export function TimeChart(props: {
  label: string
  /** Text under the axis, one a point; shown for as many points as fit. */
  axisText: readonly string[]
  /** Text of a point when it is read. */
  pointText: readonly string[]
  panels: readonly Panel[]
  /** What the lines are where others are dashed beside them; the chosen days, unless said. */
  now?: string
}) {
  const { t } = useWords()
  const tokens = useTokens()
  const [at, setAt] = useState(-1)
  const { box, chart, width, failed } = useChart(setAt)
  const { panels, axisText, pointText, label } = props
  const points = pointText.length
  const option = useMemo(() => {
    if (width === 0) return null
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    return optionOf({ panels, axisText, width, tokens, font: getComputedStyle(document.body).fontFamily, still })
  }, [panels, axisText, width, tokens])

  useEffect(() => {
    if (chart !== null && option !== null) chart.setOption(option, { replaceMerge: ['series', 'grid', 'xAxis', 'yAxis'] })
  }, [chart, option])

  const xOf = (index: number) => Number(chart?.convertToPixel({ xAxisIndex: 0 }, index) ?? 0)
  const read = (index: number) => {
    setAt(index)
    if (index < 0) chart?.dispatchAction({ type: 'updateAxisPointer', currTrigger: 'leave' })
    else chart?.dispatchAction({ type: 'updateAxisPointer', currTrigger: 'mousemove', x: xOf(index), y: 40 })
  }
  const onKey = (event: KeyboardEvent) => {
    const from = at < 0 ? points : at
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: points - 1 }[event.key]
    if (event.key === 'Escape') read(-1)
    if (to === undefined) return
    event.preventDefault()
    read(Math.max(0, Math.min(points - 1, to)))
  }

  // The library did not arrive (an upgrade replaced it, the net broke): the numbers are here all the same.
  if (failed) return <ChartTable caption={label} axisLabel={t('shared.chart.axis')} xText={pointText} panels={panels} />
  const reading = at >= 0 && at < points
  const x = reading ? xOf(at) : 0
  const compared = panels.find((panel) => panel.before !== undefined)
  return (
    <div className="chart" role="group" aria-label={`${label}. ${t('shared.chart.keys')}`} tabIndex={0} onKeyDown={onKey} onBlur={() => read(-1)} onPointerLeave={() => read(-1)}>
      {compared?.before !== undefined && (
        <p className="chart-legend" aria-hidden="true">
          <span className={`chart-${compared.tone}`}><i className={compared.kind === 'bars' ? 'chart-key' : 'chart-dash chart-dash-now'} />{props.now ?? t('shared.chart.now')}</span>
          <span><i className="chart-dash" />{compared.before.label}</span>
        </p>
      )}
      <div ref={box} aria-hidden="true" className={chart === null ? 'chart-draw chart-draw-waiting' : 'chart-draw'} style={{ height: heightOf(panels) }} />
      <div className={`chart-tip ${reading ? '' : 'chart-tip-off'} ${x > width / 2 ? 'chart-tip-left' : ''}`} style={{ left: x }} aria-live="polite">
        {reading && (
          <>
            <span className="chart-tip-when">{pointText[at]}</span>
            {panels.map((panel) => (
              <span key={panel.label} className="chart-tip-rows">
                <span className={`chart-tip-row chart-${panel.tone}`}>
                  <i className="chart-key" /> {panel.label} <b>{textOf(panel, panel.values[at])}</b>
                </span>
                {panel.kind === 'band' && (
                  <span className="chart-tip-row">
                    <i className="chart-key chart-key-none" /> {t('shared.chart.interval')} <b>{intervalOf(panel, at)}</b>
                  </span>
                )}
                {panel.before !== undefined && (
                  <span className="chart-tip-row">
                    <i className="chart-dash" /> {panel.before.label} <b>{textOf(panel, panel.before.values[at])}</b>
                  </span>
                )}
              </span>
            ))}
          </>
        )}
      </div>
    </div>
  )
}
