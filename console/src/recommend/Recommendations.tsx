import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useEffect, useState, type FormEvent } from 'react'
import { useSearchParams } from 'react-router-dom'
import { Choices } from '../shared/Choices'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { ChevronIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { askOf, barShares } from './ask'
import './recommend.css'

/** The item or the cart a placement needs. */
function ContextForm({ kind, value, onApply }: { kind: 'item' | 'cart'; value: string; onApply: (value: string) => void }) {
  const { t } = useWords()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onApply(text.trim())
  }
  return (
    <form className="context-form" onSubmit={submit}>
      <Input aria-label={t(`recommend.${kind}`)} placeholder={t(`recommend.${kind}Placeholder`)} value={text} onChange={(event) => setText(event.target.value)} />
      <Button htmlType="submit">{t('recommend.apply')}</Button>
    </form>
  )
}

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
            <span className="evidence-item">{one.title ?? one.itemId}</span>
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

function Shown({ one, share, first }: { one: Schema<'PreviewItem'>; share: number; first: boolean }) {
  const { t, language } = useWords()
  const { item, reason } = one
  return (
    <li className="shown">
      <span className="shown-rank" aria-hidden="true">{one.rank}</span>
      <div className="shown-body">
        <div className="shown-head">
          <h3 className="shown-title">{item?.title ?? one.itemId}</h3>
          {item?.priceCents !== undefined && item.currency !== undefined && (
            <span className="shown-price">{format.money(item.priceCents, item.currency, language)}</span>
          )}
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
        <EvidenceList evidence={reason.evidence} open={first} />
      </div>
    </li>
  )
}

function Answer({ answer }: { answer: Schema<'PreviewAnswer'> }) {
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
      <ol className="shelf">
        {answer.items.map((one, at) => (
          <Shown key={one.itemId} one={one} share={shares[at] ?? 0} first={at === 0} />
        ))}
      </ol>
    </>
  )
}

function Preview({ ask }: { ask: Schema<'PreviewRequest'> }) {
  const { t } = useWords()
  const preview = useQuery({
    queryKey: ['preview', ask],
    queryFn: ({ signal }) => call('post', '/api/v1/preview', { body: ask, signal }),
    placeholderData: keepPreviousData,
  })
  return (
    <View
      query={preview}
      lines={10}
      empty={(answer) => answer.items.length === 0}
      whenEmpty={<Empty title={t('recommend.emptyTitle')}>{t('recommend.empty')}</Empty>}
    >
      {(answer) => <Answer answer={answer} />}
    </View>
  )
}

/** What a customer would be shown, and why. Placement and context stand in the address. */
export function Recommendations({ customerId }: { customerId: string }) {
  const { t, language } = useWords()
  const [search, setSearch] = useSearchParams()
  const placements = useQuery({
    queryKey: ['placements'],
    queryFn: ({ signal }) => call('get', '/api/v1/placements', { query: { limit: 100 }, signal }),
    staleTime: 60_000,
  })
  const list = placements.data?.items ?? []
  const chosen = list.find((one) => one.id === search.get('placement')) ?? list[0]
  const put = (name: string, value: string) =>
    setSearch(
      (old) => {
        const next = new URLSearchParams(old)
        if (value === '') next.delete(name)
        else next.set(name, value)
        return next
      },
      { replace: true },
    )
  const item = search.get('item') ?? ''
  const cart = search.get('cart') ?? ''
  return (
    <Card
      id="recommendations"
      className="recommend"
      title={t('recommend.title')}
    >
      <View query={placements} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('recommend.noPlacements')} />}>
        {() =>
          chosen === undefined ? null : (
            <>
              <Choices
                className="placements"
                label={t('recommend.placement')}
                value={chosen.id}
                onChange={(id) => put('placement', id)}
                options={list.map((one) => ({ value: one.id, name: one.name[language] }))}
              />
              {chosen.needs?.includes('itemId') && <ContextForm kind="item" value={item} onApply={(value) => put('item', value)} />}
              {chosen.needs?.includes('cart') && <ContextForm kind="cart" value={cart} onApply={(value) => put('cart', value)} />}
              <Preview ask={askOf(customerId, chosen, item, cart)} />
            </>
          )
        }
      </View>
    </Card>
  )
}
