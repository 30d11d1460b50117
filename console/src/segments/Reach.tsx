// How many of a group each channel reaches.
import * as format from '../shared/format'
import { useWords } from '../shared/words'

export function Reach({ reach, of }: { reach: Readonly<Record<string, number>>; of: number }) {
  const { t, language } = useWords()
  const channels = Object.entries(reach).filter(([, count]) => count > 0)
  return (
    <>
      {channels.length === 0 && <p className="less">{t('segments.reach.none')}</p>}
      {channels.length > 0 && (
        <ul className="segment-bars">
          {channels.map(([channel, count]) => (
            <li key={channel}>
              <span>{t(`segments.reach.channels.${channel}`)}</span>
              <span className="segment-bar" aria-hidden="true"><span style={{ width: `${(100 * count) / Math.max(1, of)}%` }} /></span>
              <span className="number">{format.count(count, language)}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="less">{t('segments.reach.note')}</p>
    </>
  )
}
