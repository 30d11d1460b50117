// Privacy requests: a customer is to be forgotten; what was asked, until when it must be done, how far it is, and the receipt.
import { useState, type FormEvent } from 'react'
import { useSearchParams } from 'react-router-dom'
import { mayErase } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button, TextInput } from '../shared/Controls'
import { Choose } from '../shared/Fields'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Copyable } from '../raw/CopyButton'
import { Page } from '../shell/Page'
import { Confirm } from './Confirm'
import { askedFor, doneOf, kinds, parts, type Erasure } from './privacy'
import { saveReceipt, useErasures } from './usePrivacy'
import './privacy.css'

function Ask() {
  const { t } = useWords()
  const [search] = useSearchParams()
  const [asked, setAsked] = useState(() => askedFor(search))
  const [reason, setReason] = useState('')
  const [open, setOpen] = useState(false)
  const [done, setDone] = useState<string | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setDone(null)
    setOpen(asked.id.trim() !== '')
  }
  return (
    <Card id="privacy-ask" title={t('privacy.ask.title')} note={t('privacy.ask.note')}>
      <form className="privacy-ask" onSubmit={submit}>
        <Choose label={t('privacy.ask.kind')} value={asked.kind} options={kinds.map((value) => ({ value, name: t(`privacy.kinds.${value}`) }))} onChange={(kind) => setAsked({ ...asked, kind: kinds.find((one) => one === kind) ?? asked.kind })} />
        <TextInput value={asked.id} onText={(id) => setAsked({ ...asked, id })} placeholder={t('privacy.ask.id')} aria-label={t('privacy.ask.id')} autoComplete="off" spellCheck={false} />
        <TextInput value={reason} onText={setReason} maxLength={200} placeholder={t('privacy.ask.reason')} aria-label={t('privacy.ask.reason')} autoComplete="off" />
        <Button type="submit" className="privacy-danger" disabled={asked.id.trim() === ''}>{t('privacy.ask.submit')}</Button>
        {done !== null && <p role="status">{t('privacy.ask.done', { number: done })}</p>}
      </form>
      {open && (
        <Confirm
          kind={asked.kind}
          id={asked.id.trim()}
          reason={reason}
          onClose={() => setOpen(false)}
          onDone={(number) => {
            setOpen(false)
            setDone(number)
            setAsked({ kind: asked.kind, id: '' })
            setReason('')
          }}
        />
      )}
    </Card>
  )
}

function Steps({ one }: { one: Erasure }) {
  const { t, language } = useWords()
  return (
    <ul className="privacy-parts">
      {parts.map((part) => {
        const at = one.parts[part].at
        return <li key={part} className={at === null ? 'privacy-open' : ''} title={at === null ? t('privacy.open') : format.date(at, language, 'moment')}>{t(`privacy.parts.${part}`)}{at === null ? ` · ${t('privacy.open')}` : ''}</li>
      })}
    </ul>
  )
}

function Row({ one }: { one: Erasure }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const [failed, setFailed] = useState<unknown>(null)
  const tone = one.state === 'complete' ? 'chip-accent' : one.state === 'overdue' ? 'chip-bad' : 'chip-warn'
  return (
    <tr>
      <th scope="row">{one.id}</th>
      <td>{format.date(one.askedAt, language, 'dayClock')}</td>
      <td>{format.date(one.deadline, language, 'dayClock')}</td>
      <td><span className={`chip ${tone}`}>{t(`privacy.states.${one.state}`)}</span> <span className="less">{t('privacy.done', { done: doneOf(one), all: parts.length })}</span></td>
      <td><Steps one={one} /></td>
      <td className="wide-only">{one.reason === '' ? '–' : one.reason}{one.by !== '' && <span className="less"> · {one.by}</span>}</td>
      <td>
        <button type="button" className="text-button" aria-label={t('privacy.receiptOf', { number: one.id })} onClick={() => void saveReceipt(one.id).then(() => setFailed(null), setFailed)}>{t('privacy.receipt')}</button>
        {failed !== null && <p className="privacy-failed" role="alert">{errorText(failed)}</p>}
      </td>
    </tr>
  )
}

function Work({ work }: { work: Schema<'ErasureList'>['work'] }) {
  const { t, language } = useWords()
  if (work.waiting === 0) return null
  const text = work.views ? t('privacy.work.views', { done: format.count(work.records, language), all: format.count(work.recordsAll, language) })
    : work.segmentsAll > 0 ? t('privacy.work.log', { done: work.segments, all: work.segmentsAll }) : t('privacy.work.waits', { minutes: Math.ceil(work.waitSeconds / 60) })
  return <p className="privacy-work" role="status">{t('privacy.work.waiting', { count: work.waiting })} {text}{work.why !== '' && <span className="privacy-failed"> {work.why}</span>}</p>
}

function List() {
  const { t } = useWords()
  const all = useErasures()
  return (
    <Card id="privacy-list" title={t('privacy.list.title')} note={t('privacy.list.note')}>
      <View query={all} lines={5} empty={({ items }) => items.length === 0} whenEmpty={<Empty title={t('privacy.list.emptyTitle')}>{t('privacy.list.empty')}</Empty>}>
        {({ items, work, publicKey }) => (
          <>
            <Work work={work} />
            <div className="table-wrap" role="group" aria-label={t('privacy.list.title')} tabIndex={0}>
              <table className="table privacy-table">
                <thead>
                  <tr>
                    <th scope="col">{t('privacy.number')}</th>
                    <th scope="col">{t('privacy.asked')}</th>
                    <th scope="col">{t('privacy.deadline')}</th>
                    <th scope="col">{t('privacy.state')}</th>
                    <th scope="col">{t('privacy.steps')}</th>
                    <th scope="col" className="wide-only">{t('privacy.reason')}</th>
                    <th scope="col">{t('privacy.receipt')}</th>
                  </tr>
                </thead>
                <tbody>{items.map((one) => <Row key={one.id} one={one} />)}</tbody>
              </table>
            </div>
            <p className="privacy-key less">{t('privacy.key')} <Copyable text={publicKey.x} what={t('privacy.key')} /></p>
          </>
        )}
      </View>
    </Card>
  )
}

export default function PrivacyPage() {
  const { t } = useWords()
  const role = useSession().data?.role
  return (
    <Page title={t('privacy.title')} help="privacy">
      {role !== undefined && !mayErase(role) ? <Card id="privacy-no" title={t('privacy.title')}><Empty title={t('privacy.noTitle')}>{t('privacy.no')}</Empty></Card> : (
        <div className="privacy">
          <Ask />
          <List />
        </div>
      )}
    </Page>
  )
}

