// A bar with its number: the browser's own, so that it is read aloud too.
import * as format from '../shared/format'
import { useWords } from '../shared/words'

export function Progress({ label, share, note }: { label: string; share: number; note?: string }) {
  const { language } = useWords()
  return (
    <div className="import-progress">
      <div className="import-progress-head">
        <span>{label}</span>
        <span className="less">{note} {format.percent(share, language)}</span>
      </div>
      <progress value={share} max={1} aria-label={label} />
    </div>
  )
}
