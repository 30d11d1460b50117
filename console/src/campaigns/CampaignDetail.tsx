// One campaign: what may be done in its state, its definition, its runs, and who changed it when.
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { mayAct, mayApprove, mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import type { Schema } from '../shared/client'
import { Button, TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { View } from '../shared/View'
import { useWords } from '../shared/words'
import { actsOf } from './campaign'
import { CampaignEditor, Refused } from './CampaignEditor'
import { CampaignReport } from './CampaignReport'
import { useActCampaign, useCampaign, useDropCampaign } from './useCampaigns'

type Detail = Schema<'CampaignDetail'>

function Acts({ detail }: { detail: Detail }) {
  const { t } = useWords()
  const [note, setNote] = useState('')
  const [act, drop] = [useActCampaign(detail.name), useDropCampaign()]
  const role = useSession().data?.role
  const offered = actsOf(detail.state).filter((one) => mayAct(role, one))
  return (
    <section>
      <h3>{t(`campaigns.next.${detail.state}`)}</h3>
      {offered.length > 0 && <Field className="campaign-note" label={t('campaigns.note')} hint={t('campaigns.noteHint')}><TextInput value={note} onText={setNote} maxLength={200} /></Field>}
      <div className="campaign-acts">
        {offered.map((one, at) => <Button key={one} kind={at === 0 ? 'primary' : 'plain'} loading={act.isPending && act.variables.act === one} onClick={() => act.mutate({ act: one, note }, { onSuccess: () => setNote('') })}>{t(`campaigns.acts.${one}`)}</Button>)}
        {detail.activeFrom === null && mayDefine(role) && <Button kind="text" className="campaign-drop" loading={drop.isPending} onClick={() => drop.mutate(detail.name)}>{t('campaigns.delete')}</Button>}
      </div>
      <Refused error={act.error ?? drop.error} />
    </section>
  )
}

function Runs({ runs }: { runs: Detail['runs'] }) {
  const { t, language } = useWords()
  return (
    <section>
      <h3>{t('campaigns.runs.title')}</h3>
      {runs.length === 0 ? <p className="less">{t('campaigns.runs.none')}</p> : (
        <div className="table-wrap" role="group" aria-label={t('campaigns.runs.title')} tabIndex={0}>
          <table className="table">
            <thead><tr><th scope="col">{t('campaigns.runs.at')}</th><th scope="col" className="number">{t('campaigns.runs.audience')}</th><th scope="col" className="number">{t('campaigns.runs.planned')}</th><th scope="col">{t('campaigns.runs.version')}</th></tr></thead>
            <tbody>{[...runs].reverse().map((run) => (
              <tr key={run.entry}><td>{run.startedAt !== null && format.date(run.startedAt, language, 'moment')}</td><td className="number">{format.count(run.audience, language)}</td><td className="number">{format.count(run.planned, language)}</td><td>{run.version}{run.budgetSpent && <span className="warn"> {t('campaigns.runs.spent')}</span>}</td></tr>
            ))}</tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function History({ history }: { history: Detail['history'] }) {
  const { t, language } = useWords()
  return (
    <section>
      <h3>{t('campaigns.history')}</h3>
      <ol className="campaign-history">
        {history.map(({ act, version, note, by }, i) => (
          <li key={i}><span className="less">{by?.at != null && format.date(by.at, language, 'moment')}</span> <b>{t(`campaigns.did.${act}`)}</b> {t('campaigns.byWho', { who: by?.name ?? t(`campaigns.who.${by?.kind ?? 'machine'}`), version })}{note !== '' && <> · {note}</>}</li>
        ))}
      </ol>
    </section>
  )
}

function Opened({ detail }: { detail: Detail }) {
  const { t } = useWords()
  const role = useSession().data?.role
  const may = mayDefine(role)
  const [text, setText] = useState(JSON.stringify(detail.definition, null, 2))
  const frozen = detail.state === 'running' || detail.state === 'ended' ? t(`campaigns.frozen.${detail.state}`) : undefined
  return (
    <>
      {mayApprove(role) && <Acts detail={detail} />}
      {detail.activeFrom !== null && <CampaignReport name={detail.name} />}
      {may ? <CampaignEditor name={detail.name} text={text} onText={setText} {...(frozen === undefined ? {} : { frozen })} /> : <pre className="campaign-code">{text}</pre>}
      <Runs runs={detail.runs} />
      <p><Link className="campaign-link" to={`/messages?campaign=${detail.name}`}>{t('campaigns.messages')}</Link></p>
      <History history={detail.history} />
    </>
  )
}

export function CampaignDetail({ name }: { name: string }) {
  return <div className="campaign-detail"><View query={useCampaign(name)}>{(detail) => <Opened key={`${detail.version} ${detail.state}`} detail={detail} />}</View></div>
}
