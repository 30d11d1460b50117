import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { Link } from 'react-router-dom'
import { Button, TextInput } from '../shared/Controls'
import { Choices } from '../shared/Choices'
import { call, type Schema } from '../shared/client'
import { PreviewIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { askOf } from './ask'
import { Shelf } from './Shelf'
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
      <TextInput aria-label={t(`recommend.${kind}`)} placeholder={t(`recommend.${kind}Placeholder`)} value={text} onText={setText} />
      <Button type="submit">{t('recommend.apply')}</Button>
    </form>
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
      {(answer) => <Shelf answer={answer} />}
    </View>
  )
}

/** What a customer would be shown, and why. Placement and context stand in the address. */
export function Recommendations({ customerId }: { customerId: string }) {
  const { t, language } = useWords()
  const [search, setAddress] = useAddress()
  const placements = useQuery({
    queryKey: ['placements'],
    queryFn: ({ signal }) => call('get', '/api/v1/placements', { query: { limit: 100 }, signal }),
    staleTime: 60_000,
  })
  const list = placements.data?.items ?? []
  const chosen = list.find((one) => one.id === search.get('placement')) ?? list[0]
  const put = (name: string, value: string) =>
    setAddress(
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
      extra={
        <Link className="text-button" to={`/preview?${new URLSearchParams({ customer: customerId, ...(chosen === undefined ? {} : { placement: chosen.id }), ...(item === '' ? {} : { itemId: item }), ...(cart === '' ? {} : { cart }) }).toString()}`}>
          <PreviewIcon size={15} /> {t('recommend.openPreview')}
        </Link>
      }
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
