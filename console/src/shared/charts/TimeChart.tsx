// One chart over time: an area for a rate, bars for days. Panels stand over each other on one time
// axis (never two scales in one panel). A pointer or the arrow keys read single points, and the same
// numbers can be shown as a table.
import { useEffect, useId, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { ChartIcon, TableIcon } from '../icons'
import { useWords } from '../words'
import { labelled, line, linear, nearest, niceTicks } from './scale'

export interface Panel {
  label: string
  kind: 'area' | 'bars'
  values: readonly number[]
  height: number
  format: (value: number) => string
  tick: (value: number) => string
  tone: 'accent' | 'second'
  whole?: boolean
}

const gap = 30
const axis = 22
const left = 52
const right = 10

export function useWidth() {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  return [box, width] as const
}

export function TableToggle({ table, onChange }: { table: boolean; onChange: (table: boolean) => void }) {
  const { t } = useWords()
  const name = table ? t('shared.chart.showChart') : t('shared.chart.showTable')
  return (
    <button type="button" className="icon-button" aria-label={name} title={name} onClick={() => onChange(!table)}>
      {table ? <ChartIcon /> : <TableIcon />}
    </button>
  )
}

export function ChartTable(props: { caption: string; axisLabel: string; xText: readonly string[]; panels: readonly Panel[] }) {
  return (
    <div className="chart-table" role="group" aria-label={props.caption} tabIndex={0}>
      <table className="table">
        <caption className="visually-hidden">{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{props.axisLabel}</th>
            {props.panels.map((panel) => (
              <th key={panel.label} scope="col" className="number">
                {panel.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.xText.map((text, at) => ({ text, at })).reverse().map(({ text, at }) => (
            <tr key={at}>
              <th scope="row">{text}</th>
              {props.panels.map((panel) => (
                <td key={panel.label} className="number">
                  {panel.format(panel.values[at] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function TimeChart(props: {
  label: string
  /** Text under the axis, one a point; shown for as many points as fit. */
  axisText: readonly string[]
  /** Text of a point when it is read. */
  pointText: readonly string[]
  panels: readonly Panel[]
}) {
  const { t } = useWords()
  const [box, width] = useWidth()
  const [at, setAt] = useState(-1)
  const fill = useId()
  const points = props.pointText.length
  const inner = Math.max(0, width - left - right)
  const height = props.panels.reduce((sum, panel) => sum + panel.height + gap, 0) + axis
  const slot = points > 0 ? inner / points : 0
  const bars = props.panels.every((panel) => panel.kind === 'bars')
  const xOf = bars ? (i: number) => left + slot * (i + 0.5) : linear([0, Math.max(1, points - 1)], [left, left + inner])
  const xs = Array.from({ length: points }, (_, i) => xOf(i))

  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left
    setAt(nearest(xs, x))
  }
  const onKey = (event: KeyboardEvent) => {
    const from = at < 0 ? points : at
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: points - 1 }[event.key]
    if (event.key === 'Escape') setAt(-1)
    if (to === undefined) return
    event.preventDefault()
    setAt(Math.max(0, Math.min(points - 1, to)))
  }

  let top = 0
  const read = at >= 0 && at < points
  return (
    <div
      ref={box}
      className="chart"
      role="group"
      aria-label={`${props.label}. ${t('shared.chart.keys')}`}
      tabIndex={0}
      onPointerMove={onPointer}
      onPointerLeave={() => setAt(-1)}
      onKeyDown={onKey}
      onBlur={() => setAt(-1)}
    >
      {width > 0 && (
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          <defs>
            <linearGradient id={fill} x1="0" y1="0" x2="0" y2="1">
              <stop offset="0" className="chart-fill-from" />
              <stop offset="1" className="chart-fill-to" />
            </linearGradient>
          </defs>
          {props.panels.map((panel) => {
            const ticks = niceTicks(Math.max(0, ...panel.values), panel.height > 90 ? 4 : 2, panel.whole)
            const most = ticks[ticks.length - 1] ?? 1
            top += gap
            const bottom = top + panel.height
            const y = linear([0, most], [bottom, top])
            const shape = panel.values.map((value, i) => [xs[i] ?? 0, y(value)] as const)
            const drawn = (
              <g key={panel.label} className={`chart-${panel.tone}`}>
                <text className="chart-label" x={left} y={top - 12}>
                  {panel.label}
                </text>
                {ticks.map((tick) => (
                  <g key={tick}>
                    <line className={tick === 0 ? 'chart-base' : 'chart-grid'} x1={left} x2={left + inner} y1={Math.round(y(tick)) + 0.5} y2={Math.round(y(tick)) + 0.5} />
                    <text className="chart-tick" x={left - 8} y={y(tick) + 4} textAnchor="end">
                      {panel.tick(tick)}
                    </text>
                  </g>
                ))}
                {panel.kind === 'area' ? (
                  <>
                    <path d={`${line(shape)}L${left + inner},${bottom}L${left},${bottom}Z`} fill={`url(#${fill})`} />
                    <path d={line(shape)} className="chart-line" />
                  </>
                ) : (
                  shape.map(([x, barTop], i) => {
                    const wide = Math.max(1, Math.min(22, slot * 0.72))
                    return (
                      <rect
                        key={i}
                        className={read && i !== at ? 'chart-bar chart-bar-dim' : 'chart-bar'}
                        x={x - wide / 2}
                        width={wide}
                        y={barTop}
                        height={Math.max(0, bottom - barTop)}
                        rx={Math.min(2, wide / 4)}
                      />
                    )
                  })
                )}
                {read && panel.kind === 'area' && (
                  <>
                    <line className="chart-cross" x1={xs[at]} x2={xs[at]} y1={top} y2={bottom} />
                    <circle className="chart-dot" cx={xs[at]} cy={shape[at]?.[1]} r="4" />
                  </>
                )}
              </g>
            )
            top = bottom
            return drawn
          })}
          {labelled(points, inner, 64).map((i) => {
            const anchor = i === points - 1 ? 'end' : (xs[i] ?? 0) < left + 26 ? 'start' : 'middle'
            const x = i === points - 1 ? left + inner : (xs[i] ?? 0)
            return (
              <text key={i} className="chart-tick" x={x} y={height - 5} textAnchor={anchor}>
                {props.axisText[i]}
              </text>
            )
          })}
        </svg>
      )}
      <div className={`chart-tip ${read ? '' : 'chart-tip-off'} ${(xs[at] ?? 0) > width / 2 ? 'chart-tip-left' : ''}`} style={{ left: xs[at] ?? 0 }} aria-live="polite">
        {read && (
          <>
            <span className="chart-tip-when">{props.pointText[at]}</span>
            {props.panels.map((panel) => (
              <span key={panel.label} className={`chart-tip-row chart-${panel.tone}`}>
                <i className="chart-key" /> {panel.label} <b>{panel.format(panel.values[at] ?? 0)}</b>
              </span>
            ))}
          </>
        )}
      </div>
    </div>
  )
}

/** A line without axes, beside a number; the number carries the meaning. */
export function Spark({ values }: { values: readonly number[] }) {
  const most = Math.max(1, ...values)
  const x = linear([0, Math.max(1, values.length - 1)], [1, 119])
  const y = linear([0, most], [30, 2])
  return (
    <svg className="spark" viewBox="0 0 120 32" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <path d={line(values.map((value, i) => [x(i), y(value)]))} vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
