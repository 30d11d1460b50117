// Up and down a list: the focus goes with what was moved, so that it can be moved on.
import { DownIcon, UpIcon } from '../shared/icons'
import { useWords } from '../shared/words'

export function Arrows({ list, at, count, name, onMove }: { list: string; at: number; count: number; name: string; onMove: (by: -1 | 1) => void }) {
  const { t } = useWords()
  const id = (where: number, by: -1 | 1) => `${list}-${where}-${by === -1 ? 'up' : 'down'}`
  const go = (by: -1 | 1) => {
    onMove(by)
    const there = at + by
    const on = there + by >= 0 && there + by < count ? by : by === 1 ? -1 : 1 // at the end the other arrow is left
    requestAnimationFrame(() => document.getElementById(id(there, on))?.focus())
  }
  return (
    <span className="placement-arrows">
      <button type="button" className="icon-button" id={id(at, -1)} disabled={at === 0} aria-label={t('placements.up', { name })} title={t('placements.up', { name })} onClick={() => go(-1)}><UpIcon size={15} /></button>
      <button type="button" className="icon-button" id={id(at, 1)} disabled={at === count - 1} aria-label={t('placements.down', { name })} title={t('placements.down', { name })} onClick={() => go(1)}><DownIcon size={15} /></button>
    </span>
  )
}
