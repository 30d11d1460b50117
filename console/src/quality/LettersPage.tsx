// Dead letters: what could not be taken, by reason; mended here and sent again, one or all of a reason.
import { useInfiniteQuery, useMutation, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useId, useMemo, useState } from 'react'
import { Drawer } from '../raw/Drawer'
import { parsedOr } from '../raw/json'
import { Button } from '../shared/Controls'
import { call, type Schema } from '../shared/client'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import './quality.css'

type Letter = Schema<'DeadLetter'>

function Mend({ letter, onClose }: { letter: Letter; onClose: () => void }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const client = useQueryClient()
  const id = useId()
  const begun = useMemo(() => {
    const parsed = parsedOr(letter.raw)
    return 'value' in parsed ? JSON.stringify(parsed.value, null, 2) : letter.raw
  }, [letter.raw])
  const [text, setText] = useState(begun)
  const parsed = parsedOr(text)
  const event = 'value' in parsed && typeof parsed.value === 'object' && parsed.value !== null && !Array.isArray(parsed.value) ? (parsed.value as Record<string, never>) : undefined
  const done = () => client.invalidateQueries({ queryKey: ['deadletters'] })
  const replay = useMutation({
    mutationFn: (dryRun: boolean) => call('post', '/api/v1/deadletters/{id}/replay', { path: { id: letter.id }, body: { event, dryRun } }),
    onSuccess: (answer) => (answer.outcome === 'passes' || answer.outcome === 'refused' ? undefined : done()),
  })
  const discard = useMutation({ mutationFn: () => call('post', '/api/v1/deadletters/{id}/discard', { path: { id: letter.id } }), onSuccess: async () => { await done(); onClose() } })
  const open = letter.outcome === 'open' && replay.data?.outcome !== 'replayed' && replay.data?.outcome !== 'duplicate'
  return (
    <Drawer title={t(`system.reasons.${letter.reason}`)} onClose={onClose}>
      <dl className="event-facts">
        <div><dt>{t('quality.letters.detail')}</dt><dd>{letter.detail === '' ? letter.text : letter.detail}</dd></div>
        <div><dt>{t('quality.letters.source')}</dt><dd>{letter.source}</dd></div>
        <div><dt>{t('quality.letters.received')}</dt><dd>{format.date(letter.receivedAt, language, 'moment')}</dd></div>
        <div><dt>{t('quality.letters.outcome')}</dt><dd>{t(`quality.letters.outcomes.${letter.outcome}`)}</dd></div>
      </dl>
      <label className="letter-label" htmlFor={id}>{t('quality.letters.event')}</label>
      <textarea id={id} className="letter-text" spellCheck={false} rows={16} value={text} readOnly={!open} onChange={(change) => setText(change.target.value)} />
      {event === undefined && <p className="quality-alert" role="alert">{t('quality.letters.noObject')}</p>}
      {open && (
        <div className="plan-actions">
          <Button kind="primary" disabled={event === undefined} loading={replay.isPending} onClick={() => replay.mutate(false)}>{t('quality.letters.replay')}</Button>
          <Button disabled={event === undefined} loading={replay.isPending} onClick={() => replay.mutate(true)}>{t('quality.letters.try')}</Button>
          <Button kind="text" loading={discard.isPending} onClick={() => discard.mutate()}>{t('quality.letters.discard')}</Button>
        </div>
      )}
      <p role="status" className="letter-answer">
        {replay.data !== undefined && `${t(`quality.letters.answers.${replay.data.outcome}`)}${replay.data.text === undefined ? '' : ` ${t(`system.reasons.${replay.data.reason ?? ''}`)} ${replay.data.detail ?? ''}`}`}
        {replay.isError && errorText(replay.error)}
        {discard.isError && errorText(discard.error)}
      </p>
    </Drawer>
  )
}

function ReplayAll({ reason }: { reason: string }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const client = useQueryClient()
  const all = useMutation({
    mutationFn: (dryRun: boolean) => call('post', '/api/v1/deadletters/replay', { body: { reason, dryRun } }),
    onSuccess: (answer) => (answer.passes === undefined ? client.invalidateQueries({ queryKey: ['deadletters'] }) : undefined),
  })
  const found = all.data
  return (
    <div className="letters-all">
      <Button loading={all.isPending} onClick={() => all.mutate(true)}>{t('quality.letters.preview')}</Button>
      {found?.passes !== undefined && found.passes > 0 && <Button kind="primary" loading={all.isPending} onClick={() => all.mutate(false)}>{t('quality.letters.replayAll', { count: found.passes })}</Button>}
      <span role="status">
        {found !== undefined && (found.passes === undefined ? t('quality.letters.replayed', { count: found.replayed ?? 0, refused: found.refused }) : t('quality.letters.wouldPass', { count: found.passes, refused: found.refused }))}
        {all.isError && errorText(all.error)}
      </span>
    </div>
  )
}

