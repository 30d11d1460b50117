import { keepPreviousData, useInfiniteQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { useTitles } from '../segments/useKept'
import { Button, TextInput } from '../shared/Controls'
import { Choose } from '../shared/Fields'
import { useAddress } from '../shared/useAddress'
import { SearchIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import { CustomerTable } from './CustomerTable'
import { findCustomers, membersOf } from './find'
import './customers.css'

const PAGE = 50

export default function CustomersPage() {
  const { t } = useWords()
  const [search, setAddress] = useAddress()
  const q = search.get('q') ?? ''
  const segment = search.get('segment') ?? ''
  const titles = useTitles()
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  const customers = useInfiniteQuery({
    queryKey: ['customers', q, segment],
    queryFn: ({ pageParam, signal }) => (q === '' && segment !== '' ? membersOf(segment, { limit: PAGE, cursor: pageParam }, signal) : findCustomers(q, { limit: PAGE, cursor: pageParam }, signal)),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
  const rows = customers.data?.pages.flatMap((page) => page.items) ?? []
  // Whom somebody looks for is looked for among all.
  const ask = (next: string) => setAddress(() => new URLSearchParams(next === '' ? {} : { q: next }))
  const choose = (next: string) => setAddress(() => new URLSearchParams(next === '' ? {} : { segment: next }))
  const options = [...titles].map(([value, name]) => ({ value, name }))
  if (segment !== '' && !titles.has(segment)) options.unshift({ value: segment, name: segment })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask(text.trim())
  }
  const title = q !== '' ? t('customers.list.found') : segment !== '' ? t('customers.list.inSegment', { segment: titles.get(segment) ?? segment }) : t('customers.list.recent')
  return (
    <Page title={t('customers.title')} help="customers" extra={<Views page="customers" />}>
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
        {options.length > 0 && <Choose className="customers-segment" label={t('customers.search.segment')} value={q === '' ? segment : ''} options={[{ value: '', name: t('customers.search.segmentAll') }, ...options]} onChange={choose} />}
      </form>
      <Card id="customer-list" title={title} note={rows.length === 0 ? undefined : t(customers.hasNextPage ? 'customers.list.countMore' : 'customers.list.count', { count: rows.length })}>
        <View
          // View reads data, isError, error and refetch only; both kinds of result have them.
          query={customers as unknown as UseQueryResult<NonNullable<typeof customers.data>, Error>}
          lines={10}
          empty={() => rows.length === 0}
          whenEmpty={
            q === '' && segment !== '' ? (
              <Empty title={t('customers.list.noneIn')}>{t('customers.list.noneInText')}</Empty>
            ) : q === '' ? (
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
