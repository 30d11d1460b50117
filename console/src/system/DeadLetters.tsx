// What could not be taken, with its reason and its bytes.
import { useInfiniteQuery, type UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Button } from '../shared/Controls'
import { Copyable } from '../raw/CopyButton'
import { Drawer } from '../raw/Drawer'
import { Json, RawText } from '../raw/Json'
import { parsedOr } from '../raw/json'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'

type Letter = Schema<'DeadLetter'>

function One({ letter, onClose }: { letter: Letter; onClose: () => void }) {
  const { t, language } = useWords()
  const parsed = useMemo(() => parsedOr(letter.raw), [letter.raw])
  return (
    <Drawer title={t(`system.reasons.${letter.reason}`)} onClose={onClose}>
      <div className="event-whole">
        <dl className="event-facts">
          <div><dt>{t('system.dead.detail')}</dt><dd>{letter.detail}</dd></div>
          <div><dt>{t('system.dead.source')}</dt><dd>{letter.source}</dd></div>
          <div><dt>{t('system.dead.received')}</dt><dd>{format.date(letter.receivedAt, language, 'day')} {format.date(letter.receivedAt, language, 'time')}</dd></div>
          <div>
            <dt>{t('system.dead.messageId')}</dt>
            <dd>{letter.messageId === '' ? <span className="less">{t('system.dead.noMessageId')}</span> : <Copyable text={letter.messageId} what={t('system.dead.messageId')} />}</dd>
          </div>
        </dl>
        {'value' in parsed ? <Json value={parsed.value} what={t('system.dead.raw')} /> : <RawText text={parsed.text} what={t('system.dead.raw')} />}
        <p className="less">{t('system.dead.rawCut')}</p>
      </div>
    </Drawer>
  )
}

export function DeadLetters() {
  const { t, language } = useWords()
  const [search, setAddress] = useAddress()
  const letters = useInfiniteQuery({
    queryKey: ['deadletters'],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/deadletters', { query: { limit: 10, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  const shown = letters.data?.pages.flatMap((page) => page.items) ?? []
  const open = shown.find((one) => one.id === search.get('letter'))
  const put = (id: string | null) =>
    setAddress(
      (old) => {
        const next = new URLSearchParams(old)
        if (id === null) next.delete('letter')
        else next.set('letter', id)
        return next
      },
      { replace: true },
    )
  const now = Date.now()
  return (
    <Card id="dead-letters" className="system-wide" title={t('system.dead.title')} note={t('system.dead.note')}>
      <View
        // View reads data, isError, error and refetch only; both kinds of result have them.
        query={letters as unknown as UseQueryResult<NonNullable<typeof letters.data>, Error>}
        lines={4}
        empty={() => shown.length === 0}
        whenEmpty={<Empty title={t('system.dead.empty')}>{t('system.dead.emptyText')}</Empty>}
      >
        {() => (
          <>
            <div className="table-wrap" role="group" aria-label={t('system.dead.title')} tabIndex={0}>
              <table className="table table-rows">
                <thead>
                  <tr>
                    <th scope="col">{t('system.dead.reason')}</th>
                    <th scope="col">{t('system.dead.detail')}</th>
                    <th scope="col" className="wide-only">{t('system.dead.source')}</th>
                    <th scope="col">{t('system.dead.received')}</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((letter) => (
                    // The button in the first cell is the control; a click anywhere in the row is a convenience.
                    <tr key={letter.id} onClick={() => put(letter.id)}>
                      <th scope="row">
                        <button type="button" className="cell-button dead-open" onClick={(event) => { event.stopPropagation(); put(letter.id) }}>{t(`system.reasons.${letter.reason}`)}</button>
                      </th>
                      <td className="dead-detail">{letter.detail}</td>
                      <td className="wide-only">{letter.source}</td>
                      <td><time dateTime={letter.receivedAt} title={format.date(letter.receivedAt, language, 'moment')}>{format.ago(letter.receivedAt, now, language)}</time></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {letters.hasNextPage && (
              <div className="system-more">
                <Button loading={letters.isFetchingNextPage} onClick={() => void letters.fetchNextPage()}>{t('shared.more')}</Button>
              </div>
            )}
            {open !== undefined && <One letter={open} onClose={() => put(null)} />}
          </>
        )}
      </View>
    </Card>
  )
}
