// What a preview asks. Fields are typed freely and go into the address together; the placement goes at once.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { Link } from 'react-router-dom'
import { Button } from '../shared/Controls'
import { findCustomers } from '../customers/find'
import { call, CallError, type Schema } from '../shared/client'
import { Choose, Field } from '../shared/Fields'
import { CrossIcon } from '../shared/icons'
import { Card, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { N_MAX, type Form } from './previewAddress'

type Changes = Partial<Omit<Form, 'compare'>>

const missing = (error: unknown): boolean => error instanceof CallError && error.status === 404

export function useCustomer(id: string) {
  return useQuery({
    queryKey: ['customer', id],
    queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}', { path: { id }, signal }),
    enabled: id !== '',
  })
}

export function Chosen({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useWords()
  const customer = useCustomer(id)
  const data = customer.data
  return (
    <div className="chosen">
      <Link to={`/customers/${id}`}>{t('recommend.preview.chosen', { id })}</Link>
      {data !== undefined && (
        <span className="less chosen-more">
          <code>{data.userId ?? t('shared.anonymous')}</code> · {t('recommend.preview.orders', { count: data.orders.count })}
          {!data.consents.personalization && <span className="warn"> · {t('recommend.preview.refused')}</span>}
        </span>
      )}
      <button type="button" className="icon-button" aria-label={t('recommend.preview.clear')} title={t('recommend.preview.clear')} onClick={onClear}>
        <CrossIcon size={15} />
      </button>
    </div>
  )
}

/** Somebody to try it with, where nobody is chosen. */
export function Example({ onTake }: { onTake: (id: string) => void }) {
  const { t } = useWords()
  const overview = useQuery({ queryKey: ['example'], queryFn: ({ signal }) => call('get', '/api/v1/overview', { signal }), staleTime: 300_000 })
  const example = overview.data?.example
  if (example === undefined || example === null) return <>{t('recommend.preview.customerNobody')}</>
  return (
    <>
      {t('recommend.preview.customerNobody')}{' · '}
      <button type="button" className="cell-button example" onClick={() => onTake(example.customerId)}>
        {t('recommend.preview.example', { id: example.customerId })} {t('recommend.preview.exampleOrders', { count: example.orders })}
      </button>
    </>
  )
}

export function ItemHint({ itemId, wanted }: { itemId: string; wanted: boolean }) {
  const { t } = useWords()
  const item = useQuery({
    queryKey: ['item', itemId],
    queryFn: ({ signal }) => call('get', '/api/v1/items/{itemId}', { path: { itemId }, signal }),
    enabled: itemId !== '',
  })
  if (itemId === '') return wanted ? <span className="warn">{t('recommend.preview.wanted')}</span> : null
  if (missing(item.error)) return <span className="warn">{t('recommend.preview.itemUnknown')}</span>
  return <>{item.data?.item.title}</>
}

export function PreviewForm(props: { form: Form; placements: readonly Schema<'Placement'>[]; chosen: Schema<'Placement'>; onChange: (changes: Changes) => void }) {
  const { t, language } = useWords()
  const { form, placements, chosen, onChange } = props
  const errorText = useErrorText()
  const [who, setWho] = useState('')
  const [itemId, setItemId] = useState(form.itemId)
  const [cart, setCart] = useState(form.cart)
  const [n, setN] = useState(form.n)
  const [time, setTime] = useState(form.time)
  const [problem, setProblem] = useState<string>()
  const [asking, setAsking] = useState(false)
  useEffect(() => setItemId(form.itemId), [form.itemId])
  useEffect(() => setCart(form.cart), [form.cart])
  useEffect(() => setN(form.n), [form.n])
  useEffect(() => setTime(form.time), [form.time])
  // Ids to choose from; any other may be typed.
  const popular = useQuery({ queryKey: ['items', 'categories'], queryFn: ({ signal }) => call('get', '/api/v1/items', { query: { sort: 'popular', limit: 500 }, signal }), staleTime: 300_000 })

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const changes: Changes = { itemId: itemId.trim(), cart: cart.trim(), n, time }
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
    onChange(changes)
  }
  const needs = chosen.needs ?? []
  return (
    <Card id="preview-form" className="preview-form" title={t('recommend.preview.form')}>
      <form className="preview-fields" onSubmit={(event) => void submit(event)}>
        <Choose
          label={t('recommend.placement')}
          value={chosen.id}
          onChange={(placement) => onChange({ placement })}
          options={placements.map((one) => ({ value: one.id, name: one.name[language] }))}
        />
        {form.customer !== '' ? (
          <div className="field-in">
            <span className="field-name">{t('recommend.preview.customer')}</span>
            <Chosen id={form.customer} onClear={() => onChange({ customer: '' })} />
          </div>
        ) : (
          <Field label={t('recommend.preview.customer')} hint={<Example onTake={(customer) => onChange({ customer })} />}>
            <input className="input" value={who} placeholder={t('recommend.preview.customerPlaceholder')} autoComplete="off" aria-invalid={problem !== undefined} aria-describedby="preview-problem" onChange={(event) => setWho(event.target.value)} />
          </Field>
        )}
        <p id="preview-problem" className="preview-problem" role="alert">{problem}</p>
        <Field label={t('recommend.preview.itemId')} hint={<ItemHint itemId={form.itemId} wanted={needs.includes('itemId')} />}>
          <input className="input" list="preview-items" value={itemId} placeholder={t('recommend.preview.itemPlaceholder')} autoComplete="off" onChange={(event) => setItemId(event.target.value)} />
        </Field>
        <datalist id="preview-items">
          {(popular.data?.items ?? []).slice(0, 200).map((item) => (
            <option key={item.itemId} value={item.itemId}>{item.title}</option>
          ))}
        </datalist>
        <Field label={t('recommend.preview.cart')} hint={needs.includes('cart') && form.cart === '' ? <span className="warn">{t('recommend.preview.wanted')}</span> : undefined}>
          <input className="input" value={cart} placeholder={t('recommend.preview.cartPlaceholder')} autoComplete="off" onChange={(event) => setCart(event.target.value)} />
        </Field>
        <div className="preview-pair">
          <Field label={t('recommend.preview.n')}>
            <input className="input" type="number" inputMode="numeric" min={1} max={N_MAX} value={n} placeholder={String(chosen.n)} onChange={(event) => setN(event.target.value)} />
          </Field>
          <Field label={t('recommend.preview.time')} hint={time === '' ? t('recommend.preview.timeNow') : undefined}>
            <input className="input" type="datetime-local" value={time} onChange={(event) => setTime(event.target.value)} />
          </Field>
        </div>
        <Button kind="primary" type="submit" block loading={asking}>{t('recommend.preview.submit')}</Button>
      </form>
    </Card>
  )
}
