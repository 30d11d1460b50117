// What may be done with a journey in its state: handed to somebody else, approved, paused, ended, deleted.
import { useState } from 'react'
import { useNavigate } from 'react-router-dom'
import { mayAct, mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button, TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import { useWords } from '../shared/words'
import { actsOf, type Act, type Detail } from './journey'
import { useActJourney, useDropJourney } from './useJourneys'
import { Refused } from './Workbench'

export function Acts({ detail, isSaved, onRefused, onOpen }: { detail: Detail; isSaved: boolean; onRefused: (error: unknown) => void; onOpen: (name: string) => void }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const [note, setNote] = useState('')
  const [act, drop] = [useActJourney(detail.name), useDropJourney()]
  const role = useSession().data?.role
  const offered = actsOf(detail.state).filter((one) => mayAct(role, one))
  const go = (one: Act) => act.mutate({ act: one, note }, {
    onSuccess: () => {
      setNote('')
      onRefused(null)
    },
    onError: onRefused,
  })
  return (
    <section className="journey-next">
      <h3>{t(`journeys.next.${detail.state}`)}</h3>
      {offered.length > 0 && <Field className="journey-note" label={t('journeys.note')} hint={t('journeys.noteHint')}><TextInput value={note} onText={setNote} maxLength={200} /></Field>}
      <div className="journey-acts">
        {offered.map((one, at) => <Button key={one} kind={at === 0 && isSaved ? 'primary' : 'plain'} disabled={!isSaved && (one === 'submit' || one === 'approve')} loading={act.isPending && act.variables.act === one} onClick={() => go(one)}>{t(`journeys.acts.${one}`)}</Button>)}
        {detail.activeFrom === null && mayDefine(role) && <Button kind="text" className="journey-drop" loading={drop.isPending} onClick={() => drop.mutate(detail.name, { onSuccess: () => void navigate('/journeys') })}>{t('journeys.delete')}</Button>}
      </div>
      <Refused error={act.error ?? drop.error} onOpen={onOpen} />
    </section>
  )
}
