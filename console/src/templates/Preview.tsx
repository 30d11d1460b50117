// What a customer would get, asked of the engine while one types. HTML stands in a frame that runs nothing and fetches nothing.
import type { UseQueryResult } from '@tanstack/react-query'
import { Example } from '../recommend/PreviewForm'
import { useChannels } from '../channels/useChannels'
import type { Schema } from '../shared/client'
import { TextInput } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import { AlertIcon } from '../shared/icons'
import { Card, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import type { As } from './useTemplates'

type Rendered = Schema<'TemplatePreview'>

function Letter({ letter }: { letter: Rendered }) {
  const { t } = useWords()
  return (
    <>
      {letter.to !== undefined && <p className="less">{t('templates.preview.to', { to: letter.to })}</p>}
      {letter.subject !== undefined && <p className="template-subject">{letter.subject}</p>}
      {letter.text !== undefined && <pre className="template-text" aria-label={t('templates.parts.text')}>{letter.text}</pre>}
      {letter.html !== undefined && (
        <>
          <iframe className="template-html" title={t('templates.preview.html')} sandbox="" srcDoc={letter.html} />
          <p className="less">{t('templates.preview.htmlHint')}</p>
        </>
      )}
      {letter.json !== undefined && <pre className="template-text" aria-label={t('templates.parts.json')}>{letter.json}</pre>}
    </>
  )
}

/** `known`: a field of the editor says what is wrong. */
export function Preview({ query, typing, as, known, onAs }: { query: UseQueryResult<Rendered, Error>; typing: boolean; as: As; known: boolean; onAs: (as: As) => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const channels = useChannels().data?.items ?? []
  const fault = query.data?.fault
  return (
    <Card id="template-preview" title={t('templates.preview.title')} note={typing || query.isFetching ? t('templates.preview.asking') : undefined}>
      <div className="template-part">
        <Field label={t('templates.preview.customer')} hint={as.customer === '' ? <Example onTake={(id) => onAs({ ...as, customer: `#${id}` })} /> : undefined}><TextInput value={as.customer} onText={(customer) => onAs({ ...as, customer })} clearable autoComplete="off" spellCheck={false} /></Field>
        <Choose label={t('templates.preview.channel')} value={as.channel} options={[{ value: '', name: t('templates.preview.noChannel') }, ...channels.map(({ name }) => ({ value: name, name }))]} onChange={(channel) => onAs({ ...as, channel })} />
        <div className="template-letter" aria-live="polite">
          {query.isError ? <p className="template-bad"><AlertIcon size={14} /> {known ? t('templates.preview.seeField') : errorText(query.error)}</p> : query.data !== undefined && (
            <>
              {fault?.code !== undefined && <p className="template-bad"><AlertIcon size={14} /> {t(`templates.preview.faults.${fault.code}`, { detail: fault.detail ?? '', defaultValue: fault.detail ?? '' })}</p>}
              <Letter letter={query.data} />
            </>
          )}
        </div>
      </div>
    </Card>
  )
}
