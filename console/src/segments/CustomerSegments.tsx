// Each kept segment of one customer: in or out, since when, and the clauses that decide it.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { maySeeTotals } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Hint } from '../shared/Hint'
import { CheckIcon, ChevronIcon, CrossIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { inFirst, standsUntil, type Why } from './kept'
import { useTitles } from './useKept'
import './segments.css'

const SHOWN = 8 // the rest are behind a button

function Clause({ clause }: { clause: Why['clauses'][number] }) {
  const { t, language } = useWords()
  const eventName = useEventName()
  return (
    <li className={`clause clause-${clause.holds ? 'yes' : 'no'}`}>
      <code>{clause.expression}</code>
      <span className="clause-marks">
        <span className="clause-mark">
          {clause.holds ? <CheckIcon size={13} /> : <CrossIcon size={13} />} {t(`segments.customer.${clause.holds ? 'holds' : 'not'}`)}
        </span>
        {clause.decides && <span className="chip chip-accent">{t('segments.customer.decides')}</span>}
        {clause.standsUntil !== undefined && <span className="less">{t('segments.customer.clauseUntil', { at: format.date(clause.standsUntil, language, 'moment') })}</span>}
      </span>
      {clause.error !== undefined && <span className="segment-warn">{t('segments.customer.error', { error: clause.error })}</span>}
      {(clause.words ?? []).map((word) => (
        <span key={`${word.source} ${word.tag}`} className="less">{t(word.source === 'list' ? 'segments.customer.listed' : 'segments.customer.tagged', { tag: word.tag, at: format.date(word.since, language, 'moment') })}</span>
      ))}
      {clause.events.length > 0 && (
        <ul className="clause-events" aria-label={t('segments.customer.events')}>
          {clause.events.map(({ event, at, itemId }, i) => (
            <li key={i}>
              <span>{eventName(event)}{itemId !== undefined && <> <code>{itemId}</code></>}</span>
              <time className="less" dateTime={at}>{format.date(at, language, 'moment')}</time>
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}

function Row({ one, title, linked }: { one: Why; title: string; linked: boolean }) {
  const { t, language } = useWords()
  const until = standsUntil(one)
  return (
    <details className={`why why-${one.in ? 'in' : 'out'}`}>
      <summary>
        <ChevronIcon size={13} />
        <span className="why-title">{title}</span>
        <span className="why-state">{one.in ? <CheckIcon size={13} /> : <CrossIcon size={13} />} {t(`segments.customer.${one.in ? 'in' : 'out'}`)}</span>
        {one.since !== null && <span className="less why-since">{t('segments.customer.since', { at: format.date(one.since, language, 'moment') })}</span>}
      </summary>
      <div className="why-text">
        {one.clauses.length > 1 && <p className="less">{t(`segments.customer.${one.any ? 'any' : 'all'}`)}</p>}
        <ul className="clauses">{one.clauses.map((clause, i) => <Clause key={i} clause={clause} />)}</ul>
        {until !== undefined && <p className="less">{t('segments.customer.until', { at: format.date(until, language, 'moment') })}</p>}
        {linked && <p><Link to={`/segments/${one.name}`}>{t('segments.customer.open')}</Link></p>}
      </div>
    </details>
  )
}

export function CustomerSegments({ id }: { id: string }) {
  const { t } = useWords()
  const titles = useTitles()
  const linked = maySeeTotals(useSession().data?.role)
  const [all, setAll] = useState(false)
  const answer = useQuery({
    queryKey: ['customer', id, 'segments'],
    queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}/segments', { path: { id }, signal }),
  })
  return (
    <Card id="customer-segments" title={t('segments.customer.title')} extra={<Hint label={t('segments.customer.hintLabel')}>{t('segments.customer.hint')}</Hint>}>
      <View
        query={answer} lines={3} empty={({ items }) => items.length === 0}
        whenEmpty={<Empty title={t('segments.customer.emptyTitle')}>{t('segments.customer.empty')}</Empty>}
      >
        {({ items }) => (
          <div className="whys">
            {inFirst(items).slice(0, all ? items.length : SHOWN).map((one) => <Row key={one.name} one={one} title={titles.get(one.name) ?? one.name} linked={linked} />)}
            {!all && items.length > SHOWN && <Button onClick={() => setAll(true)}>{t('segments.customer.more', { count: items.length })}</Button>}
          </div>
        )}
      </View>
    </Card>
  )
}
