// The graph of a journey: cards from the top down, lines between them, how many customers are at each. Arrow keys go along the lines.
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { AlertIcon, BranchIcon, EnterIcon, ExitIcon, LettersIcon, OffersIcon, SplitIcon, TagsIcon, WaitIcon } from '../shared/icons'
import { useEventName, useWords } from '../shared/words'
import { beside, ENTRY, graphOf, type Graph } from './graph'
import { waysOf, type Definition, type Kind, type Node } from './journey'
import { apart, type Line } from './layout'
import { entryText, nodeText, wayText, waysText, type Words } from './say'

export const marks: Record<Kind, typeof WaitIcon> = { wait: WaitIcon, branch: BranchIcon, split: SplitIcon, send: LettersIcon, offer: OffersIcon, update: TagsIcon, exit: ExitIcon }

export interface Counts {
  at: number
  visited: number
}

export function useSay(): Words {
  const { t, language } = useWords()
  const event = useEventName()
  return { t: (key, values) => t(key, values ?? {}), language, event }
}

const LABEL = 26 // half-width characters of a line's label; the whole stands in the card's form
const LETTER = 6.6 // of one, as wide
const wide = (letter: string) => (letter.charCodeAt(0) > 0x2e7f ? 2 : 1)
function short(text: string): string {
  let room = LABEL
  const letters = [...text]
  const end = letters.findIndex((letter) => (room -= wide(letter)) < 0)
  return end < 0 ? text : `${letters.slice(0, end).join('')}…`
}
const widthOf = (text: string): number => [...text].reduce((sum, letter) => sum + wide(letter), 1) * LETTER

/** Along the points, upright where it leaves and where it comes. */
function pathOf({ points, isBack }: Line): string {
  const [start, ...rest] = points
  if (start === undefined) return ''
  if (isBack) return `M${points.map(({ x, y }) => `${x} ${y}`).join('L')}`
  let [path, before] = [`M${start.x} ${start.y}`, start]
  for (const [i, to] of rest.entries()) {
    const middle = (before.y + to.y) / 2
    path += i % 2 === 1 ? `L${to.x} ${to.y}` : `C${before.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`
    before = to
  }
  return path
}

function Lines({ graph, definition, selected, words }: { graph: Graph; definition: Definition; selected: string | undefined; words: Words }) {
  const id = useId()
  const { width, height, lines } = graph.drawing
  const named = graph.edges.flatMap((edge, i) => {
    const [node, line] = [definition.nodes[edge.from], lines[i]]
    const text = node === undefined ? undefined : waysText(node, edge.ways, words)
    const [a, b] = line?.points ?? []
    if (text === undefined || a === undefined || b === undefined) return []
    const said = short(text)
    const width = widthOf(said)
    return [{ key: `${edge.from} ${edge.to}`, said, at: line?.isBack === true ? { x: a.x + 8 + width / 2, y: a.y - 11, width } : { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, width } }]
  })
  const places = apart(named.map(({ at }) => at))
  return (
    <svg className="journey-lines" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
      <defs><marker id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0.500 7 4 0 7.500z" /></marker></defs>
      {graph.edges.map((edge, i) => {
        const line = lines[i]
        return line === undefined || line.points.length === 0 ? null : <path key={`${edge.from} ${edge.to}`} className={selected !== undefined && (edge.from === selected || edge.to === selected) ? 'journey-line journey-line-here' : 'journey-line'} d={pathOf(line)} markerEnd={edge.isEnd ? undefined : `url(#${id})`} />
      })}
      {named.map(({ key, said }, i) => <text key={key} x={places[i]?.x} y={(places[i]?.y ?? 0) + 4} textAnchor="middle">{said}</text>)}
    </svg>
  )
}

interface CardProps {
  name: string
  node: Node | undefined // undefined: the entry
  definition: Definition
  at: { x: number; y: number; width: number; height: number }
  counts: Counts | undefined
  isOpen: boolean
  isBad: boolean
  isLost: boolean
  words: Words
  onOpen: () => void
}