export default function LettersPage() {
  const { t, language } = useWords()
  const [search, setAddress] = useAddress()
  const reason = search.get('reason') ?? ''
  const outcome = search.get('outcome') ?? 'open'
  const letters = useInfiniteQuery({
    queryKey: ['deadletters', reason, outcome],
    queryFn: ({ pageParam, signal }) => call('get', '/api/v1/deadletters', { query: { limit: 50, cursor: pageParam, reason, outcome: outcome === 'all' ? '' : (outcome as 'open') }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  const shown = letters.data?.pages.flatMap((page) => page.items) ?? []
  const reasons = letters.data?.pages[0]?.reasons ?? []
  // A letter that was sent again leaves the list of open ones; its drawer stays, to say what became of it.
  const [held, setHeld] = useState<Letter>()
  const listed = shown.find((one) => one.id === search.get('letter'))
  if (listed !== undefined && listed !== held) setHeld(listed)
  const open = listed ?? (held?.id === search.get('letter') ? held : undefined)
  const put = (name: string, value: string | null) => setAddress((old) => {
    const next = new URLSearchParams(old)
    if (value === null) next.delete(name)
    else next.set(name, value)
    return next
  }, { replace: true })
  return (
    <Page title={t('quality.letters.title')} help="quality" extra={<Views page="letters" />}>
      <Card id="letters" title={t('quality.letters.list')} note={t('quality.letters.note')}>
        <div className="letters-filters">
          <Choose label={t('quality.letters.reason')} value={reason} onChange={(value) => put('reason', value)}
            options={[{ value: '', name: t('quality.letters.all') }, ...reasons.map((one) => ({ value: one.reason, name: `${t(`system.reasons.${one.reason}`)} (${format.count(one.count, language)})` }))]} />
          <Choose label={t('quality.letters.outcome')} value={outcome} onChange={(value) => put('outcome', value)} options={['open', 'replayed', 'discarded', 'all'].map((value) => ({ value, name: t(`quality.letters.outcomes.${value}`) }))} />
          <ReplayAll key={reason} reason={reason} />
        </div>
        <View
          // View reads data, isError, error and refetch only; both kinds of result have them.
          query={letters as unknown as UseQueryResult<NonNullable<typeof letters.data>, Error>}
          lines={6}
          empty={() => shown.length === 0}
          whenEmpty={<Empty title={t('quality.letters.emptyTitle')}>{t('quality.letters.empty')}</Empty>}
        >
          {() => (
            <>
              <div className="table-wrap" role="group" aria-label={t('quality.letters.list')} tabIndex={0}>
                <table className="table table-rows">
                  <thead>
                    <tr>
                      <th scope="col">{t('quality.letters.reason')}</th>
                      <th scope="col">{t('quality.letters.detail')}</th>
                      <th scope="col" className="wide-only">{t('quality.letters.source')}</th>
                      <th scope="col">{t('quality.letters.received')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {shown.map((letter) => (
                      // The button in the first cell is the control; a click anywhere in the row is a convenience.
                      <tr key={letter.id} onClick={() => put('letter', letter.id)}>
                        <th scope="row"><button type="button" className="cell-button letter-open" onClick={(event) => { event.stopPropagation(); put('letter', letter.id) }}>{t(`system.reasons.${letter.reason}`)}</button></th>
                        <td className="quality-detail">{letter.detail === '' ? letter.messageId : letter.detail}</td>
                        <td className="wide-only">{letter.source}</td>
                        <td><time dateTime={letter.receivedAt} title={format.date(letter.receivedAt, language, 'moment')}>{format.ago(letter.receivedAt, Date.now(), language)}</time></td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {letters.hasNextPage && <div className="letters-more"><Button loading={letters.isFetchingNextPage} onClick={() => void letters.fetchNextPage()}>{t('shared.more')}</Button></div>}
            </>
          )}
        </View>
        {open !== undefined && <Mend key={open.id} letter={open} onClose={() => put('letter', null)} />}
      </Card>
    </Page>
  )
}
