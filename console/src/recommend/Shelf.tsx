// A ranked list with its reasons: what a placement would show. Used by the customer's page and by the preview.
import { Link } from 'react-router-dom'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { ChevronIcon, DownIcon, SameIcon, UpIcon } from '../shared/icons'
import { useEventName, useWords } from '../shared/words'
import { barShares } from './ask'
import type { Move } from './compare'

function EvidenceList({ evidence, open }: { evidence: Schema<'Evidence'>[]; open: boolean }) {
  const { t, language } = useWords()
  const eventName = useEventName()
  if (evidence.length === 0) return <p className="evidence-none">{t('recommend.noEvidence')}</p>
  return (
    <details className="evidence" open={open}>
      <summary>
        <ChevronIcon size={13} /> {t('recommend.evidence', { count: evidence.length })}
      </summary>
      <ul>
        {evidence.map((one, at) => (
          <li key={at}>
            <span className="evidence-event">{eventName(one.event)}</span>
            <span className="evidence-item">
              {one.itemId === undefined ? one.title : <Link to={`/items/${encodeURIComponent(one.itemId)}`}>{one.title ?? one.itemId}</Link>}
            </span>
            <span className="less evidence-when">{one.at === undefined ? '' : format.date(one.at, language, 'day')}</span>
            <span className="evidence-weight" title={t('recommend.weight')}>
              <span className="visually-hidden">{t('recommend.weight')} </span>
              {format.decimal(one.weight, language)}
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}

function MoveMark({ move }: { move: Move }) {
  const { t } = useWords()
  const by = 'by' in move ? move.by : 0
  const name = t(`recommend.preview.move.${move.kind}`, { count: by })
  if (move.kind === 'new') return <span className="move move-new">{name}</span>
  const Icon = { up: UpIcon, down: DownIcon, same: SameIcon }[move.kind]
  return (
    <span className={`move move-${move.kind}`} title={name}>
      <Icon size={13} />
      <span aria-hidden="true">{by > 0 ? by : ''}</span>
      <span className="visually-hidden">{name}</span>
    </span>
  )
}

function Shown({ one, share, open, move }: { one: Schema<'PreviewItem'>; share: number; open: boolean; move: Move | undefined }) {
  const { t, language } = useWords()
  const { item, reason } = one
  return (
    <li className="shown">
      <span className="shown-rank" aria-hidden="true">{one.rank}</span>
      <div className="shown-body">
        <div className="shown-head">
          <h3 className="shown-title">
            <Link to={`/items/${encodeURIComponent(one.itemId)}`}>{item?.title || one.itemId}</Link>
          </h3>
          {typeof item?.priceCents === 'number' && item.currency !== undefined && (
            <span className="shown-price">{format.money(item.priceCents, item.currency, language)}</span>
          )}
          {move !== undefined && <MoveMark move={move} />}
        </div>
        <div className="shown-sub">
          <code>{one.itemId}</code>
          {item === undefined ? <span>{t('recommend.unknownItem')}</span> : item.category !== undefined && item.category !== '' && <span>{item.category}</span>}
          {item?.available === false && <span className="warn">{t('recommend.soldOut')}</span>}
        </div>
        <p className="shown-reason">
          <span className="chip chip-accent">{t(`recommend.reasons.${reason.code}`, { defaultValue: reason.code })}</span>
          {reason.text[language]}
        </p>
      </div>
      <dl className="shown-numbers">
        <div>
          <dt>{t('recommend.score')}</dt>
          <dd>{format.decimal(one.score, language, 3)}</dd>
          <dd className="bar" aria-hidden="true"><i style={{ width: `${Math.round(share * 100)}%` }} /></dd>
        </div>
        <div>
          <dt>{t('recommend.propensity')}</dt>
          <dd>{format.percent(one.propensity, language)}</dd>
        </div>
      </dl>
      <div className="shown-why">
        <EvidenceList evidence={reason.evidence} open={open} />
      </div>
    </li>
  )
}

/** `moves`: where each item stands against another list. */
export function Shelf({ answer, moves, compact = false }: { answer: Schema<'PreviewAnswer'>; moves?: Map<string, Move> | undefined; compact?: boolean }) {
  const { t, language } = useWords()
  const shares = barShares(answer.items.map((one) => one.score))
  const facts: [string, string][] = [
    [t('recommend.strategy'), t(`recommend.strategies.${answer.strategy}`, { defaultValue: answer.strategy })],
    [t('recommend.model'), answer.model === null ? t('recommend.modelNone') : `${answer.model.name} v${answer.model.version}`],
    ...(answer.experiment === null ? [] : [[t('recommend.experiment'), `${answer.experiment.id} · ${answer.experiment.arm}`] as [string, string]]),
    [t('recommend.took'), format.milliseconds(answer.tookUs / 1000, language)],
  ]
  return (
    <>
      <dl className="answer-facts">
        <div className={answer.personalized ? 'answer-who answer-personal' : 'answer-who'}>
          <dd>{answer.personalized ? t('recommend.personal') : t('recommend.general')}</dd>
        </div>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ol className={compact ? 'shelf shelf-compact' : 'shelf'}>
        {answer.items.map((one, at) => (
          <Shown key={one.itemId} one={one} share={shares[at] ?? 0} open={at === 0 && !compact} move={moves?.get(one.itemId)} />
        ))}
      </ol>
    </>
  )
}
