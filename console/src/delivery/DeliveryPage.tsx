// When and how often a customer is written to: quiet hours, frequency caps, the holdout; in force with the next message.
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { CallError } from '../shared/client'
import { Button } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { Card, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Caps } from './Caps'
import { ChannelChecks } from './ChannelChecks'
import { Day } from './Day'
import { draftOf, newQuiet, rowOf, type Draft, type Quiet } from './draft'
import { useDelivery, usePutDelivery } from './useDelivery'
import './delivery.css'

function QuietHours({ quiet, onChange }: { quiet: Quiet | undefined; onChange: (quiet: Quiet | undefined) => void }) {
  const { t } = useWords()
  return (
    <>
      <label className="delivery-check"><input type="checkbox" checked={quiet !== undefined} onChange={(event) => onChange(event.target.checked ? newQuiet : undefined)} /> {t('delivery.quiet.on')}</label>
      {quiet !== undefined && (
        <>
          <div className="cap-fields">
            <Field label={t('delivery.quiet.from')}><input className="input" type="time" required value={quiet.from} onChange={(event) => onChange({ ...quiet, from: event.target.value })} /></Field>
            <Field label={t('delivery.quiet.to')}><input className="input" type="time" required value={quiet.to} onChange={(event) => onChange({ ...quiet, to: event.target.value })} /></Field>
            <Choose label={t('delivery.quiet.over')} value={quiet.over} options={(['wait', 'skip'] as const).map((value) => ({ value, name: t(`delivery.over.${value}`) }))} onChange={(value) => onChange({ ...quiet, over: value === 'skip' ? 'skip' : 'wait' })} />
          </div>
          <ChannelChecks label={t('delivery.channels')} hint={t('delivery.quiet.channelsHint')} chosen={quiet.channels} onChange={(channels) => onChange({ ...quiet, channels })} />
        </>
      )}
      <Day quiet={quiet} />
    </>
  )
}

/** What the engine refused, where no row of the form says it already. */
function Refused({ error }: { error: unknown }) {
  const { t } = useWords()
  const errorText = useErrorText()
  if (error === null) return null
  const why = error instanceof CallError ? error.detail : undefined
  const field = error instanceof CallError && error.field !== '' ? error.field : undefined
  return <p className="delivery-bad" role="alert"><AlertIcon size={14} /> {why === undefined ? errorText(error) : field === undefined ? why : t('delivery.refused', { field, why })}</p>
}

function Form({ start, may }: { start: Draft; may: boolean }) {
  const { t } = useWords()
  const [draft, setDraft] = useState(start)
  const put = usePutDelivery()
  const change = (next: Partial<Draft>) => {
    put.reset()
    setDraft({ ...draft, ...next })
  }
  const row = put.error instanceof CallError ? rowOf(put.error.field) : undefined
  const faultOf = (at: number) => (row === at && put.error instanceof CallError ? put.error.detail : undefined)
  return (
    <form
      className="delivery"
      onSubmit={(event) => {
        event.preventDefault()
        put.mutate(draft)
      }}
    >
      <fieldset className="delivery-all" disabled={!may}>
        <Card id="delivery-quiet" title={t('delivery.quiet.title')} note={t('delivery.quiet.note')}><div className="delivery-part"><QuietHours quiet={draft.quiet} onChange={(quiet) => change({ quiet })} /></div></Card>
        <Card id="delivery-caps" title={t('delivery.caps.title')} note={t('delivery.caps.note')}><div className="delivery-part"><Caps caps={draft.caps} faultOf={faultOf} onChange={(caps) => change({ caps })} /></div></Card>
        <Card id="delivery-holdout" title={t('delivery.holdout.title')} note={t('delivery.holdout.note')}>
          <div className="delivery-part"><Field className="delivery-number" label={t('delivery.holdout.share')} hint={t('delivery.holdout.hint')}><input className="input" type="number" min={0} max={100} step="any" required value={draft.holdout} onChange={(event) => change({ holdout: Number(event.target.value) })} /></Field></div>
        </Card>
        {row === undefined && <Refused error={put.error} />}
        {may && (
          <div className="delivery-acts">
            <Button type="submit" kind="primary" loading={put.isPending}>{t('delivery.save')}</Button>
            {put.isSuccess && <span className="less" role="status">{t('delivery.saved')}</span>}
          </div>
        )}
      </fieldset>
    </form>
  )
}

export default function DeliveryPage() {
  const { t, language } = useWords()
  const may = mayDefine(useSession().data?.role)
  const delivery = useDelivery()
  const at = delivery.data?.definedAt
  return (
    <Page title={t('delivery.title')} note={at == null ? undefined : t('delivery.since', { at: format.date(at, language, 'moment') })} help="delivery">
      <View query={delivery} lines={8}>{({ policy }) => <Form start={draftOf(policy)} may={may} />}</View>
      <p className="delivery-more"><Link to="/messages?state=skipped">{t('delivery.skipped')}</Link></p>
    </Page>
  )
}
