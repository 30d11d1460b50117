import { keepPreviousData, useInfiniteQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { useSearchParams } from 'react-router-dom'
import { Button, TextInput } from '../shared/Controls'
import { SearchIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { CustomerTable } from './CustomerTable'
import { findCustomers } from './find'
import './customers.css'

const PAGE = 50

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
