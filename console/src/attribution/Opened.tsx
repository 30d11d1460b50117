// The customers behind a figure: who converted with a channel on the path, or without any touch.
import { useInfiniteQuery } from '@tanstack/react-query'
import { CustomerTable } from '../reports/CustomerTable'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import { Card, Empty, Failed, Loading } from '../shared/View'
import { useWords } from '../shared/words'
import type { askOf } from './attribution'

const PAGE = 20

export function Opened({ ask, channel, onClose }: { ask: ReturnType<typeof askOf>; channel: string; onClose: () => void }) {
  const { t } = useWords()
  const answer = useInfiniteQuery({
    queryKey: ['attribution', 'opened', ask, channel],
    queryFn: ({ pageParam, signal }) => call('post', '/api/v1/reports/attribution', { body: { ...ask, open: { channel, limit: PAGE, cursor: pageParam } }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => (page.next === '' ? null : page.next),
  })
  const rows = answer.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Card
      id="attribution-opened" title={channel === '' ? t('attribution.opened.untouched') : t('attribution.opened.title', { channel })}
      extra={<Button onClick={onClose}>{t('attribution.opened.close')}</Button>}
    >
      {answer.data === undefined ? (answer.isError ? <Failed error={answer.error} retry={() => void answer.refetch()} /> : <Loading lines={5} />) : rows.length === 0 ? <Empty title={t('attribution.opened.none')} /> : (
        <>
          <CustomerTable className="attribution-opened" label={t('attribution.opened.list')} rows={rows} />
          {answer.hasNextPage && <div className="attribution-more"><Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('shared.more')}</Button></div>}
        </>
      )}
    </Card>
  )
}
