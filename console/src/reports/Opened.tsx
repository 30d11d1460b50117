// The customers behind a figure, a page after another, beside the report.
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { Button } from '../shared/Controls'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { Dialog } from '../shared/Dialog'
import { CrossIcon } from '../shared/icons'
import { Empty, Failed, Loading } from '../shared/View'
import { useWords } from '../shared/words'
import './reports.css'

export interface Opening {
  /** What they did, in words. */
  title: string
  /** Tells one figure from another. */
  key: unknown
  ask: (cursor: string, signal: AbortSignal) => Promise<{ items: Schema<'CustomerRow'>[]; next?: string | null }>
}

export function Opened({ opening, onClose }: { opening: Opening; onClose: () => void }) {
  const { t, language } = useWords()
  const answer = useInfiniteQuery({
    queryKey: ['reports', 'opened', opening.key],
    queryFn: ({ pageParam, signal }) => opening.ask(pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => (page.next === '' ? null : page.next),
  })
  const rows = answer.data?.pages.flatMap((page) => page.items)
  return (
    <Dialog label={opening.title} className="report-opened" onClose={onClose}>
      <header className="report-opened-head">
        <h2>{opening.title}</h2>
        <button type="button" className="icon-button" aria-label={t('reports.close')} onClick={onClose}><CrossIcon size={16} /></button>
      </header>
      {rows === undefined && (answer.isError ? <Failed error={answer.error} retry={() => void answer.refetch()} /> : <Loading lines={6} />)}
      {rows !== undefined && rows.length === 0 && <Empty title={t('reports.nobody')} />}
      {rows !== undefined && rows.length > 0 && (
        <div className="table-wrap" role="group" aria-label={opening.title} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('customers.list.customer')}</th>
                <th scope="col">{t('customers.list.userId')}</th>
                <th scope="col" className="number">{t('customers.list.orders')}</th>
                <th scope="col" className="number">{t('customers.list.revenue')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((customer) => (
                <tr key={customer.id}>
                  <th scope="row"><Link to={`/customers/${customer.id}`}>#{customer.id}</Link></th>
                  <td>{customer.userId ?? <span className="less">{t('shared.anonymous')}</span>}</td>
                  <td className="number">{format.count(customer.orders, language)}</td>
                  <td className="number">{customer.orders > 0 ? format.money(customer.revenueCents, customer.currency, language) : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {answer.hasNextPage && <div className="report-more"><Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('shared.more')}</Button></div>}
    </Dialog>
  )
}

/** A figure that opens, or is only read where a role may not see customers. */
export function Figure({ label, onOpen, children, className = '' }: { label: string; onOpen: (() => void) | undefined; children: React.ReactNode; className?: string }) {
  if (onOpen === undefined) return <span className={className}>{children}</span>
  return <button type="button" className={`report-figure ${className}`} aria-label={label} onClick={onOpen}>{children}</button>
}
