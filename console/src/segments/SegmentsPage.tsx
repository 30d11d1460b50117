// Who are they, and how many? One expression over all customers; it stands in the address, and so does the segment it is to change.
import { useEffect, useId, useState, type FormEvent } from 'react'
import { Link } from 'react-router-dom'
import { Builder } from '../builder/Builder'
import { Choices } from '../shared/Choices'
import { Button } from '../shared/Controls'
import { ChevronIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty } from '../shared/View'
import { useWords } from '../shared/words'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import { Keep } from './Keep'
import { titleOf, type Kept } from './kept'
import { KeptList } from './KeptList'
import { NewList } from './ListIds'
import { Result } from './Result'
import { names, templates } from './templates'
import { useKept } from './useKept'
import './segments.css'

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
  const mode = search.get('as') === 'text' ? 'text' : 'blocks'
  const [isSettled, setSettled] = useState(true)
  const ready = text.trim() !== '' && (mode === 'text' || isSettled)
  useEffect(() => setText(asked), [asked])
  const put = (expression: string, of: string | null, how?: { replace: boolean }) => {
    setKept(undefined)
    setText(expression)
    setAddress((old) => new URLSearchParams({ ...(expression.trim() === '' ? {} : { q: expression }), ...(of === null ? {} : { edit: of }), ...(old.get('as') === 'text' ? { as: 'text' } : {}) }), how)
  }
  const show = (as: string) => {
    setAddress((old) => {
      old.delete('as')
      if (as === 'text') old.set('as', as)
      return old
    }, { replace: true })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    put(text, edit)
  }
  const onEdit = (one: Kept) => {
    put(one.expression, one.name)
    ;(document.getElementById(id) ?? document.querySelector<HTMLElement>('.segment-mode button'))?.focus()
  }
  return (
    <Page title={t('segments.title')} help="segments" extra={<Views page="segments" />}>
      <div className="segments">
        <KeptList onEdit={onEdit} />
        <Card id="segment-ask" title={t('segments.card')} note={t('segments.note')}>
          {editing !== undefined && (
            <p className="segment-editing" role="status">
              <span>{t('segments.editing', { title: titleOf(editing) })}</span>
              <button type="button" className="text-button" onClick={() => put(text, null)}>{t('segments.leave')}</button>
            </p>
          )}
          <div className="segment-mode"><Choices label={t('builder.modes.label')} value={mode} options={(['blocks', 'text'] as const).map((one) => ({ value: one, name: t(`builder.modes.${one}`) }))} onChange={show} /></div>
          <Builder text={text} isActive={mode === 'blocks'} onText={(built) => built !== asked && put(built, edit, { replace: true })} onSettled={setSettled} />
          <form className="segment-form" onSubmit={submit}>
            {mode === 'text' && <label htmlFor={id}>{t('segments.label')}</label>}
            {mode === 'text' && <textarea
              id={id} className="segment-text" rows={4} spellCheck={false} autoCapitalize="off" maxLength={65536} value={text}
              onChange={(change) => setText(change.target.value)}
              onKeyDown={(key) => {
                if (key.key === 'Enter' && (key.ctrlKey || key.metaKey)) submit(key)
              }}
            />}
            <div className="segment-actions">
              {mode === 'text' && <Button kind="primary" type="submit" disabled={text.trim() === ''}>{t('segments.ask')}</Button>}
              {may && <Button disabled={!ready} onClick={() => setKeeping(true)}>{t(editing === undefined ? 'segments.keep.button' : 'segments.keep.buttonChange')}</Button>}
              <span className="less wide-only">{t(mode === 'text' ? 'segments.keys' : 'segments.live')}</span>
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
          {asked === '' ? <Empty title={t('segments.result.begin')}>{t('segments.result.beginText')}</Empty> : <Result expression={asked} />}
        </Card>
        {may && <NewList />}
        {mode === 'text' && <Names />}
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
