// A group looked at as a whole: what it is like, which kinds of customers are in it, who is like them. Who and what stand in the address.
import { useEffect, useState, type FormEvent } from 'react'
import { Link } from 'react-router-dom'
import { useTitles } from '../segments/useKept'
import { Choices } from '../shared/Choices'
import { Button, TextInput } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import { useAddress } from '../shared/useAddress'
import { Empty } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { askedOf, type Asked } from './groups'
import { Lookalikes } from './Lookalikes'
import { Personas } from './Personas'
import { Portrait } from './Portrait'
import '../segments/segments.css'
import './groups.css'

const views = ['portrait', 'personas', 'lookalikes'] as const
type ViewName = (typeof views)[number]

function Who({ asked, onAsk }: { asked: Asked | undefined; onAsk: (asked: Asked) => void }) {
  const { t } = useWords()
  const titles = useTitles()
  const [text, setText] = useState(asked?.expression ?? '')
  useEffect(() => setText(asked?.expression ?? ''), [asked?.expression])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() !== '') onAsk({ expression: text.trim() })
  }
  const known = [...titles].map(([value, name]) => ({ value, name }))
  const chosen = asked?.segment ?? ''
  return (
    <form className="group-who" onSubmit={submit}>
      <Choose
        label={t('groups.segment')} value={chosen}
        options={[{ value: '', name: t('groups.none') }, ...known, ...(chosen !== '' && !titles.has(chosen) ? [{ value: chosen, name: chosen }] : [])]}
        onChange={(segment) => segment !== '' && onAsk({ segment })}
      />
      <Field label={t('groups.expression')} className="group-expression">
        <TextInput value={text} onText={setText} placeholder="customer.orders.count(days(90)) >= 2" autoComplete="off" spellCheck={false} />
      </Field>
      <Button type="submit" disabled={text.trim() === ''}>{t('groups.look')}</Button>
    </form>
  )
}

export default function GroupsPage() {
  const { t } = useWords()
  const [search, setAddress] = useAddress()
  const asked = askedOf(search)
  const view: ViewName = views.find((one) => one === search.get('view')) ?? 'portrait'
  const ask = (who: Asked) =>
    setAddress((now) => {
      now.delete('q')
      now.delete('segment')
      if (who.segment !== undefined) now.set('segment', who.segment)
      if (who.expression !== undefined) now.set('q', who.expression)
      return now
    })
  const show = (name: ViewName) => setAddress((now) => { now.set('view', name); return now })
  const none = <div className="card"><Empty title={t('groups.begin')}>{t('groups.beginText')} <Link to="/segments">{t('groups.toSegments')}</Link></Empty></div>
  return (
    <Page title={t('groups.title')} help="groups">
      <div className="groups">
        <div className="card group-head">
          <Who asked={asked} onAsk={ask} />
          <Choices label={t('groups.views.label')} value={view} options={views.map((value) => ({ value, name: t(`groups.views.${value}`) }))} onChange={show} />
        </div>
        {view === 'portrait' && (asked === undefined ? none : <Portrait asked={asked} />)}
        {view === 'personas' && <Personas asked={asked} />}
        {view === 'lookalikes' && (asked === undefined ? none : <Lookalikes asked={asked} />)}
      </div>
    </Page>
  )
}
