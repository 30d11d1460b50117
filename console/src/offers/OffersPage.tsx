// What is taken off a price: who may have it, how much is left, what became of it; paused, taken back, defined.
import { useId, useState } from 'react'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { CallError, type Schema } from '../shared/client'
import { Button, TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { definitionOf, example, paused, takenOf, textOf } from './definition'
import { useDefineOffer, useDropOffer, useOffer, useOfferLedger, useOfferList } from './useOffers'
import { PriceReport } from './PriceReport'
import './offers.css'

type Offer = Schema<'Offer'>

function Bar({ label, taken, text }: { label: string; taken: number | undefined; text: string }) {
  return (
    <div className="offer-bar">
      <span className="less">{label}</span>
      {taken === undefined ? <span className="offer-open" /> : <progress aria-label={label} value={taken} max={1} />}
      <span className="offer-bar-text">{text}</span>
    </div>
  )
}

function Bars({ one }: { one: Offer }) {
  const { t, language } = useWords()
  const money = (cents: number) => format.money(cents, one.currency ?? '', language)
  const given = one.give === 'claim' ? one.claimed ?? 0 : (one.held ?? 0) + (one.used ?? 0)
  const stock = one.stock === undefined ? t('offers.given', { n: format.count(given, language) }) : t('offers.leftOf', { n: format.count(one.left ?? 0, language), of: format.count(one.stock, language) })
  const spent = (one.heldCents ?? 0) + (one.usedCents ?? 0)
  const budget = one.budgetCents === undefined ? t('offers.spent', { n: money(spent) }) : t('offers.leftOf', { n: money(one.leftCents ?? 0), of: money(one.budgetCents) })
  return (
    <div className="offer-bars">
      <Bar label={t('offers.stock')} taken={takenOf(one.stock, one.left)} text={stock} />
      <Bar label={t('offers.budget')} taken={takenOf(one.budgetCents, one.leftCents)} text={budget} />
    </div>
  )
}

function State({ one }: { one: Offer }) {
  const { t } = useWords()
  if (one.fault !== undefined) return <span className="offer-bad"><AlertIcon size={14} /> {t('offers.fault', { fault: one.fault })}</span>
  return <span className={one.paused === true ? 'chip' : 'chip chip-accent'}>{t(one.paused === true ? 'offers.paused' : 'offers.inForce')}</span>
}

function Row({ one, open, onOpen }: { one: Offer; open: boolean; onOpen: () => void }) {
  const { t, language } = useWords()
  const title = one.title?.[language]
  return (
    <li className="offer-row">
      <div className="offer-what">
        <button type="button" className="offer-name" aria-expanded={open} onClick={onOpen}>{title !== undefined && title !== '' ? title : one.id}</button>
        <code>{one.id}</code>
        <State one={one} />
        <p>{one.effect?.[language]}</p>
        <p className="less">{one.conditions?.[language]}</p>
        <p className="less">{one.give !== undefined && t(`offers.give.${one.give}`)}{one.from !== undefined && ` · ${t('offers.from', { day: format.calendarDay(one.from, language) })}`}{one.until !== undefined && ` · ${t('offers.until', { day: format.calendarDay(one.until, language) })}`}</p>
      </div>
      <Bars one={one} />
      {open && <Detail name={one.id} />}
    </li>
  )
}

/** What the engine refused, in its own words: the field and why. */
function Refused({ error }: { error: unknown }) {
  const { t } = useWords()
  if (error === null) return null
  const known = error instanceof CallError && error.detail !== undefined
  return <p className="offer-bad" role="alert"><AlertIcon size={14} /> {known ? t('offers.refused', { field: error.field ?? '', why: error.detail }) : t('offers.notSaved')}</p>
}

function Editor({ name, start }: { name: string; start: unknown }) {
  const { t } = useWords()
  const define = useDefineOffer()
  const id = useId() // around the text, a label would be named after all of it
  const [text, setText] = useState(textOf(start))
  const definition = definitionOf(text)
  return (
    <div className="offer-editor">
      <div className="field-in">
        <label className="field-name" htmlFor={id}>{t('offers.definition')}</label>
        <textarea id={id} className="offer-code" spellCheck={false} rows={12} value={text} onChange={(event) => setText(event.target.value)} />
        <span className="field-hint">{t('offers.definitionHint')}</span>
      </div>
      {definition === undefined && <p className="offer-bad">{t('offers.noJson')}</p>}
      <Refused error={define.error} />
      <div className="offer-acts">
        <Button kind="primary" loading={define.isPending} disabled={definition === undefined || name === ''} onClick={() => definition !== undefined && define.mutate({ name, definition })}>{t('offers.save')}</Button>
        {define.isSuccess && <span className="less" role="status">{t('offers.saved')}</span>}
      </div>
    </div>
  )
}

function History({ detail }: { detail: Schema<'OfferDetail'> }) {
  const { t, language } = useWords()
  return (
    <div>
      <h3>{t('offers.history')}</h3>
      <ol className="offer-history">
        {detail.history.map((one) => (
          <li key={one.version}>
            <b>{t('offers.version', { n: one.version })}</b> <span className="less">{one.at !== null && format.date(one.at, language, 'dayClock')}</span> {one.deleted ? t('offers.deleted') : `${one.effect?.[language] ?? ''}（${one.conditions?.[language] ?? ''}）`}{one.paused === true && ` · ${t('offers.paused')}`}
          </li>
        ))}
      </ol>
    </div>
  )
}

function Ledger({ name, currency }: { name: string; currency: string }) {
  const { t, language } = useWords()
  return (
    <div>
      <h3>{t('offers.ledger')}</h3>
      <View query={useOfferLedger(name)} empty={(found) => found.items.length === 0} whenEmpty={<p className="less">{t('offers.ledgerEmpty')}</p>}>
        {(found) => (
          <table className="table offer-ledger">
            <thead><tr><th>{t('offers.order')}</th><th>{t('offers.state')}</th><th className="number">{t('offers.off')}</th><th>{t('offers.at')}</th></tr></thead>
            <tbody>
              {found.items.map((one) => (
                <tr key={one.order}><td><code>{one.order}</code></td><td>{t(`offers.states.${one.state}`)}</td><td className="number">{format.money(one.cents, currency, language)}</td><td>{one.at !== null && format.date(one.at, language, 'dayClock')}</td></tr>
              ))}
            </tbody>
          </table>
        )}
      </View>
    </div>
  )
}

function Acts({ detail }: { detail: Schema<'OfferDetail'> }) {
  const { t } = useWords()
  const [define, drop] = [useDefineOffer(), useDropOffer()]
  const name = detail.id
  const { definition, former } = detail
  if (definition === undefined) return null
  const isPaused = detail.paused === true
  const unused = (detail.claimed ?? 0) + (detail.held ?? 0) + (detail.used ?? 0) === 0
  return (
    <>
      <div className="offer-acts">
        <Button loading={define.isPending} onClick={() => define.mutate({ name, definition: paused(definition, !isPaused) })}>{t(isPaused ? 'offers.resume' : 'offers.pause')}</Button>
        {former !== undefined && <Button onClick={() => define.mutate({ name, definition: paused(former, (former as { paused?: boolean }).paused === true) })}>{t('offers.undo')}</Button>}
        {unused && <Button onClick={() => drop.mutate(name)}>{t('offers.delete')}</Button>}
      </div>
      <Refused error={define.error ?? drop.error} />
    </>
  )
}

function Detail({ name }: { name: string }) {
  const may = mayDefine(useSession().data?.role)
  return (
    <div className="offer-detail">
      <View query={useOffer(name)}>
        {(detail) => (
          <>
            {may && <Acts detail={detail} />}
            {may && <Editor key={detail.version ?? 0} name={name} start={detail.definition ?? example} />}
            <History detail={detail} />
            <Ledger name={name} currency={detail.currency ?? ''} />
          </>
        )}
      </View>
    </div>
  )
}

function NewOffer() {
  const { t } = useWords()
  const [name, setName] = useState('')
  const bad = name !== '' && !/^[a-z0-9_-]{1,64}$/.test(name)
  return (
    <Card id="offer-new" className="offer-fresh" title={t('offers.new')} note={t('offers.newNote')}>
      <div className="offer-detail">
        <Field label={t('offers.name')} hint={t(bad ? 'offers.nameBad' : 'offers.nameHint')}><TextInput value={name} onText={setName} /></Field>
        <Editor name={bad ? '' : name} start={example} />
      </div>
    </Card>
  )
}

export default function OffersPage() {
  const { t } = useWords()
  const may = mayDefine(useSession().data?.role)
  const list = useOfferList()
  const [address, change] = useAddress()
  const opened = address.get('offer')
  const open = (name: string) =>
    change((now) => {
      const next = new URLSearchParams(now)
      if (opened === name) next.delete('offer')
      else next.set('offer', name)
      return next
    })
  return (
    <Page title={t('offers.title')} help="offers">
      <Card id="offers" title={t('offers.list')} note={t('offers.listNote')}>
        <View query={list} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('offers.empty.title')}>{t('offers.empty.text')}</Empty>}>
          {(found) => <ul className="offer-list" aria-label={t('offers.title')}>{found.items.map((one) => <Row key={one.id} one={one} open={opened === one.id} onOpen={() => open(one.id)} />)}</ul>}
        </View>
      </Card>
      <PriceReport />
      {may && <NewOffer />}
    </Page>
  )
}
