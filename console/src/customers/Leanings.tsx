// What somebody likes, by dimension: shares as bars, whether they rise, and what stands behind each.
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { trendOf, type Leaning } from './habits'

const SHOWN_MAX = 5 // of one dimension; the tail says little about a customer
const signs = { up: '↑', down: '↓', same: '' }

/** How much stands behind a value, in one small line. */
export function useOrigin(): (of: { at: string | null; evidence: number; confidence: number }, kind?: 'events' | 'orders' | 'gaps' | 'days') => string {
  const { t, language } = useWords()
  return ({ at, evidence, confidence }, kind = 'events') => {
    const parts = [t(`customers.one.likes.of.${kind}`, { count: evidence }), t('customers.one.likes.confidence', { share: format.percent(confidence < 1 ? Math.min(confidence, 0.99) : 1, language) })] // 100% is exact, and nothing is rounded to it
    if (at !== null) parts.splice(1, 0, format.ago(at, Date.now(), language))
    return parts.join(' · ')
  }
}

function Row({ row, name }: { row: Leaning; name: string }) {
  const { t, language } = useWords()
  const origin = useOrigin()
  const trend = trendOf(row)
  return (
    <li className="likes-row">
      <span className="likes-name">{name}{row.liked === true && <span className="chip likes-liked" title={t('customers.one.likes.likedHint')}>{t('customers.one.likes.liked')}</span>}</span>
      <span className="likes-share">
        {trend !== 'same' && (
          <span className={`likes-trend likes-${trend}`} title={t(`customers.one.likes.${trend}`, { share: format.percent(row.lately, language) })}>
            <span aria-hidden="true">{signs[trend]} </span>
            <span className="likes-trend-word">{t(`customers.one.likes.${trend}Short`)}</span>
          </span>
        )}
        {format.percent(row.share, language)}
      </span>
      <span className="bar" aria-hidden="true"><i style={{ width: `${Math.round(row.share * 100)}%` }} /></span>
      <span className="likes-origin">{origin(row)}</span>
    </li>
  )
}

export function Leanings({ leanings }: { leanings: Schema<'PortraitLeanings'>[] }) {
  const { t } = useWords()
  if (leanings.length === 0) return <p className="less">{t('customers.one.affinityEmpty')}</p>
  return (
    <div className="likes">
      {leanings.map(({ dimension, names, values }) => (
        <div key={dimension}>
          <h4 className="lean-title">{t(`customers.one.affinityKinds.${dimension}`, { defaultValue: dimension })}</h4>
          <ul>
            {values.slice(0, SHOWN_MAX).map((row) => (
              <Row key={row.name} row={row} name={dimension === 'priceBand' ? t(`customers.one.likes.bands.${row.name}`, { defaultValue: row.name }) : row.name} />
            ))}
          </ul>
          {names > SHOWN_MAX && <p className="less likes-more">{t('customers.one.likes.more', { count: names - SHOWN_MAX })}</p>}
        </div>
      ))}
    </div>
  )
}
