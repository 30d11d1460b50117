// Who is in a segment, and since when; by number, a page after another.
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from 'react-router-dom'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Empty, Failed, Loading } from '../shared/View'
import { useWords } from '../shared/words'

const PAGE = 20

export function Members({ name }: { name: string }) {
  const { t, language } = useWords()
  const navigate = useNavigate()
  const answer = useInfiniteQuery({
    queryKey: ['segments', 'one', name, 'members'],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/segments/{name}/members', { path: { name }, query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  if (answer.data === undefined) return answer.isError ? <Failed error={answer.error} retry={() => void answer.refetch()} /> : <Loading lines={6} />
  const rows = answer.data.pages.flatMap((page) => page.items)
  if (rows.length === 0) return <Empty title={t('segments.one.membersNone')}>{t('segments.one.membersNoneText')}</Empty>
  return (
    <>
      <div className="table-wrap" role="group" aria-label={t('segments.one.members')} tabIndex={0}>
        <table className="table table-rows segment-members">
          <thead>
            <tr>
              <th scope="col">{t('customers.list.customer')}</th>
              <th scope="col">{t('customers.list.userId')}</th>
              <th scope="col">{t('segments.one.since')}</th>
              <th scope="col" className="wide-only">{t('customers.list.lastSeen')}</th>
              <th scope="col" className="number">{t('customers.list.orders')}</th>
              <th scope="col" className="number">{t('customers.list.revenue')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ customer, since }) => (
              // The link in the first cell is the control; a click anywhere in the row is a convenience.
              <tr key={customer.id} onClick={() => navigate(`/customers/${customer.id}`)}>
                <th scope="row">
                  <Link to={`/customers/${customer.id}`} onClick={(event) => event.stopPropagation()}>#{customer.id}</Link>
                </th>
                <td>{customer.userId ?? <span className="less">{t('shared.anonymous')}</span>}</td>
                <td><time dateTime={since}>{format.date(since, language, 'moment')}</time></td>
                <td className="wide-only">{format.date(customer.lastSeen, language, 'day')}</td>
                <td className="number">{format.count(customer.orders, language)}</td>
                <td className="number">{customer.orders > 0 ? format.money(customer.revenueCents, customer.currency, language) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {answer.hasNextPage && <div className="segment-more"><Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('shared.more')}</Button></div>}
    </>
  )
}
