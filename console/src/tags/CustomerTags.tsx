// The tags of one customer: from whom, since when, until when, what speaks against them; set, taken away, and set again.
import { useState, type FormEvent } from 'react'
import { Link } from 'react-router-dom'
import { maySeeTotals } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button, TextInput } from '../shared/Controls'
import { CallError } from '../shared/client'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { Hint } from '../shared/Hint'
import { AlertIcon } from '../shared/icons'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { aboutOf, isTagName, wayBack, type By, type Tag } from './tags'
import { useCustomerTags, useTagChange } from './useTags'
import './tags.css'

function Row({ one, linked, busy, onRemove }: { one: Tag; linked: boolean; busy: boolean; onRemove: (by: By) => void }) {
  const { t, language } = useWords()
  const against = one.contradiction
  return (
    <li className="tag">
      <span className="tag-name">{one.tag}</span>
      <span className="less">
        {t(`tags.sources.${one.source}`)}
        {one.segment !== undefined && <> · {linked ? <Link to={`/segments/${one.segment}`}>{one.segment}</Link> : one.segment}</>}
        {one.confidence !== undefined && ` · ${t('tags.one.sure', { share: format.percent(one.confidence, language) })}`}
        {' · '}{t('tags.one.since', { at: format.date(one.since, language, 'day') })}
        {one.expires !== null && ` · ${t('tags.one.until', { at: format.date(one.expires, language, 'moment') })}`}
      </span>
      <span className="tag-do">
        {one.source !== 'computed' && <button type="button" className="text-button" disabled={busy} aria-label={t('tags.one.removeName', { tag: one.tag })} onClick={() => onRemove('staff')}>{t('tags.one.remove')}</button>}
        <button type="button" className="text-button" disabled={busy} aria-label={t('tags.one.deleteName', { tag: one.tag })} onClick={() => onRemove('customer')}>{t('tags.one.delete')}</button>
      </span>
      {against !== undefined && (
        <span className="tag-against">
          <AlertIcon size={13} /> {t(`tags.one.against.${aboutOf(one.tag)}`, { days: against.days, events: format.count(against.events, language), ofIt: format.count(against.ofIt, language), most: against.most, mostEvents: format.count(against.mostEvents, language) })}
        </span>
      )}
    </li>
  )
}

function Add({ id, has }: { id: string; has: readonly Tag[] }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const [name, setName] = useState('')
  const [by, setBy] = useState<string>('staff')
  const change = useTagChange(id)
  const good = isTagName(name.trim())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (good) change.mutate({ tag: name.trim(), set: { by: by === 'customer' ? 'customer' : 'staff' } }, { onSuccess: () => setName('') })
  }
  const there = has.some((one) => one.tag === name.trim())
  return (
    <form className="tag-add" onSubmit={submit}>
      <TextInput value={name} onText={setName} maxLength={64} placeholder={t('tags.one.name')} aria-label={t('tags.one.name')} autoComplete="off" />
      <Choose label={t('tags.one.by')} value={by} options={[{ value: 'staff', name: t('tags.sources.staff') }, { value: 'customer', name: t('tags.sources.customer') }]} onChange={setBy} />
      <Button type="submit" loading={change.isPending} disabled={!good || there}>{t('tags.one.add')}</Button>
      {change.error !== null && <p className="segment-warn" role="alert">{change.error instanceof CallError && change.error.code === 'deleted_by_customer' ? t('tags.one.refused') : errorText(change.error)}</p>}
    </form>
  )
}

export function CustomerTags({ id }: { id: string }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const linked = maySeeTotals(useSession().data?.role)
  const answer = useCustomerTags(id)
  const change = useTagChange(id)
  const [gone, setGone] = useState<{ tag: Tag; by: By }>()
  const remove = (tag: Tag, by: By) => change.mutate({ tag: tag.tag, by }, { onSuccess: () => setGone({ tag, by }) })
  const back = () => gone !== undefined && change.mutate({ tag: gone.tag.tag, set: wayBack(gone.tag, gone.by) }, { onSuccess: () => setGone(undefined) })
  return (
    <Card id="customer-tags" title={t('tags.one.title')} extra={<Hint label={t('tags.one.hintLabel')}>{t('tags.one.hint')}</Hint>}>
      {gone !== undefined && (
        <div className="segment-gone" role="status">
          <span>{t(gone.by === 'customer' ? 'tags.one.deleted' : 'tags.one.removed', { tag: gone.tag.tag })}</span>
          <Button loading={change.isPending} onClick={back}>{t('tags.one.undo')}</Button>
        </div>
      )}
      {change.error !== null && <p className="segment-warn tag-warn" role="alert">{errorText(change.error)}</p>}
      <View query={answer} lines={2}>
        {({ tags, deleted }) => (
          <>
            {tags.length === 0 && <Empty title={t('tags.one.emptyTitle')}>{t('tags.one.empty')}</Empty>}
            {tags.length > 0 && (
              <ul className="tag-list" aria-label={t('tags.one.title')}>
                {tags.map((one) => <Row key={one.tag} one={one} linked={linked} busy={change.isPending} onRemove={(by) => remove(one, by)} />)}
              </ul>
            )}
            {deleted.length > 0 && <p className="less tag-deleted">{t('tags.one.deletedAll', { tags: deleted.map((one) => `${one.tag} (${format.date(one.at, language, 'day')})`).join(t('tags.one.comma')) })}</p>}
            <Add id={id} has={tags} />
          </>
        )}
      </View>
    </Card>
  )
}
