// The kept segments, a line each: how many are in it, how that went, what it asks.
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Spark } from '../shared/charts/Spark'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { Card, Empty, Failed, Loading } from '../shared/View'
import { useWords } from '../shared/words'
import { brief, daily, titleOf, type Kept } from './kept'
import { Gone, Remove } from './Remove'
import { useKeptList } from './useKept'

const DAYS = 30

function Line({ one, customers, may, onEdit, onRemove }: { one: Kept; customers: number; may: boolean; onEdit: () => void; onRemove: () => void }) {
  const { t, language } = useWords()
  const title = titleOf(one)
  const sizes = daily(one, Date.now(), DAYS).map((day) => day.size)
  return (
    <li className="kept">
      <div className="kept-what">
        <Link to={`/segments/${one.name}`}>{title}</Link>
        {one.kind === 'list' ? <span className="less">{t('segments.kept.isList')}</span> : <code title={one.expression}>{brief(one.expression)}</code>}
        {one.fault !== undefined && <span className="segment-warn">{t('segments.kept.fault', { fault: one.fault })}</span>}
      </div>
      <div className="kept-spark">{sizes.length > 1 && <Spark values={sizes} />}</div>
      <div className="kept-size">
        <b>{format.count(one.size, language)}</b>
        <span className="less">{format.percent(customers > 0 ? one.size / customers : 0, language)}</span>
      </div>
      {may && (
        <div className="kept-do">
          {one.kind === 'rule' && <button type="button" className="text-button" aria-label={t('segments.kept.editName', { title })} onClick={onEdit}>{t('segments.kept.edit')}</button>}
          <button type="button" className="text-button" aria-label={t('segments.kept.removeName', { title })} onClick={onRemove}>{t('segments.kept.remove')}</button>
        </div>
      )}
    </li>
  )
}

export function KeptList({ onEdit }: { onEdit: (one: Kept) => void }) {
  const { t } = useWords()
  const may = mayDefine(useSession().data?.role)
  const list = useKeptList()
  const [removing, setRemoving] = useState<Kept>()
  const [gone, setGone] = useState<Kept>()
  const customers = list.data?.pages[0]?.customers ?? 0
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Card id="segment-kept" title={t('segments.kept.title')} note={t('segments.kept.note')}>
      {gone !== undefined && <Gone one={gone} onBack={() => setGone(undefined)} />}
      {list.data === undefined && list.isError && <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.data === undefined && !list.isError && <Loading lines={3} />}
      {list.data !== undefined && rows.length === 0 && <Empty title={t('segments.kept.emptyTitle')}>{t(may ? 'segments.kept.empty' : 'segments.kept.emptyLook')}</Empty>}
      {rows.length > 0 && (
        <ul className="kept-list" aria-label={t('segments.kept.title')}>
          {rows.map((one) => <Line key={one.name} one={one} customers={customers} may={may} onEdit={() => onEdit(one)} onRemove={() => setRemoving(one)} />)}
        </ul>
      )}
      {list.hasNextPage && <div className="segment-more"><Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('shared.more')}</Button></div>}
      {removing !== undefined && (
        <Remove
          one={removing}
          onClose={() => setRemoving(undefined)}
          onGone={() => {
            setGone(removing)
            setRemoving(undefined)
          }}
        />
      )}
    </Card>
  )
}
