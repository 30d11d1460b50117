// The draft at work: for whom, where and when it is tried, the list it would make, which rule did what, and what had to go.
import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { Link } from 'react-router-dom'
import { findCustomers } from '../customers/find'
import { Chosen, Example, ItemHint } from '../recommend/PreviewForm'
import { N_MAX } from '../recommend/previewAddress'
import { Button } from '../shared/Controls'
import { CallError, type Schema } from '../shared/client'
import { Choose, Field } from '../shared/Fields'
import * as format from '../shared/format'
import { DownIcon, SameIcon, UpIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, Failed, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import type { Definition } from './draft'
import { useRuleName } from './Rules'
import { devices, N_USUAL, skies, whyLeft, withSetting, type Setting, type Tried } from './trial'
import '../recommend/recommend.css'

type Typed = Pick<Setting, 'itemId' | 'cart' | 'city' | 'temp' | 'time' | 'n'>

/** For whom, where and when. What is typed goes into the address together; what is chosen goes at once. */
function Conditions({ setting }: { setting: Setting }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const [, setAddress] = useAddress()
  const change = (changes: Partial<Setting>) => setAddress((now) => withSetting(now, changes), { replace: true })
  const { itemId, cart, city, temp, time, n } = setting
  const [typed, setTyped] = useState<Typed>({ itemId, cart, city, temp, time, n })
  useEffect(() => setTyped({ itemId, cart, city, temp, time, n }), [itemId, cart, city, temp, time, n])
  const [who, setWho] = useState('')
  const [problem, setProblem] = useState<string>()
  const [asking, setAsking] = useState(false)
  const input = (name: keyof Typed, rest: { type?: string; min?: number; max?: number; step?: string; placeholder?: string }) => (
    <input className="input" autoComplete="off" value={typed[name]} onChange={(event) => setTyped({ ...typed, [name]: event.target.value })} {...rest} />
  )
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const changes: Partial<Setting> = { ...typed, itemId: typed.itemId.trim(), cart: typed.cart.trim(), city: typed.city.trim() }
    setProblem(undefined)
    if (who.trim() !== '') {
      setAsking(true)
      try {
        const customer = (await findCustomers(who, { limit: 1, cursor: '' })).items[0]
        if (customer === undefined) setProblem(t('recommend.preview.notFound'))
        else {
          changes.customer = customer.id
          setWho('')
        }
      } catch (error) {
        setProblem(errorText(error))
      }
      setAsking(false)
    }
    change(changes)
  }
  return (
    <form className="trial-fields" onSubmit={(event) => void submit(event)}>
      {setting.customer !== '' ? (
        <div className="field-in trial-wide">
          <span className="field-name">{t('recommend.preview.customer')}</span>
          <Chosen id={setting.customer} onClear={() => change({ customer: '' })} />
        </div>
      ) : (
        <Field className="trial-wide" label={t('recommend.preview.customer')} hint={<Example onTake={(customer) => change({ customer })} />}>
          <input className="input" value={who} placeholder={t('recommend.preview.customerPlaceholder')} autoComplete="off" aria-invalid={problem !== undefined} aria-describedby="trial-problem" onChange={(event) => setWho(event.target.value)} />
        </Field>
      )}
      <p id="trial-problem" className="preview-problem trial-wide" role="alert">{problem}</p>
      <Field label={t('recommend.preview.itemId')} hint={<ItemHint itemId={setting.itemId} wanted={false} />}>{input('itemId', { placeholder: t('recommend.preview.itemPlaceholder') })}</Field>
      <Field label={t('recommend.preview.cart')}>{input('cart', { placeholder: t('recommend.preview.cartPlaceholder') })}</Field>
      <Field label={t('recommend.preview.time')} hint={typed.time === '' ? t('recommend.preview.timeNow') : undefined}>{input('time', { type: 'datetime-local' })}</Field>
      <Field label={t('recommend.preview.n')}>{input('n', { type: 'number', min: 1, max: N_MAX, placeholder: String(N_USUAL) })}</Field>
      <Choose label={t('placements.trial.weather')} value={setting.weather} options={[{ value: '', name: t('placements.trial.unsaid') }, ...skies.map((one) => ({ value: one, name: t(`scene.buckets.sky.${one}`) }))]} onChange={(weather) => change({ weather })} />
      <Field label={t('placements.trial.temp')}>{input('temp', { type: 'number', min: -60, max: 60, step: 'any' })}</Field>
      <Field label={t('placements.trial.city')}>{input('city', {})}</Field>
      <Choose label={t('placements.trial.device')} value={setting.device} options={[{ value: '', name: t('placements.trial.unsaid') }, ...devices.map((one) => ({ value: one, name: t(`scene.buckets.device.${one}`) }))]} onChange={(device) => change({ device })} />
      <Button className="trial-wide" type="submit" block loading={asking}>{t('recommend.preview.submit')}</Button>
    </form>
  )
}