function NodeCard({ name, node, definition, at, counts, isOpen, isBad, isLost, words, onOpen }: CardProps) {
  const { t, language } = words
  const Mark = node === undefined ? EnterIcon : marks[node.kind]
  const title = t(node === undefined ? 'journeys.kinds.entry' : `journeys.kinds.${node.kind}`)
  const ways = node === undefined ? [] : waysOf(node).map((way) => t('journeys.canvas.leads', { way: wayText(node, way, words) ?? t('journeys.ways.next'), to: way.to ?? t('journeys.canvas.end') }))
  return (
    <button
      type="button" className={`journey-card journey-${node?.kind ?? 'entry'}${isOpen ? ' journey-open' : ''}${isBad ? ' journey-wrong' : ''}${isLost ? ' journey-alone' : ''}`} data-node={name}
      style={{ left: at.x, top: at.y, width: at.width, height: at.height }} aria-pressed={isOpen} onClick={onOpen}
    >
      <span className="journey-kind"><Mark size={15} /> {title}{node !== undefined && <code>{name}</code>}{isBad && <AlertIcon size={15} />}</span>
      <span className="journey-text">{node === undefined ? entryText(definition, words) : nodeText(node, words)}</span>
      {isLost ? <span className="journey-counts warn">{t('journeys.canvas.lost')}</span> : counts !== undefined && (
        <span className="journey-counts">
          {node !== undefined && node.kind !== 'exit' && <b>{t('journeys.canvas.at', { n: format.count(counts.at, language) })}</b>}
          <span>{t(node === undefined ? 'journeys.canvas.entered' : 'journeys.canvas.visited', { n: format.count(counts.visited, language) })}</span>
        </span>
      )}
      {ways.length > 0 && <span className="visually-hidden">{ways.join('; ')}</span>}
    </button>
  )
}

const zooms = [0.5, 0.75, 1]

export function Canvas(props: { definition: Definition; counts: ReadonlyMap<string, Counts> | undefined; selected: string | undefined; bad: string | undefined; onSelect: (name: string) => void }) {
  const { definition, counts, selected, bad, onSelect } = props
  const words = useSay()
  const { t } = words
  const counted = counts !== undefined
  const graph = useMemo(() => graphOf(definition, counted), [definition, counted])
  const [zoom, setZoom] = useState(1)
  const box = useRef<HTMLDivElement>(null)
  const { items, width, height } = graph.drawing
  const chosen = items.get(selected ?? ENTRY) ?? items.get(ENTRY)
  const [x, y] = [chosen?.x ?? 0, chosen?.y ?? 0]
  useEffect(() => {
    // What is chosen is in sight: a link, a fault or a new node may name one that is far down.
    const view = box.current
    if (view === null || chosen === undefined) return
    const middle = (x + chosen.width / 2) * zoom - view.clientWidth / 2
    if (x * zoom < view.scrollLeft || (x + chosen.width) * zoom > view.scrollLeft + view.clientWidth) view.scrollLeft = middle
    if (y * zoom < view.scrollTop || (y + chosen.height) * zoom > view.scrollTop + view.clientHeight) view.scrollTop = Math.max(0, (y + chosen.height / 2) * zoom - view.clientHeight / 2)
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [x, y, zoom])
  const move = (from: string, key: string): boolean => {
    const to = beside(graph, from, key)
    if (to === undefined) return false
    box.current?.querySelector<HTMLButtonElement>(`[data-node="${CSS.escape(to)}"]`)?.focus()
    return true
  }
  const common = (name: string) => ({ name, definition, at: items.get(name) ?? { x: 0, y: 0, width: 0, height: 0 }, counts: counts?.get(name), isOpen: selected === name, isBad: bad === name, words, onOpen: () => onSelect(name) })
  return (
    <div className="journey-canvas">
      <div
        ref={box} className="journey-scroll" role="group" aria-label={t('journeys.canvas.label')} tabIndex={0}
        onKeyDown={(event) => {
          const from = event.target instanceof HTMLElement ? event.target.dataset.node : undefined
          if (from !== undefined && move(from, event.key)) event.preventDefault()
        }}
      >
        <div className="journey-room" style={{ width: width * zoom, height: height * zoom }}>
          <div className="journey-plane" style={{ width, height, transform: `scale(${zoom})` }}>
            <Lines graph={graph} definition={definition} selected={selected} words={words} />
            <NodeCard {...common(ENTRY)} node={undefined} isLost={false} />
            {graph.order.map((name) => <NodeCard key={name} {...common(name)} node={definition.nodes[name]} isLost={!graph.reached.has(name)} />)}
            {graph.ends.map((id) => {
              const at = items.get(id)
              return at === undefined ? null : <span key={id} className="journey-end" style={{ left: at.x, top: at.y, width: at.width, height: at.height }} aria-hidden="true">{t('journeys.canvas.end')}</span>
            })}
          </div>
        </div>
      </div>
      <div className="journey-zoom" role="group" aria-label={t('journeys.canvas.zoom')}>
        {zooms.map((one) => <Button key={one} kind="text" aria-pressed={zoom === one} onClick={() => setZoom(one)}>{format.percent(one, words.language)}</Button>)}
      </div>
    </div>
  )
}
