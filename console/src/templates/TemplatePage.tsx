// One template: its words in each language and part, beside them what a customer would get; saved, tried, deleted.
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { CallError } from '../shared/client'
import { Button, TextInput } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import { AlertIcon, BackIcon } from '../shared/icons'
import { Card, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { definitionOf, draftOf, faultOf, fresh, sampleOf, type Definition, type Draft, type Words } from './draft'
import { Parts } from './Parts'
import { Preview } from './Preview'
import { SendTest } from './SendTest'
import { useDefineTemplate, useDropTemplate, usePreview, useTemplate, type As } from './useTemplates'
import './templates.css'

const nameIsGood = (name: string) => /^[A-Za-z0-9_-]{1,64}$/.test(name)

function Basics({ draft, name, onName, onChange }: { draft: Draft; name: string; onName?: (name: string) => void; onChange: (next: Partial<Draft>) => void }) {
  const { t } = useWords()
  const languages = [...new Set(['zh', 'en', ...Object.keys(draft.languages)])]
  return (
    <div className="template-basics">
      {onName !== undefined && <Field label={t('templates.name')} hint={t(name !== '' && !nameIsGood(name) ? 'templates.nameBad' : 'templates.nameHint')}><TextInput value={name} onText={onName} maxLength={64} autoComplete="off" spellCheck={false} /></Field>}
      <Field label={t('templates.titleOf')}><TextInput value={draft.title} onText={(title) => onChange({ title })} maxLength={200} /></Field>
      <Choose label={t('templates.purpose')} value={draft.purpose} options={(['marketing', 'transactional'] as const).map((value) => ({ value, name: t(`messages.purposes.${value}`) }))} onChange={(value) => onChange({ purpose: value === 'transactional' ? 'transactional' : 'marketing' })} />
      <Choose label={t('templates.otherwise')} value={draft.language} options={languages.map((value) => ({ value, name: value }))} onChange={(language) => onChange({ language })} />
    </div>
  )
}

function Refused({ error }: { error: unknown }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const known = error instanceof CallError && error.detail !== undefined ? error.detail : undefined
  return <p className="template-bad" role="alert"><AlertIcon size={14} /> {known === undefined ? errorText(error) : t('templates.refused', { field: error instanceof CallError ? error.field ?? '' : '', why: known })}</p>
}

function Editor({ name: kept, start, former }: { name: string | undefined; start: Draft; former: unknown }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const [draft, setDraft] = useState(start)
  const [name, setName] = useState(kept ?? '')
  const [saved, setSaved] = useState(JSON.stringify(definitionOf(start)))
  const [as, setAs] = useState<As>({ customer: '', channel: '', language: Object.keys(start.languages)[0] ?? 'zh' })
  const [define, drop] = [useDefineTemplate(), useDropTemplate()]
  const { query, typing } = usePreview(draft, as)
  const error = define.error ?? query.error
  const known = error instanceof CallError ? faultOf(error.field, error.detail, as.language) : undefined
  const rendering = query.data?.fault === undefined ? undefined : faultOf(query.data.fault.field, query.data.fault.detail, query.data.language)
  const fault = known ?? (query.isError ? undefined : rendering)
  const isSaved = JSON.stringify(definitionOf(draft)) === saved
  const change = (next: Partial<Draft>) => {
    define.reset()
    setDraft({ ...draft, ...next })
  }
  const save = () =>
    define.mutate({ name, definition: definitionOf(draft) }, {
      onSuccess: () => {
        setSaved(JSON.stringify(definitionOf(draft)))
        if (kept === undefined) void navigate(`/templates/${name}`, { replace: true })
      },
    })
  const remove = (gone: string) => drop.mutate(gone, { onSuccess: () => void navigate('/templates', { state: { gone: { name: gone, definition: JSON.parse(saved) as Definition } } }) }) // what was kept
  return (
    <div className="template">
      <Card id="template-words" title={t('templates.words')}>
        <div className="template-part">
          <Basics draft={draft} name={name} onChange={change} {...(kept === undefined ? { onName: setName } : {})} />
          <Parts languages={draft.languages} language={as.language} fault={fault} onLanguage={(language) => setAs({ ...as, language })} onWords={(words: Words) => change({ languages: { ...draft.languages, [as.language]: words } })} />
          <Field label={t('templates.sample')} hint={t(sampleOf(draft.sample) === undefined ? 'templates.sampleBad' : 'templates.sampleHint')}>
            <textarea className="template-code" rows={4} spellCheck={false} value={draft.sample} onChange={(event) => change({ sample: event.target.value })} />
          </Field>
          {define.error !== null && known === undefined && <Refused error={define.error} />}
          <div className="template-acts">
            <Button kind="primary" loading={define.isPending} disabled={!nameIsGood(name) || sampleOf(draft.sample) === undefined} onClick={save}>{t('templates.save')}</Button>
            {former !== undefined && <Button onClick={() => change(draftOf(former))}>{t('templates.former')}</Button>}
            {kept !== undefined && <Button kind="text" className="template-drop" loading={drop.isPending} onClick={() => remove(kept)}>{t('templates.delete')}</Button>}
            {isSaved && define.isSuccess && <span className="less" role="status">{t('templates.saved')}</span>}
          </div>
          {drop.error !== null && <Refused error={drop.error} />}
        </div>
      </Card>
      <div className="template-side">
        <Preview query={query} typing={typing} as={as} known={known !== undefined || rendering !== undefined} onAs={setAs} />
        {kept !== undefined && <SendTest name={kept} draft={draft} as={as} isSaved={isSaved} />}
      </div>
    </div>
  )
}

/** Who may not change it reads it as it is. */
function Read({ definition }: { definition: unknown }) {
  return <Card id="template-words" title=""><pre className="template-code">{JSON.stringify(definition, null, 2)}</pre></Card>
}

export default function TemplatePage() {
  const { t } = useWords()
  const { name } = useParams()
  const may = mayDefine(useSession().data?.role)
  const template = useTemplate(name)
  const form = (definition: Definition | undefined, former: unknown) =>
    may ? <Editor key={name ?? ''} name={name} start={definition === undefined ? fresh : draftOf(definition)} former={former} /> : <Read definition={definition} />
  return (
    <Page title={name ?? t('templates.new')} before={<Link className="back" to="/templates"><BackIcon size={15} /> {t('templates.title')}</Link>} help="templates">
      {name === undefined ? form(undefined, undefined) : <View query={template} lines={10}>{(detail) => form(detail.definition, detail.former)}</View>}
    </Page>
  )
}
