// The audit: who looked at or changed what, when and for what purpose; and the signed head that later proves nothing of it was changed.
import { useMutation, type UseQueryResult } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { Copyable } from '../raw/CopyButton'
import { mayReadAudit } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button, TextInput } from '../shared/Controls'
import { CallError } from '../shared/client'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { acts, byOf, endOf, headFile, shortHash, thingOf, verifyCommand, type Line, type Names } from './audit'
import { saveHead, useLines, useWho, type Asked } from './useAudit'
import './audit.css'

function HeadCard({ lines }: { lines: number | undefined }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const save = useMutation({ mutationFn: saveHead })
  const size = save.data?.size ?? lines
  const command = verifyCommand(headFile(size ?? 0))
  return (
    <Card id="audit-head" title={t('audit.head.title')} extra={<Button kind="primary" loading={save.isPending} onClick={() => save.mutate()}>{t('audit.head.save')}</Button>}>
      <p className="audit-text">{t('audit.head.why')}</p>
      {size !== undefined && <p className="audit-text audit-command">{t('audit.head.verify')} <Copyable text={command} what={t('audit.head.command')} /></p>}
      <p className="audit-text audit-saved" role="status">{save.data !== undefined && t('audit.head.saved', { file: headFile(save.data.size), lines: format.count(save.data.size, language), at: format.date(save.data.at, language, 'moment') })}</p>
      {save.isError && <p className="audit-text audit-failed" role="alert">{errorText(save.error)}</p>}
    </Card>
  )
}

function Find({ asked, names, onAsk }: { asked: Asked; names: Names; onAsk: (asked: Asked) => void }) {
  const { t } = useWords()
  const list = useId()
  const [by, setBy] = useState(names.get(asked.by) ?? asked.by)
  const [did, setDid] = useState(asked.did)
  const [customer, setCustomer] = useState(asked.customer)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onAsk({ by: byOf(by, names), did: did.trim(), customer: customer.trim() })
  }
  return (
    <form className="audit-find" onSubmit={submit} role="search">
      <Field label={t('audit.find.by')}><TextInput value={by} onText={setBy} list={list} placeholder="user 3" maxLength={256} autoComplete="off" spellCheck={false} /></Field>
      <datalist id={list}>{[...names].map(([one, name]) => <option key={one} value={name}>{one}</option>)}</datalist>
      <Field label={t('audit.find.did')}><TextInput value={did} onText={setDid} placeholder="segments" maxLength={256} autoComplete="off" spellCheck={false} /></Field>
      <Field label={t('audit.find.customer')}><TextInput value={customer} onText={setCustomer} maxLength={256} autoComplete="off" spellCheck={false} /></Field>
      <Button type="submit">{t('audit.find.submit')}</Button>
      {(asked.by !== '' || asked.did !== '' || asked.customer !== '') && <Button kind="text" onClick={() => onAsk({ by: '', did: '', customer: '' })}>{t('audit.find.all')}</Button>}
    </form>
  )
}

function Row({ line, names }: { line: Line; names: Names }) {
  const { t, language } = useWords()
  const { customer, customers, what } = thingOf(line)
  const act = acts[line.did]
  const end = endOf(line.status)
  return (
    <tr>
      <th scope="row"><time dateTime={line.at} title={line.at}>{format.date(line.at, language, 'moment')}</time></th>
      <td title={line.by}>{names.get(line.by) ?? line.by}{line.role !== undefined && <span className="audit-under">{t(`shell.roles.${line.role}`, { defaultValue: line.role })}</span>}</td>
      <td className="audit-did" title={line.did}>{act === undefined ? <code>{line.did}</code> : t(`audit.acts.${act}`)}</td>
      <td className="audit-what">
        {what}
        {customer !== undefined && customers <= 1 && <span className="audit-under" title={customer}>{t('audit.oneCustomer', { hash: shortHash(customer) })}</span>}
        {customers > 1 && <span className="audit-under">{t('audit.customers', { count: customers, n: format.count(customers, language) })}</span>}
        {what === '' && customer === undefined && customers <= 1 && '–'}
      </td>
      <td className="audit-what">{line.why ?? '–'}</td>
      <td><span className={`chip audit-${end}`}>{t(`audit.ends.${end}`)} {line.status}</span></td>
    </tr>
  )
}

const columns = ['time', 'who', 'did', 'what', 'why', 'status'] as const

function Lines({ asked, names, query, onAsk }: { asked: Asked; names: Names; query: ReturnType<typeof useLines>; onAsk: (asked: Asked) => void }) {
  const { t, language } = useWords()
  const pages = query.data?.pages
  const shown = pages?.flatMap((page) => page.items) ?? []
  const unknown = query.error instanceof CallError && query.error.field === 'customer'
  return (
    <Card id="audit-lines" title={t('audit.lines')} note={pages === undefined ? undefined : t('audit.linesNote', { n: format.count(pages[0]?.lines ?? 0, language) })}>
      <Find key={JSON.stringify([asked, [...names]])} asked={asked} names={names} onAsk={onAsk} />
      {unknown ? <Empty title={t('audit.unknown.title')}>{t('audit.unknown.text')}</Empty> : (
        <View
          // View reads data, isError, error and refetch only; both kinds of result have them.
          query={query as unknown as UseQueryResult<NonNullable<typeof query.data>, Error>}
          lines={8}
          empty={() => shown.length === 0 && !query.hasNextPage}
          whenEmpty={<Empty title={t('audit.empty.title')}>{t('audit.empty.text')}</Empty>}
        >
          {() => (
            <>
              <div className="table-wrap" role="group" aria-label={t('audit.lines')} tabIndex={0}>
                <table className="table audit-table">
                  <thead><tr>{columns.map((one) => <th key={one} scope="col">{t(`audit.columns.${one}`)}</th>)}</tr></thead>
                  <tbody>{shown.map((line) => <Row key={line.seq} line={line} names={names} />)}</tbody>
                </table>
              </div>
              {shown.length === 0 && <p className="audit-text">{t('audit.notYet')}</p>}
              {query.hasNextPage && <div className="audit-more"><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('shared.more')}</Button></div>}
            </>
          )}
        </View>
      )}
    </Card>
  )
}

function Audit() {
  const { t } = useWords()
  const [search, setAddress] = useAddress()
  const [customer, setCustomer] = useState('') // an id of a person stays out of the address
  const names = useWho()
  const asked = { by: search.get('by') ?? '', did: search.get('did') ?? '', customer }
  const query = useLines(asked)
  const first = query.data?.pages[0]
  const ask = (next: Asked) => {
    setCustomer(next.customer)
    setAddress(() => new URLSearchParams(Object.entries({ by: next.by, did: next.did }).filter(([, value]) => value !== '')), { replace: true })
  }
  return (
    <div className="audit">
      {first !== undefined && first.damage !== '' && (
        <div className="audit-damage" role="alert">
          <b>{t('audit.damage.title')}</b>
          <p><code>{first.damage}</code></p>
          <p>{t('audit.damage.text')}</p>
        </div>
      )}
      <HeadCard lines={first?.lines} />
      <Lines asked={asked} names={names} query={query} onAsk={ask} />
    </div>
  )
}

export default function AuditPage() {
  const { t } = useWords()
  const role = useSession().data?.role
  return (
    <Page title={t('audit.title')} help="audit">
      {role !== undefined && !mayReadAudit(role) ? <Card id="audit-no" title={t('audit.title')}><Empty title={t('audit.noTitle')}>{t('audit.no')}</Empty></Card> : <Audit />}
    </Page>
  )
}
