import { keepPreviousData, useInfiniteQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router-dom'
import { Button, TextInput } from '../shared/Controls'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { SearchIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { findCustomers } from './find'
import './customers.css'

const PAGE = 50

function CustomerTable({ rows, title }: { rows: readonly Schema<'CustomerRow'>[]; title: string }) {
  const { t, language } = useWords()
  const navigate = useNavigate()
  const now = Date.now()
  return (
    <div className="table-wrap" role="group" aria-label={title} tabIndex={0}>
      <table className="table table-rows">
        <thead>
          <tr>
            <th scope="col">{t('customers.list.customer')}</th>
            <th scope="col">{t('customers.list.userId')}</th>
            <th scope="col">{t('customers.list.lastSeen')}</th>
            <th scope="col" className="wide-only">{t('customers.list.firstSeen')}</th>
            <th scope="col" className="number">{t('customers.list.orders')}</th>
            <th scope="col" className="number">{t('customers.list.revenue')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            // The link in the first cell is the control; a click anywhere in the row is a convenience.
            <tr key={row.id} onClick={() => navigate(`/customers/${row.id}`)}>
              <th scope="row">
                <Link to={`/customers/${row.id}`} onClick={(event) => event.stopPropagation()}>#{row.id}</Link>
              </th>
              <td>{row.userId ?? <span className="less">{t('shared.anonymous')}</span>}</td>
              <td>
                <time dateTime={row.lastSeen} title={format.date(row.lastSeen, language, 'moment')}>{format.ago(row.lastSeen, now, language)}</time>
              </td>
              <td className="wide-only">{format.date(row.firstSeen, language, 'day')}</td>
              <td className="number">{format.count(row.orders, language)}</td>
              <td className="number">{row.orders > 0 ? format.money(row.revenueCents, row.currency, language) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export default function CustomersPage() {
  const { t } = useWords()
  const [search, setSearch] = useSearchParams()
  const q = search.get('q') ?? ''
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  const customers = useInfiniteQuery({
    queryKey: ['customers', q],
    queryFn: ({ pageParam, signal }) => findCustomers(q, { limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
  const rows = customers.data?.pages.flatMap((page) => page.items) ?? []
  const ask = (next: string) => setSearch(next === '' ? {} : { q: next })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask(text.trim())
  }
  const title = q === '' ? t('customers.list.recent') : t('customers.list.found')
  return (
    <Page title={t('customers.title')} help="customers">
      <form className="search" role="search" onSubmit={submit}>
        <TextInput
          size="large"
          aria-label={t('customers.search.label')}
          placeholder={t('customers.search.placeholder')}
          before={<SearchIcon />}
          clearable
          value={text}
          onText={(value) => {
            setText(value)
            if (value === '') ask('')
          }}
        />
        <Button kind="primary" size="large" type="submit">
          {t('customers.search.submit')}
        </Button>
      </form>
      <Card id="customer-list" title={title} note={rows.length === 0 ? undefined : t(customers.hasNextPage ? 'customers.list.countMore' : 'customers.list.count', { count: rows.length })}>
        <View
          // View reads data, isError, error and refetch only; both kinds of result have them.
          query={customers as unknown as UseQueryResult<NonNullable<typeof customers.data>, Error>}
          lines={10}
          empty={() => rows.length === 0}
          whenEmpty={
            q === '' ? (
              <Empty title={t('customers.list.emptyTitle')}>{t('customers.list.empty')}</Empty>
            ) : (
              <Empty title={t('customers.list.noneTitle', { q })}>
                <p>{t('customers.list.none')}</p>
                <div className="customers-do"><Button onClick={() => ask('')}>{t('customers.list.all')}</Button></div>
              </Empty>
            )
          }
        >
          {() => (
            <>
              <CustomerTable rows={rows} title={title} />
              {customers.hasNextPage && (
                <div className="customers-more">
                  <Button loading={customers.isFetchingNextPage} onClick={() => void customers.fetchNextPage()}>{t('shared.more')}</Button>
                </div>
              )}
            </>
          )}
        </View>
      </Card>
    </Page>
  )
}
