// The text that points a sender at this engine: chosen, filled in, copied.
import { CopyButton } from '../raw/CopyButton'
import { Choices } from '../shared/Choices'
import { TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import { Card } from '../shared/View'
import { useWords } from '../shared/words'
import { senders, snippetOf, type Sender } from './snippets'
import { keyNamed, type Key } from './sources'

export function Connect(props: { sender: Sender; onSender: (sender: Sender) => void; written: string; onWritten: (text: string) => void; keys: readonly Key[] }) {
  const { t } = useWords()
  const { sender, written } = props
  const text = snippetOf(sender, window.location.origin, written)
  const found = keyNamed(written, props.keys)
  const hint = written.trim() === '' ? t('sources.connect.keyHint') : found !== undefined ? t('sources.connect.keyFound', { hint: found.hint, source: found.source ?? '–' }) : t('sources.connect.keyUnknown')
  return (
    <Card id="connect" title={t('sources.connect.title')} note={t('sources.connect.note')}>
      <div className="connect">
        <Choices className="connect-senders" label={t('sources.connect.sender')} value={sender} onChange={props.onSender} options={senders.map((one) => ({ value: one, name: t(`sources.senders.${one}`) }))} />
        <Field label={t('sources.connect.key')} hint={<span role="status">{hint}</span>}>
          <TextInput value={written} onText={props.onWritten} placeholder={t('sources.connect.keyPlace')} autoComplete="off" spellCheck={false} clearable />
        </Field>
        <div className="json">
          <div className="json-head">
            <span>{t(`sources.where.${sender}`)}</span>
            <CopyButton text={text} what={t(`sources.senders.${sender}`)} named />
          </div>
          <pre className="json-text" tabIndex={0} aria-label={t(`sources.senders.${sender}`)}>{text}</pre>
        </div>
        <p className="connect-more less">{t(`sources.more.${sender}`)}</p>
      </div>
    </Card>
  )
}
