// Who are they, and how many? One expression over all customers; it stands in the address, and so does the segment it is to change.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useId, useState, type FormEvent } from 'react'
import { Link } from 'react-router-dom'
import { CustomerTable } from '../customers/CustomerTable'
import { Button } from '../shared/Controls'
import { call, CallError, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { ChevronIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, Loading } from '../shared/View'
import { useWords } from '../shared/words'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Page } from '../shell/Page'
import { Keep } from './Keep'
import { titleOf, type Kept } from './kept'
import { KeptList } from './KeptList'
import { Reach } from './Reach'
import { names, templates } from './templates'
import { useKept } from './useKept'
import { Wrong } from './Wrong'
import './segments.css'

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

function Result({ expression }: { expression: string }) {
  const { t, language } = useWords()
  const answer = useInfiniteQuery({
    queryKey: ['segments', 'preview', expression],
    queryFn: ({ pageParam, signal }) => ask(expression, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    retry: false,
  })
  const first = answer.data?.pages[0]
  if (answer.isError) return <Wrong expression={expression} error={answer.error} />
  if (first === undefined) return <Loading lines={6} />
  const rows = answer.data?.pages.flatMap((page) => page.items) ?? []
  const share = format.percent(first.customers > 0 ? first.matching / first.customers : 0, language)
  return (
    <>
      <div className="segment-sum" role="status">
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
    </>
  )
}

function Names() {
  const { t } = useWords()
  return (
    <details className="segment-names card">
      <summary>
        <ChevronIcon size={13} /> {t('segments.names.title')}
      </summary>
      <dl>
        {names.map((name) => (
          <div key={name}>
            <dt><code>{t(`segments.names.rows.${name}.name`)}</code></dt>
            <dd>{t(`segments.names.rows.${name}.text`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

export default function SegmentsPage() {
  const { t } = useWords()
  const id = useId()
  const [search, setAddress] = useAddress()
  const asked = search.get('q') ?? ''
  const edit = search.get('edit')
  const [text, setText] = useState(asked)
  const [keeping, setKeeping] = useState(false)
  const [kept, setKept] = useState<Pick<Kept, 'name' | 'title'>>()
  const may = mayDefine(useSession().data?.role)
  const editing = useKept(may ? edit : null).data
  useEffect(() => setText(asked), [asked])
  const put = (expression: string, of: string | null) => {
    setKept(undefined)
    setAddress(() => new URLSearchParams({ ...(expression.trim() === '' ? {} : { q: expression }), ...(of === null ? {} : { edit: of }) }))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    put(text, edit)
  }
  const onEdit = (one: Kept) => {
    put(one.expression, one.name)
    document.getElementById(id)?.focus()
  }
  return (
    <Page title={t('segments.title')} help="segments">
      <div className="segments">
        <KeptList onEdit={onEdit} />
        <Card id="segment-ask" title={t('segments.card')} note={t('segments.note')}>
          {editing !== undefined && (
            <p className="segment-editing" role="status">
              <span>{t('segments.editing', { title: titleOf(editing) })}</span>
              <button type="button" className="text-button" onClick={() => put(text, null)}>{t('segments.leave')}</button>
            </p>
          )}
          <form className="segment-form" onSubmit={submit}>
            <label htmlFor={id}>{t('segments.label')}</label>
            <textarea
              id={id} className="segment-text" rows={4} spellCheck={false} autoCapitalize="off" maxLength={65536} value={text}
              onChange={(change) => setText(change.target.value)}
              onKeyDown={(key) => {
                if (key.key === 'Enter' && (key.ctrlKey || key.metaKey)) submit(key)
              }}
            />
            <div className="segment-actions">
              <Button kind="primary" type="submit" disabled={text.trim() === ''}>{t('segments.ask')}</Button>
              {may && <Button disabled={text.trim() === ''} onClick={() => setKeeping(true)}>{t(editing === undefined ? 'segments.keep.button' : 'segments.keep.buttonChange')}</Button>}
              <span className="less wide-only">{t('segments.keys')}</span>
            </div>
            {kept !== undefined && (
              <p className="segment-kept" role="status">
                {t('segments.keep.done')} <Link to={`/segments/${kept.name}`}>{titleOf(kept)}</Link>
              </p>
            )}
          </form>
          <div className="segment-templates" role="group" aria-label={t('segments.templates.title')}>
            <span className="less">{t('segments.templates.title')}</span>
            {templates.map((one) => (
              <Button key={one.key} onClick={() => put(one.expression, null)}>{t(`segments.templates.${one.key}`)}</Button>
            ))}
          </div>
        </Card>
        <Card id="segment-result" title={t('segments.result.title')}>
          {asked === '' ? <Empty title={t('segments.result.begin')}>{t('segments.result.beginText')}</Empty> : <Result key={asked} expression={asked} />}
        </Card>
        <Names />
      </div>
      {keeping && (
        <Keep
          expression={text}
          editing={editing}
          onClose={() => setKeeping(false)}
          onKept={(one) => {
            setKeeping(false)
            put(text, null)
            setKept(one)
          }}
        />
      )}
    </Page>
  )
}
