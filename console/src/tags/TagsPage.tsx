// All tags: how many customers have each, from whom, who deleted it; and those that follow a kept segment.
import { useState, type FormEvent } from 'react'
import { Link } from 'react-router-dom'
import { useTitles } from '../segments/useKept'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button, TextInput } from '../shared/Controls'
import { Choose } from '../shared/Fields'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { expressionOf, isTagName } from './tags'
import { useFollow, useTags } from './useTags'
import '../segments/segments.css'
import './tags.css'

const sources = ['customer', 'staff', 'import', 'computed'] as const

function Table({ items, may }: { items: readonly Schema<'TagTotal'>[]; may: boolean }) {
  const { t, language } = useWords()
  const titles = useTitles()
  const follow = useFollow()
  return (
    <div className="table-wrap" role="group" aria-label={t('tags.all.title')} tabIndex={0}>
      <table className="table tags-table">
        <thead>
          <tr>
            <th scope="col">{t('tags.all.tag')}</th>
            <th scope="col" className="number">{t('tags.all.customers')}</th>
            {sources.map((source) => <th key={source} scope="col" className="number wide-only">{t(`tags.sources.${source}`)}</th>)}
            <th scope="col" className="number">{t('tags.all.deleted')}</th>
            <th scope="col">{t('tags.all.follows')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.tag}>
              <th scope="row"><Link to={`/segments?${new URLSearchParams({ q: expressionOf(one.tag) })}`} title={t('tags.all.who')}>{one.tag}</Link></th>
              <td className="number">{format.count(one.customers, language)}</td>
              {sources.map((source) => <td key={source} className="number wide-only">{one.sources[source] > 0 ? format.count(one.sources[source], language) : '–'}</td>)}
              <td className="number">{one.deleted > 0 ? format.count(one.deleted, language) : '–'}</td>
              <td>
                {one.segment === undefined ? '–' : <Link to={`/segments/${one.segment}`}>{titles.get(one.segment) ?? one.segment}</Link>}
                {one.segment !== undefined && may && (
                  <> <button type="button" className="text-button" disabled={follow.isPending} aria-label={t('tags.all.leaveName', { tag: one.tag })} onClick={() => follow.mutate({ tag: one.tag, segment: null })}>{t('tags.all.leave')}</button></>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Follow() {
  const { t } = useWords()
  const errorText = useErrorText()
  const titles = useTitles()
  const follow = useFollow()
  const [tag, setTag] = useState('')
  const [segment, setSegment] = useState('')
  const good = isTagName(tag.trim()) && titles.has(segment)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (good) follow.mutate({ tag: tag.trim(), segment }, { onSuccess: () => setTag('') })
  }
  return (
    <Card id="tag-follow" title={t('tags.follow.title')} note={t('tags.follow.note')}>
      <form className="tag-add" onSubmit={submit}>
        <TextInput value={tag} onText={setTag} maxLength={64} placeholder={t('tags.follow.tag')} aria-label={t('tags.follow.tag')} autoComplete="off" />
        <Choose label={t('tags.follow.segment')} value={segment} options={[{ value: '', name: t('tags.follow.choose') }, ...[...titles].map(([value, name]) => ({ value, name }))]} onChange={setSegment} />
        <Button type="submit" loading={follow.isPending} disabled={!good}>{t('tags.follow.submit')}</Button>
        {follow.error !== null && <p className="segment-warn" role="alert">{errorText(follow.error)}</p>}
      </form>
    </Card>
  )
}

export default function TagsPage() {
  const { t } = useWords()
  const may = mayDefine(useSession().data?.role)
  const all = useTags()
  return (
    <Page title={t('tags.all.title')} help="tags">
      <div className="segments">
        <Card id="tags-all" title={t('tags.all.title')} note={t('tags.all.note')}>
          <View query={all} lines={6} empty={({ items }) => items.length === 0} whenEmpty={<Empty title={t('tags.all.emptyTitle')}>{t('tags.all.empty')}</Empty>}>
            {({ items }) => <Table items={[...items].sort((a, b) => b.customers - a.customers)} may={may} />}
          </View>
        </Card>
        {may && <Follow />}
      </div>
    </Page>
  )
}
