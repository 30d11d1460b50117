// What an expression finds: how many, whom each channel reaches, who they are. While another is asked, the last answer stays.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { CustomerTable } from '../customers/CustomerTable'
import { Button } from '../shared/Controls'
import { call, CallError, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { Empty, Loading } from '../shared/View'
import { useWords } from '../shared/words'
import { Reach } from './Reach'
import { Wrong } from './Wrong'

const PAGE = 20

type Preview = Schema<'SegmentPreview'>

/** Who may not look at customers may still count them. */
async function ask(expression: string, cursor: string, signal: AbortSignal): Promise<Preview> {
  try {
    return await call('post', '/api/v1/segments/preview', { body: { expression, limit: PAGE, cursor }, signal })
  } catch (error) {
    if (error instanceof CallError && error.status === 403) return call('post', '/api/v1/segments/preview', { body: { expression, limit: 0 }, signal })
    throw error
  }
}

export function Result({ expression }: { expression: string }) {
  const { t, language } = useWords()
  const answer = useInfiniteQuery({
    queryKey: ['segments', 'preview', expression],
    queryFn: ({ pageParam, signal }) => ask(expression, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    retry: false,
    placeholderData: keepPreviousData, // of an older expression; its own answer comes to nothing
  })
  const first = answer.data?.pages[0]
  if (answer.isError) return <Wrong expression={expression} error={answer.error} />
  if (first === undefined) return <Loading lines={6} />
  const rows = answer.data?.pages.flatMap((page) => page.items) ?? []
  const share = format.percent(first.customers > 0 ? first.matching / first.customers : 0, language)
  return (
    <div className={answer.isPlaceholderData ? 'segment-old' : undefined}>
      <div className="segment-sum" role="status" aria-busy={answer.isPlaceholderData}>
        <p className="segment-count">{format.count(first.matching, language)}</p>
        <p>{t('segments.result.sum', { matching: format.count(first.matching, language), customers: format.count(first.customers, language), share })}</p>
        <p className="less">{t('segments.result.took', { at: format.date(first.at, language, 'moment'), ms: format.count(Math.ceil(first.tookUs / 1000), language) })}</p>
        {first.asked < first.customers && <p className="segment-warn">{t('segments.result.partial', { asked: format.count(first.asked, language) })}</p>}
        {first.failed > 0 && <p className="segment-warn">{t('segments.result.failed', { count: first.failed, failure: first.failure ?? '' })}</p>}
      </div>
      {first.matching > 0 && (
        <section className="segment-reach" aria-label={t('segments.reach.title')}>
          <h3>{t('segments.reach.title')}</h3>
          <Reach reach={first.reach} of={first.matching} />
        </section>
      )}
      {first.matching === 0 && <Empty title={t('segments.result.none')}>{t('segments.result.noneText')}</Empty>}
      {rows.length > 0 && <CustomerTable rows={rows} title={t('segments.result.list')} />}
      {answer.hasNextPage && <div className="segment-more"><Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('shared.more')}</Button></div>}
    </div>
  )
}
