// The customers behind a figure, a page after another, beside the report.
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from '../shared/Controls'
import type { Schema } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import { CrossIcon } from '../shared/icons'
import { Empty, Failed, Loading } from '../shared/View'
import { useWords } from '../shared/words'
import { CustomerTable } from './CustomerTable'
import './reports.css'

export interface Opening {
  /** What they did, in words. */
  title: string
  /** Tells one figure from another. */
  key: unknown
  ask: (cursor: string, signal: AbortSignal) => Promise<{ items: Schema<'CustomerRow'>[]; next?: string | null }>
}

export function Opened({ opening, onClose }: { opening: Opening; onClose: () => void }) {
  const { t } = useWords()
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
      {rows !== undefined && rows.length > 0 && <CustomerTable label={opening.title} rows={rows} />}
      {answer.hasNextPage && <div className="report-more"><Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('shared.more')}</Button></div>}
    </Dialog>
  )
}

/** A figure that opens, or is only read where a role may not see customers. */
export function Figure({ label, onOpen, children, className = '' }: { label: string; onOpen: (() => void) | undefined; children: React.ReactNode; className?: string }) {
  if (onOpen === undefined) return <span className={className}>{children}</span>
  return <button type="button" className={`report-figure ${className}`} aria-label={label} onClick={onOpen}>{children}</button>
}
