// The items of the shop and what customers did with them. Search, category and order stand in the address.
import { keepPreviousData, useInfiniteQuery, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { Button, TextInput } from '../shared/Controls'
import { Choices } from '../shared/Choices'
import { call } from '../shared/client'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { SearchIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import { askOf, mostOf, pictureOf, shareOf, shelves, sorts, withAsk, type Ask, type Item } from './items'
import { StandingChip } from './StandingChip'
import './items.css'

const PAGE = 50

function Count({ value, most, className = '' }: { value: number | undefined; most: number; className?: string }) {
  const { language } = useWords()
  if (value === undefined) return <td className={`number less ${className}`}>–</td>
  return (
    <td className={`number count ${className}`}>
      {format.count(value, language)}
      <span className="bar" aria-hidden="true"><i style={{ width: `${Math.round(shareOf(value, most) * 100)}%` }} /></span>
    </td>
  )
}

/** Drawn where the page's policy lets it; else its place is not kept. */
function Picture({ item }: { item: Item }) {
  const source = pictureOf(item.imageUrl, window.location.origin)
  return source === undefined ? null : <img className="item-thumb" src={source} alt="" loading="lazy" width={34} height={34} />
}

function ItemTable({ items, onCategory }: { items: readonly Item[]; onCategory: (category: string) => void }) {
  const { t, language } = useWords()
  const navigate = useNavigate()
  const most = mostOf(items)
  const to = (item: Item) => `/items/${encodeURIComponent(item.itemId)}`
  return (
    <div className="table-wrap" role="group" aria-label={t('items.list.title')} tabIndex={0}>
      <table className="table table-rows items-table">
        <thead>
          <tr>
            <th scope="col">{t('items.list.item')}</th>
            <th scope="col" className="wide-only">{t('items.list.category')}</th>
            <th scope="col" className="wide-only">{t('items.list.changed')}</th>
            <th scope="col" className="number">{t('items.list.price')}</th>
            <th scope="col" className="number wide-only">{t('items.list.stock')}</th>
            <th scope="col" className="number">{t('items.list.views')}</th>
            <th scope="col" className="number wide-only">{t('items.list.adds')}</th>
            <th scope="col" className="number">{t('items.list.orders')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            // The link in the first cell is the control; a click anywhere in the row is a convenience.
            <tr key={item.itemId} onClick={() => navigate(to(item))}>
              <th scope="row">
                <Picture item={item} />
                <Link className="item-title" to={to(item)} onClick={(event) => event.stopPropagation()}>{item.title || item.itemId}</Link>
                <span className="item-sub">
                  <code>{item.itemId}</code>
                  {item.brand !== undefined && item.brand !== '' && <span className="item-brand">{item.brand}</span>}
                  <StandingChip item={item} quiet />
                </span>
              </th>
              <td className="wide-only">
                {item.category !== undefined && item.category !== '' && (
                  <button type="button" className="cell-button" onClick={(event) => { event.stopPropagation(); onCategory(item.category ?? '') }}>{item.category}</button>
                )}
              </td>
              <td className="wide-only items-changed">
                {typeof item.updatedAt === 'string' ? <time dateTime={item.updatedAt}>{format.date(item.updatedAt, language, 'day')}</time> : <span className="less">–</span>}
                {item.sourceName !== undefined && <span className="less">{item.sourceName}</span>}
              </td>
              <td className="number">{typeof item.priceCents === 'number' && item.currency !== undefined ? format.money(item.priceCents, item.currency, language) : <span className="less">–</span>}</td>
              <td className="number wide-only">{typeof item.stock === 'number' ? format.count(item.stock, language) : <span className="less">–</span>}</td>
              <Count value={item.last30?.views} most={most.views} />
              <Count value={item.last30?.adds} most={most.adds} className="wide-only" />
              <Count value={item.last30?.orders} most={most.orders} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Categories or brands to choose from: those of the items people look at, and those on the page. */
function useChoices(field: 'category' | 'brand', shown: readonly Item[], chosen: string): string[] {
  const popular = useQuery({
    queryKey: ['items', 'categories'],
    queryFn: ({ signal }) => call('get', '/api/v1/items', { query: { sort: 'popular', limit: 500 }, signal }),
    staleTime: 300_000,
  })
  const all = new Set(chosen === '' ? [] : [chosen])
  for (const item of [...(popular.data?.items ?? []), ...shown]) if (item[field] !== undefined && item[field] !== '') all.add(item[field] ?? '')
  return [...all].sort((a, b) => a.localeCompare(b))
}

export default function ItemsPage() {
  const { t } = useWords()
  const [search, setAddress] = useAddress()
  const ask = askOf(search)
  const [text, setText] = useState(ask.q)
  useEffect(() => setText(ask.q), [ask.q])
  const items = useInfiniteQuery({
    queryKey: ['items', ask],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/items', { query: { q: ask.q, category: ask.category, brand: ask.brand, sort: ask.sort, ...(ask.standing === '' ? {} : { standing: ask.standing }), limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
  const shown = items.data?.pages.flatMap((page) => page.items) ?? []
  const categories = useChoices('category', shown, ask.category)
  const brands = useChoices('brand', shown, ask.brand)
  const put = (field: keyof Ask, value: string) => setAddress((old) => withAsk(old, field, value))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    put('q', text.trim())
  }
  const asked = ask.q !== '' || ask.category !== '' || ask.brand !== '' || ask.standing !== ''
  const none = asked ? (
    <Empty title={t('items.list.noneTitle')}>
      <p>{t('items.list.none')}</p>
      <div className="empty-do">
        {ask.sort !== 'id' && <Button onClick={() => put('sort', 'id')}>{t('items.list.all')}</Button>}
        <Button onClick={() => setAddress(() => new URLSearchParams())}>{t('items.list.clear')}</Button>
      </div>
    </Empty>
  ) : ask.sort === 'id' ? (
    <Empty title={t('items.list.emptyTitle')}>{t('items.list.empty')}<br /><code>{t('items.list.emptyCode')}</code></Empty>
  ) : (
    <Empty title={t('items.list.quietTitle')}>
      <p>{t('items.list.quiet')}</p>
      <div className="empty-do"><Button onClick={() => put('sort', 'id')}>{t('items.list.all')}</Button></div>
    </Empty>
  )
  return (
    <Page title={t('items.title')} help="items" extra={<Views page="items" />}>
      <form className="items-ask" role="search" onSubmit={submit}>
        <TextInput
          className="items-search"
          aria-label={t('items.search.label')}
          placeholder={t('items.search.placeholder')}
          before={<SearchIcon size={15} />}
          clearable
          value={text}
          onText={(value) => {
            setText(value)
            if (value === '') put('q', '')
          }}
        />
        <Button kind="primary" type="submit">{t('items.search.submit')}</Button>
        <Choose
          className="items-category"
          label={t('items.search.category')}
          value={ask.category}
          onChange={(value) => put('category', value)}
          options={[{ value: '', name: t('items.search.categoryAll') }, ...categories.map((one) => ({ value: one, name: one }))]}
        />
        <Choose className="items-pick" label={t('items.search.brand')} value={ask.brand} onChange={(value) => put('brand', value)} options={[{ value: '', name: t('items.search.brandAll') }, ...brands.map((one) => ({ value: one, name: one }))]} />
        <Choose className="items-pick" label={t('items.search.standing')} value={ask.standing} onChange={(value) => put('standing', value)} options={[{ value: '', name: t('items.search.standingAll') }, ...shelves.map((one) => ({ value: one, name: t(`items.standing.${one}`) }))]} />
        <Choices label={t('items.search.sort')} value={ask.sort} onChange={(value) => put('sort', value)} options={sorts.slice(0, 3).map((one) => ({ value: one, name: t(`items.sort.${one}`) }))} />
        <Choose className="items-pick" label={t('items.search.order')} value={sorts.slice(3).includes(ask.sort) ? ask.sort : ''} onChange={(value) => put('sort', value === '' ? 'id' : value)} options={[{ value: '', name: t('items.search.orderNone') }, ...sorts.slice(3).map((one) => ({ value: one, name: t(`items.sort.${one}`) }))]} />
      </form>
      <Card
        id="item-list"
        title={t('items.list.title')}
        extra={<a className="link-button wide-only" href="/api/v1/export/catalog?format=google-feed" download="catalog.tsv" title={t('items.list.feedHint')}>{t('items.list.feed')}</a>}
        note={shown.length === 0 ? undefined : <>{t(items.hasNextPage ? 'items.list.countMore' : 'items.list.count', { count: shown.length })} · {t('items.list.days')}</>}
      >
        <View
          // View reads data, isError, error and refetch only; both kinds of result have them.
          query={items as unknown as UseQueryResult<NonNullable<typeof items.data>, Error>}
          lines={12}
          empty={() => shown.length === 0}
          whenEmpty={none}
        >
          {() => (
            <>
              <ItemTable items={shown} onCategory={(category) => put('category', category)} />
              {items.hasNextPage && (
                <div className="more">
                  <Button loading={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>{t('shared.more')}</Button>
                </div>
              )}
            </>
          )}
        </View>
      </Card>
    </Page>
  )
}
