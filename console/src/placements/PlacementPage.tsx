// One placement: written as a draft, tried beside it as any customer at any moment, saved when one says so, and taken back.
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router-dom'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button, TextInput } from '../shared/Controls'
import { call, CallError, type Schema } from '../shared/client'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { AlertIcon, BackIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { isName } from '../experiments/draft'
import { Page } from '../shell/Page'
import { useSystem } from '../shell/useSystem'
import { Basics, Dials } from './Basics'
import { Ask, Changes } from './Changes'
import { changesOf, placeOfField, sent, speaksOf, type Definition } from './draft'
import { draftOf, keepDraft, useHold } from './drafts'
import { Origin } from './PlacementsPage'
import { Rules } from './Rules'
import { Trial } from './Trial'
import { askOf, settingOf } from './trial'
import { useDefine, useForget, usePaused, usePlacement, usePlacementList, useTrial } from './usePlacements'
import '../segments/segments.css'
import './placements.css'

type Detail = Schema<'PlacementDetail'>
type Names = Schema<'PlacementList'>

const blank: Definition = { strategy: 'personal' }
const NEW = 'new' // no placement is called so

/** How many digits money has here, for fields of prices. */
function useDigits(): number {
  const overview = useQuery({ queryKey: ['example'], queryFn: ({ signal }) => call('get', '/api/v1/overview', { signal }), staleTime: 300_000 })
  const currency = overview.data?.orders.currency ?? ''
  return /^[A-Za-z]{3}$/.test(currency) ? format.minorDigits(currency) : 2
}

/** The version before, and what is built in. */
function Versions({ detail, strategies, onDefined, onForgotten }: { detail: Detail; strategies: Names['strategies']; onDefined: (definition: Definition) => void; onForgotten: (was: Definition) => void }) {
  const { t, language } = useWords()
  const define = useDefine()
  const forget = useForget()
  const [asking, setAsking] = useState<'undo' | 'forget'>()
  const { former, definition } = detail
  const changes = former === undefined ? [] : changesOf(definition, former, strategies)
  const close = () => setAsking(undefined)
  return (
    <Card id="placement-versions" title={t('placements.versions.title')}>
      <div className="placement-part">
        <p>{detail.definedAt ? t('placements.versions.saved', { at: format.date(detail.definedAt, language, 'moment') }) : t('placements.versions.builtIn')}</p>
        {former !== undefined && (
          <>
            <p className="less">{t('placements.versions.former')}</p>
            {changes.length === 0 ? <p className="less">{t('placements.changes.none')}</p> : <Changes changes={changes} />}
          </>
        )}
        <div className="placement-line">
          {former !== undefined && <Button onClick={() => setAsking('undo')}>{t('placements.versions.undo')}</Button>}
          {detail.definedAt && <Button className="placement-danger" onClick={() => setAsking('forget')}>{t(detail.builtIn === true ? 'placements.versions.toBuiltIn' : 'placements.versions.forget')}</Button>}
        </div>
      </div>
      {asking === 'undo' && former !== undefined && (
        <Ask title={t('placements.versions.undoTitle')} text={t('placements.versions.undoText')} changes={changes} confirm={t('placements.versions.undo')} busy={define.isPending} error={define.error}
          onDo={() => define.mutate({ name: detail.id, definition: former }, { onSuccess: (kept) => { close(); onDefined(kept.definition) } })} onClose={close} />
      )}
      {asking === 'forget' && (
        <Ask title={t('placements.versions.forgetTitle', { name: detail.id })} text={t(detail.builtIn === true ? 'placements.versions.toBuiltInText' : 'placements.versions.forgetText')} danger
          confirm={t(detail.builtIn === true ? 'placements.versions.toBuiltIn' : 'placements.versions.forget')} busy={forget.isPending} error={forget.error}
          onDo={() => forget.mutate(detail.id, { onSuccess: () => { close(); onForgotten(definition) } })} onClose={close} />
      )}
    </Card>
  )
}

/** `detail`: as it is in force; a new one has none yet. */
function Editor({ detail, names, may, onForgotten }: { detail: Detail | undefined; names: Names; may: boolean; onForgotten: (was: Definition) => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const navigate = useNavigate()
  const zone = useSystem().data?.timeZone
  const digits = useDigits()
  const [search] = useAddress()
  const key = detail?.id ?? NEW
  const was = detail?.definition ?? blank
  const [draft, setDraft] = useState(() => draftOf(key) ?? was)
  const [back, setBack] = useState(() => draftOf(key) !== undefined) // it was left, and is here again
  const [name, setName] = useState('')
  const [asking, setAsking] = useState<'save' | { leave: () => void }>()
  const [saved, setSaved] = useState(false)
  const define = useDefine()
  const changes = changesOf(was, draft, names.strategies)
  const dirty = changes.length > 0
  const letGo = useHold(dirty, (leave) => setAsking({ leave }))
  const put = (next: Definition) => {
    setDraft(next)
    setSaved(false)
    keepDraft(key, changesOf(was, next, names.strategies).length > 0 ? next : undefined)
  }
  const reset = (to: Definition) => {
    keepDraft(key, undefined)
    setDraft(to)
    setBack(false)
  }

  const setting = settingOf(search)
  const ask = usePaused(askOf(sent(draft), detail?.id ?? (isName(name) ? name : ''), setting, zone))
  const trial = useTrial(ask)
  const speaks = speaksOf(ask.definition, draft)
  const error = trial.isError && speaks ? trial.error : undefined
  const answer = trial.isError || trial.data === undefined ? undefined : trial.data
  const conflicts = answer !== undefined && speaks && !trial.isPlaceholderData ? answer.conflicts : []
  const place = error instanceof CallError ? placeOfField(error.field) : undefined
  const wrong = (member: string, usual?: React.ReactNode) => (place?.rule === undefined && place?.member === member && error instanceof CallError ? <span className="placement-bad" role="alert">{error.detail ?? errorText(error)}</span> : usual)
  const bad = error instanceof CallError && error.status === 400 && (error.field ?? '').startsWith('definition.')
  const goodName = detail !== undefined || isName(name)
  const takes = detail === undefined ? names.items.find((one) => one.id === name) : undefined

  const save = () => {
    const target = detail?.id ?? name
    define.mutate({ name: target, definition: sent(draft) }, {
      onSuccess: (kept) => {
        letGo()
        reset(kept.definition)
        setAsking(undefined)
        setSaved(true)
        if (detail === undefined) navigate(`/placements/${encodeURIComponent(target)}${window.location.search}`)
      },
    })
  }
  return (
    <div className="placement-page">
      {/* Who may not define reads: every field of the form is shut. */}
      <fieldset className="placement-form" disabled={!may}>
        {detail?.fault !== undefined && <p className="placement-fault" role="status"><AlertIcon size={15} /> <span>{t(detail.builtIn === true ? 'placements.faultBuiltIn' : 'placements.fault', { fault: detail.fault })}</span></p>}
        {!may && <p className="placement-note" role="status">{t('placements.mayNot')}</p>}
        {back && dirty && <p className="placement-note" role="status"><span>{t('placements.save.back')}</span> <Button kind="text" onClick={() => reset(was)}>{t('placements.save.discard')}</Button></p>}
        {detail === undefined && (
          <Card id="placement-name" title={t('placements.name.title')}>
            <div className="placement-part">
              <Field label={t('placements.name.label')} hint={name !== '' && !isName(name) ? <span className="placement-bad" role="alert">{t('placements.name.bad')}</span> : takes !== undefined ? <span className="placement-warn" role="status">{t('placements.name.takes')}</span> : t('placements.name.hint')}>
                <TextInput value={name} onText={setName} maxLength={64} required autoComplete="off" spellCheck={false} />
              </Field>
            </div>
          </Card>
        )}
        <Basics draft={draft} onChange={put} wrong={wrong} all={names.stages} strategies={names.strategies} />
        <Dials draft={draft} onChange={put} wrong={wrong} />
        <Rules draft={draft} conflicts={conflicts} error={error} inForce={answer !== undefined && speaks ? answer.inForce : undefined} digits={digits} onChange={put} />
        {detail !== undefined && may && <Versions detail={detail} strategies={names.strategies} onDefined={(definition) => { reset(definition); setSaved(true) }} onForgotten={onForgotten} />}
        {may && (
          <div className="placement-bar" role="group" aria-label={t('placements.save.bar')}>
            <span className="placement-state" role="status">
              {bad ? <span className="placement-bad"><AlertIcon size={15} /> {t('placements.save.wrong')}</span> : dirty ? t('placements.save.unsaved', { count: changes.length }) : saved ? t('placements.save.saved') : t('placements.save.same')}
              {conflicts.length > 0 && <span className="placement-warn"> · {t('placements.save.conflictCount', { count: conflicts.length })}</span>}
            </span>
            {dirty && <Button kind="text" onClick={() => reset(was)}>{t('placements.save.discard')}</Button>}
            <Button kind="primary" disabled={(!dirty && detail !== undefined) || bad || !goodName} onClick={() => setAsking('save')}>{t('placements.save.button')}</Button>
          </div>
        )}
      </fieldset>
      <Trial trial={trial} draft={draft} old={!speaks || trial.isPlaceholderData} setting={setting} />
      {asking === 'save' && (
        <Ask title={t('placements.save.title', { name: detail?.id ?? name })} text={t(detail === undefined ? (takes === undefined ? 'placements.save.textNew' : 'placements.save.textTakes') : 'placements.save.text')} changes={changes} conflicts={conflicts.length}
          confirm={t('placements.save.confirm')} busy={define.isPending} error={define.error} onDo={save} onClose={() => setAsking(undefined)} />
      )}
      {typeof asking === 'object' && (
        <Ask title={t('placements.save.leaveTitle')} text={t('placements.save.leaveText')} changes={changes} danger confirm={t('placements.save.leave')}
          onDo={() => { keepDraft(key, undefined); letGo(); asking.leave() }} onClose={() => setAsking(undefined)} />
      )}
    </div>
  )
}

/** What was deleted, with the way back. */
function Gone({ name, was, onBack }: { name: string; was: Definition; onBack: () => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const define = useDefine()
  return (
    <div className="placement-gone card" role="status">
      <span>{t('placements.versions.gone', { name })}</span>
      <Button loading={define.isPending} onClick={() => define.mutate({ name, definition: was }, { onSuccess: onBack })}>{t('placements.versions.bringBack')}</Button>
      {define.error !== null && <span className="placement-bad" role="alert">{errorText(define.error)}</span>}
    </div>
  )
}

function One({ name }: { name: string | undefined }) {
  const { t, language } = useWords()
  const client = useQueryClient()
  const may = mayDefine(useSession().data?.role)
  const names = usePlacementList()
  const found = usePlacement(name)
  const [gone, setGone] = useState<{ was: Definition; builtIn: boolean }>()
  const [round, setRound] = useState(0) // another one where the definition changed under the form
  const one = found.data
  const nothing = gone !== undefined && !gone.builtIn
  const forgotten = async (was: Definition) => {
    keepDraft(name ?? NEW, undefined)
    setGone({ was, builtIn: one?.builtIn === true })
    if (one?.builtIn === true) await client.invalidateQueries({ queryKey: ['placements', 'one', name] })
    setRound(round + 1)
  }
  const brought = () => {
    setGone(undefined)
    setRound(round + 1)
  }
  const title = name === undefined ? t('placements.new') : one?.name?.[language] ?? name
  return (
    <Page title={title} before={<Link className="back" to="/placements"><BackIcon size={15} /> {t('placements.title')}</Link>} help="placements"
      note={one === undefined || nothing ? undefined : <span className="placement-note-line"><code>{one.id}</code> <Origin one={{ builtIn: one.builtIn === true, defined: one.defined === true }} /></span>}>
      {gone !== undefined && name !== undefined && <Gone name={name} was={gone.was} onBack={brought} />}
      {nothing ? null : name === undefined ? (
        may ? <View query={names} lines={12}>{(list) => <Editor detail={undefined} names={list} may onForgotten={() => undefined} />}</View> : <Empty title={t('placements.mayNot')} />
      ) : (
        <View query={names} lines={12}>
          {(list) => <View query={found} lines={12}>{(detail) => <Editor key={round} detail={detail} names={list} may={may} onForgotten={(was) => void forgotten(was)} />}</View>}
        </View>
      )}
    </Page>
  )
}

export default function PlacementPage() {
  const { name } = useParams()
  return <One key={name ?? ''} name={name} />
}