/** Where it would stand without rules and dials. */
function Move({ one }: { one: Tried }) {
  const { t } = useWords()
  if (one.rank === null) return null
  if (one.rankWithout === null) return <span className="move move-new">{t('placements.trial.brought')}</span>
  const by = one.rankWithout - one.rank
  const kind = by > 0 ? 'up' : by < 0 ? 'down' : 'same'
  const Icon = { up: UpIcon, down: DownIcon, same: SameIcon }[kind]
  return (
    <span className={`move move-${kind}`}>
      <Icon size={13} /> {t('placements.trial.without', { n: one.rankWithout })}
    </span>
  )
}

function RuleMarks({ one, draft }: { one: Tried; draft: Definition }) {
  const { t, language } = useWords()
  const ruleName = useRuleName()
  const show = (at: number) => {
    const card = document.getElementById(`placement-rule-${at}`)
    card?.scrollIntoView({ block: 'center' })
    card?.focus({ preventScroll: true })
  }
  return (
    <>
      {one.rules.map((at) => (
        <button key={at} type="button" className="chip trial-rule" title={t('placements.trial.toRule')} onClick={() => show(at)}>{ruleName(draft.rules?.[at], at)}</button>
      ))}
      {one.factor !== 1 && !one.hidden && <span className="trial-factor">{t('placements.trial.factor', { x: format.amount(one.factor, language) })}</span>}
    </>
  )
}

/** Rules are named by their place in the draft: a list that an earlier draft made names none. */
function Item({ one, draft, old, left = false }: { one: Tried; draft: Definition; old: boolean; left?: boolean }) {
  const { t, language } = useWords()
  const ruleName = useRuleName()
  const why = whyLeft(one)
  return (
    <li className="trial-item">
      <span className="shown-rank"><span className="visually-hidden">{t(left ? 'placements.trial.wasAt' : 'placements.trial.rank')} </span>{(left ? one.rankWithout : one.rank) ?? '–'}</span>
      <div className="trial-body">
        <div className="shown-head">
          <span className="shown-title"><Link to={`/items/${encodeURIComponent(one.itemId)}`}>{one.title === '' ? one.itemId : one.title}</Link></span>
          {one.priceCents !== undefined && one.currency && <span className="shown-price">{format.money(one.priceCents, one.currency, language)}</span>}
          {!left && <Move one={one} />}
        </div>
        <div className="shown-sub">
          <code>{one.itemId}</code>
          {[one.category, one.brand].filter(Boolean).map((text) => <span key={text}>{text}</span>)}
          <span>{t('recommend.score')} {format.decimal(one.score, language, 3)}</span>
        </div>
        <div className="trial-marks">
          {left
            ? !(old && why.kind === 'hidden') && <span className="trial-why">{t(`placements.trial.why.${why.kind}`, { rule: why.kind === 'hidden' ? ruleName(draft.rules?.[why.rule], why.rule) : '', x: why.kind === 'lowered' ? format.amount(why.factor, language) : '' })}</span>
            : <span className="chip chip-accent">{t(`recommend.reasons.${one.reason}`, { defaultValue: one.reason })}</span>}
          {!old && <RuleMarks one={one} draft={draft} />}
        </div>
      </div>
    </li>
  )
}

export function Trial({ trial, draft, old, setting }: { trial: UseQueryResult<Schema<'PlacementPreview'>, Error>; draft: Definition; old: boolean; setting: Setting }) {
  const { t, language } = useWords()
  const refused = trial.error instanceof CallError && (trial.error.field ?? '').startsWith('definition.')
  return (
    <div className="trial">
      <Card id="trial-form" title={t('placements.trial.title')} note={t('placements.trial.note')}>
        <Conditions setting={setting} />
      </Card>
      <Card id="trial-list" className={old ? 'trial-old' : ''} title={setting.customer === '' ? t('recommend.preview.forAnyone') : t('recommend.preview.forCustomer', { id: setting.customer })}>
        {refused ? <p className="trial-none">{t('placements.trial.refused')}</p> : trial.isError ? <Failed error={trial.error} retry={() => void trial.refetch()} /> : <View query={trial} lines={10} empty={(answer) => answer.items.length === 0 && answer.left.length === 0} whenEmpty={<Empty title={t('recommend.emptyTitle')}>{t('recommend.empty')}</Empty>}>
          {(answer) => (
            <>
              <dl className="answer-facts">
                <div className={answer.personalized ? 'answer-who answer-personal' : 'answer-who'}><dd>{t(answer.personalized ? 'recommend.personal' : 'recommend.general')}</dd></div>
                {answer.at && <div><dt>{t('recommend.preview.time')}</dt><dd>{format.date(answer.at, language, 'moment')}</dd></div>}
              </dl>
              {answer.items.length === 0 ? <p className="trial-none">{t('placements.trial.none')}</p> : <ol className="trial-list" aria-label={t('placements.trial.list')}>{answer.items.map((one) => <Item key={one.itemId} one={one} draft={draft} old={old} />)}</ol>}
              {answer.left.length > 0 && (
                <>
                  <h3 className="trial-head">{t('placements.trial.left')}</h3>
                  <ul className="trial-list trial-left" aria-label={t('placements.trial.left')}>{answer.left.map((one) => <Item key={one.itemId} one={one} draft={draft} old={old} left />)}</ul>
                </>
              )}
            </>
          )}
        </View>}
      </Card>
    </div>
  )
}
