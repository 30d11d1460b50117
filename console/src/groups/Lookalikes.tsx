// Customers like those of a group: how well a list of each size finds again what was hidden, and who they are.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { Link } from 'react-router-dom'
import { isSegmentName } from '../segments/kept'
import { useTitles } from '../segments/useKept'
import { Wrong } from '../segments/Wrong'
import { mayDefine, maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import { call, type Schema } from '../shared/client'
import { Button, TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { Card, Empty, Loading, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import type { Asked } from './groups'

const SHOWN = 20
const KEPT_MAX = 100_000 // customers on one list

type Answer = Schema<'Lookalikes'>

/** The best so many as a static list: a segment that stays as it is. */
function KeepList({ asked, size }: { asked: Asked; size: number }) {
  const { t, language } = useWords()
  const client = useQueryClient()
  const errorText = useErrorText()
  const [name, setName] = useState('')
  const taken = useTitles().has(name)
  const keep = useMutation({
    mutationFn: async () => {
      await call('put', '/api/v1/segments/{name}', { path: { name }, body: { kind: 'list', title: t('groups.alike.keepTitle', { group: asked.segment ?? t('groups.alike.expression') }) } })
      return call('post', '/api/v1/reports/lookalikes', { body: { ...asked, size, keepIn: name } })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['segments'] }),
  })
  if (keep.data !== undefined) return <p role="status">{t('groups.alike.kept', { count: keep.data.added ?? 0, customers: format.count(keep.data.added ?? 0, language) })} <Link to={`/segments/${keep.data.keptIn ?? name}`}>{keep.data.keptIn ?? name}</Link></p>
  const bad = name !== '' && !isSegmentName(name) ? t('segments.keep.nameBad') : taken ? t('groups.alike.keepTaken') : undefined
  return (
    <form className="alike-keep" onSubmit={(event) => { event.preventDefault(); if (isSegmentName(name) && !taken) keep.mutate() }}>
      <Field label={t('groups.alike.keepName')} hint={bad === undefined ? t('groups.alike.keepHint') : <span className="segment-warn" role="alert">{bad}</span>}>
        <TextInput value={name} onText={setName} maxLength={64} required autoComplete="off" spellCheck={false} />
      </Field>
      <Button type="submit" loading={keep.isPending}>{t('groups.alike.keep')}</Button>
      {keep.isError && <p className="segment-warn" role="alert">{errorText(keep.error)}</p>}
    </form>
  )
}

function Sizes({ data, asked, may }: { data: Answer; asked: Asked; may: boolean }) {
  const { t, language } = useWords()
  const id = useId()
  const [at, setAt] = useState(3)
  const one = data.sizes[Math.min(at, data.sizes.length - 1)]
  if (one === undefined) return null
  const percent = (value: number) => format.percent(value, language)
  const said = t('groups.alike.size', { part: percent(one.part), customers: format.count(one.customers, language) })
  return (
    <Card id="alike-sizes" title={t('groups.alike.sizes')} note={t('groups.alike.sizesNote')}>
      <div className="alike-sizes">
        <label htmlFor={id}>{said}</label>
        <input id={id} type="range" min={0} max={data.sizes.length - 1} step={1} value={at} aria-valuetext={said} onChange={(event) => setAt(Number(event.target.value))} />
        <p>{t('groups.alike.found', { found: percent(one.found), low: percent(one.low), high: percent(one.high) })}</p>
        <p>{t('groups.alike.lift', { lift: format.decimal(one.lift, language, 1) })}</p>
        <p className="less">{t('groups.alike.precision', { precision: percent(one.precision) })}</p>
        <ul className="segment-bars">
          {data.sizes.map((each) => (
            <li key={each.part}>
              <span>{percent(each.part)}</span>
              <span className="segment-bar" aria-hidden="true"><span style={{ width: `${100 * each.found}%` }} /></span>
              <span className="number">{percent(each.found)} <span className="less">{percent(each.low)}–{percent(each.high)}</span></span>
            </li>
          ))}
        </ul>
        {may && <KeepList asked={asked} size={Math.max(1, Math.min(KEPT_MAX, one.customers))} />}
      </div>
    </Card>
  )
}

function Test({ data }: { data: Answer }) {
  const { t, language } = useWords()
  const decimal = (value: number | undefined) => format.decimal(value ?? 0, language, 3)
  return (
    <Card id="alike-test" title={t('groups.alike.test')} note={t('groups.alike.testNote', { held: format.count(data.held, language), seed: format.count(data.seed, language) })}>
      <div className="group-sums">
        <p className={data.offered ? '' : 'segment-warn'}>{t(`groups.alike.verdicts.${data.verdict}`, { count: data.heldMin })}</p>
        {data.auc !== undefined && (
          <>
            <p><span className="less">{t('groups.alike.auc')}</span><b>{decimal(data.auc)}</b><span className="less">{decimal(data.aucLow)}–{decimal(data.aucHigh)}</span></p>
            <p><span className="less">{t('groups.alike.rfm')}</span><b>{decimal(data.rfmAuc)}</b></p>
            <p><span className="less">{t('groups.alike.gain')}</span><b>{decimal(data.gain)}</b><span className="less">{decimal(data.gainLow)}–{decimal(data.gainHigh)}</span></p>
          </>
        )}
      </div>
    </Card>
  )
}

function List({ data }: { data: Answer }) {
  const { t, language } = useWords()
  const why = (one: Answer['items'][number]['why'][number]) => (one.name === undefined ? t(`groups.features.${one.feature}`) : t(`groups.features.of_${one.feature}`, { name: one.name }))
  return (
    <Card id="alike-list" className="group-wide" title={t('groups.alike.list')} note={t('groups.alike.listNote')}>
      <div className="table-wrap" role="group" aria-label={t('groups.alike.list')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr><th scope="col">{t('customers.list.customer')}</th><th scope="col">{t('customers.list.userId')}</th><th scope="col" className="number">{t('customers.list.orders')}</th><th scope="col" className="number">{t('groups.alike.score')}</th><th scope="col">{t('groups.alike.why')}</th></tr>
          </thead>
          <tbody>
            {data.items.map(({ customer, score, why: reasons }) => (
              <tr key={customer.id}>
                <th scope="row"><Link to={`/customers/${customer.id}`}>#{customer.id}</Link></th>
                <td>{customer.userId ?? <span className="less">{t('shared.anonymous')}</span>}</td>
                <td className="number">{format.count(customer.orders, language)}</td>
                <td className="number">{format.decimal(score, language)}</td>
                <td>{reasons.map(why).join(t('groups.alike.and'))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}

export function Lookalikes({ asked }: { asked: Asked }) {
  const { t } = useWords()
  const role = useSession().data?.role
  const sees = maySeeCustomers(role)
  const answer = useQuery({
    queryKey: ['groups', 'lookalikes', asked, sees],
    queryFn: ({ signal }) => call('post', '/api/v1/reports/lookalikes', { body: { ...asked, size: 1000, limit: sees ? SHOWN : 0 }, signal }),
    retry: false, staleTime: 60_000,
  })
  if (answer.isError) return <div className="card"><Wrong expression={asked.expression ?? ''} error={answer.error} /></div>
  if (answer.data === undefined) return <div className="card"><Loading lines={10} /></div>
  const { data } = answer
  return (
    <div className="group-grid">
      <Test data={data} />
      {data.offered ? <Sizes data={data} asked={asked} may={mayDefine(role)} /> : <div className="card"><Empty title={t('groups.alike.none')}>{t('groups.alike.noneText')}</Empty></div>}
      {data.items.length > 0 && <List data={data} />}
    </div>
  )
}
