// A new channel: begun from one of the tables that docs/channels has.
import { useState } from 'react'
import { Choices } from '../shared/Choices'
import { TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import { Card } from '../shared/View'
import { useWords } from '../shared/words'
import { ChannelEditor } from './ChannelEditor'
import { examples, nameIsGood, textOf, type Example } from './definition'

const names = Object.keys(examples) as Example[] // its own keys

export function NewChannel() {
  const { t } = useWords()
  const [name, setName] = useState('')
  const [example, setExample] = useState<Example>('webhook')
  const [text, setText] = useState(textOf(examples.webhook))
  const bad = name !== '' && !nameIsGood(name)
  const begin = (next: Example) => {
    setExample(next)
    setText(textOf(examples[next]))
  }
  return (
    <Card id="channel-new" className="channel-fresh" title={t('channels.new')} note={t('channels.newNote')}>
      <div className="channel-detail">
        <Field label={t('channels.name')} hint={t(bad ? 'channels.nameBad' : 'channels.nameHint')}><TextInput value={name} onText={setName} maxLength={64} autoComplete="off" spellCheck={false} /></Field>
        <Choices label={t('channels.examples.label')} value={example} options={names.map((value) => ({ value, name: t(`channels.examples.${value}`) }))} onChange={begin} />
        <ChannelEditor name={bad ? '' : name} text={text} onText={setText} />
      </div>
    </Card>
  )
}
