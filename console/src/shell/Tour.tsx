// A short walk through the overview for somebody who sees it for the first time. Each step lights one part of the page
// (where the width shows it) and says what it is for. The dialog keeps the focus; Escape or "skip" ends it.
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../shared/Controls'
import { Dialog } from '../shared/Dialog'
import { useWords } from '../shared/words'
import { besides, type Box } from './spot'

/** Each step's name in the words, and the part it lights: the element with that data-tour. */
const steps = [
  { key: 'welcome', target: null },
  { key: 'range', target: 'range' },
  { key: 'kpis', target: 'kpis' },
  { key: 'todo', target: 'todo' },
  { key: 'policies', target: 'policies' },
  { key: 'palette', target: 'palette' },
] as const

export const TOUR_STEPS = steps.length

function boxOf(target: string | null): Box | null {
  const element = target === null ? null : document.querySelector(`[data-tour="${target}"]`)
  if (element === null) return null
  const { left, top, width, height } = element.getBoundingClientRect()
  return width > 0 && height > 0 ? { left, top, width, height } : null
}

/** The old box where nothing moved, so that nothing is drawn anew. */
function same(old: Box | null, now: Box | null): Box | null {
  return old !== null && now !== null && old.left === now.left && old.top === now.top && old.width === now.width && old.height === now.height ? old : now
}

export function Tour({ onClose }: { onClose: () => void }) {
  const { t } = useWords()
  const [at, setAt] = useState(0)
  const [box, setBox] = useState<Box | null>(null)
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null)
  const card = useRef<HTMLDivElement>(null)
  const title = useRef<HTMLHeadingElement>(null)
  const step = steps[at] ?? steps[0]
  const last = at === steps.length - 1

  useEffect(() => {
    const element = step.target === null ? null : document.querySelector(`[data-tour="${step.target}"]`)
    element?.scrollIntoView({ block: 'center' })
    const measure = () => setBox((old) => same(old, boxOf(step.target)))
    measure()
    title.current?.focus() // a screen reader reads the step, Tab goes on to its buttons
    // The page under the tour still loads and grows.
    const timer = setInterval(measure, 250)
    window.addEventListener('resize', measure)
    window.addEventListener('scroll', measure, true)
    return () => {
      clearInterval(timer)
      window.removeEventListener('resize', measure)
      window.removeEventListener('scroll', measure, true)
    }
  }, [step.target])

  // The card's size is known once the dialog shows it, and changes with the step's words.
  useLayoutEffect(() => {
    const element = card.current
    if (element === null) return
    const put = () => {
      const { width, height } = element.getBoundingClientRect()
      if (width > 0) setPlace(besides(box, { width, height }, { width: window.innerWidth, height: window.innerHeight }))
    }
    put()
    const watch = new ResizeObserver(put)
    watch.observe(element)
    return () => watch.disconnect()
  }, [box])

  const pad = 6
  return (
    <Dialog label={t('shell.tour.label')} className="tour" sturdy onClose={onClose}>
      {box !== null && (
        <div className="tour-spot" aria-hidden="true" style={{ left: box.left - pad, top: box.top - pad, width: box.width + 2 * pad, height: box.height + 2 * pad }} />
      )}
      <div
        ref={card}
        className="tour-card"
        style={place === null ? undefined : { left: place.left, top: place.top }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight' && !last) setAt(at + 1)
          else if (event.key === 'ArrowLeft' && at > 0) setAt(at - 1)
        }}
      >
        <p className="tour-count">{t('shell.tour.count', { at: at + 1, of: steps.length })}</p>
        <h2 className="tour-title" ref={title} tabIndex={-1}>{t(`shell.tour.${step.key}.title`)}</h2>
        <p className="tour-text">{t(`shell.tour.${step.key}.text`)}</p>
        <div className="tour-foot">
          <div className="tour-dots" aria-hidden="true">
            {steps.map((one, i) => <i key={one.key} className={i === at ? 'tour-dot-on' : ''} />)}
          </div>
          {!last && <Button kind="text" onClick={onClose}>{t('shell.tour.skip')}</Button>}
          {at > 0 && <Button onClick={() => setAt(at - 1)}>{t('shell.tour.back')}</Button>}
          <Button kind="primary" onClick={() => (last ? onClose() : setAt(at + 1))}>
            {t(last ? 'shell.tour.done' : at === 0 ? 'shell.tour.begin' : 'shell.tour.next')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
