// Who was exposed, and to which arm; by number, a page after another.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { Empty, Failed, Loading } from '../shared/View'
import { useWords } from '../shared/words'
import type { Experiment } from './experiments'

const PAGE = 20

function Rows({ name, arm }: { name: string; arm: string }) {
  const { t, language } = useWords()
  const navigate = useNavigate()
  const answer = useInfiniteQuery({
    queryKey: ['experiments', 'exposed', name, arm],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/experiments/{name}/exposed', { path: { name }, query: { arm, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => (page.next === '' ? null : page.next),
  })
  if (answer.data === undefined) return answer.isError ? <Failed error={answer.error} retry={() => void answer.refetch()} /> : <Loading lines={5} />
  const rows = answer.data.pages.flatMap((page) => page.items)
  if (rows.length === 0) return <Empty title={t('experiments.exposedList.none')} />
  return (
    <>
      <div className="table-wrap" role="group" aria-label={t('experiments.one.exposed')} tabIndex={0}>
        <table className="table table-rows experiment-exposed-rows">
          <thead>
            <tr>
              <th scope="col">{t('customers.list.customer')}</th>
              <th scope="col">{t('customers.list.userId')}</th>
              <th scope="col">{t('experiments.one.arm')}</th>
              <th scope="col">{t('experiments.exposedList.since')}</th>
              <th scope="col" className="number">{t('customers.list.orders')}</th>
              <th scope="col" className="number">{t('customers.list.revenue')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ customer, arm: in_, firstExposureAt }) => (
              // The link in the first cell is the control; a click anywhere in the row is a convenience.
              <tr key={customer.id} onClick={() => navigate(`/customers/${customer.id}`)}>
                <th scope="row"><Link to={`/customers/${customer.id}`} onClick={(event) => event.stopPropagation()}>#{customer.id}</Link></th>
                <td>{customer.userId ?? <span className="less">{t('shared.anonymous')}</span>}</td>
                <td>{in_}</td>
                <td>{firstExposureAt === null ? '–' : format.date(firstExposureAt, language, 'moment')}</td>
                <td className="number">{format.count(customer.orders, language)}</td>
                <td className="number">{customer.orders > 0 ? format.money(customer.revenueCents, customer.currency, language) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {answer.hasNextPage && <div className="experiment-more"><Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('shared.more')}</Button></div>}
    </>
  )
}

export function Exposed({ one }: { one: Experiment }) {
  const { t } = useWords()
  const [arm, setArm] = useState('')
  return (
    <>
      <div className="experiment-filter">
        <Choose label={t('experiments.one.arm')} value={arm} options={[{ value: '', name: t('experiments.exposedList.all') }, ...one.arms.map(({ name }) => ({ value: name, name }))]} onChange={setArm} />
      </div>
      <Rows name={one.name} arm={arm} />
    </>
  )
}
