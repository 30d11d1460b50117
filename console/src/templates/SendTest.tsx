// A test to oneself: the template as it is kept, to one customer, through a channel.
import { Link } from 'react-router-dom'
import { useState } from 'react'
import { useChannels } from '../channels/useChannels'
import { CallError } from '../shared/client'
import { Button, TextInput } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import { AlertIcon } from '../shared/icons'
import { Card, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { sampleOf, type Draft } from './draft'
import { useSendTest, whomOf, type As } from './useTemplates'

export function SendTest({ name, draft, as, isSaved }: { name: string; draft: Draft; as: As; isSaved: boolean }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const channels = useChannels().data?.items ?? []
  const [channel, setChannel] = useState('')
  const [customer, setCustomer] = useState('')
  const [to, setTo] = useState('')
  const send = useSendTest()
  const whom = customer === '' ? as.customer : customer
  const through = channel === '' ? as.channel : channel
  const transactional = draft.purpose === 'transactional'
  const message = send.data
  return (
    <Card id="template-test" title={t('templates.test.title')} note={t('templates.test.note')}>
      <form
        className="template-part"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate({ ...whomOf(whom), channel: through, template: name, language: as.language, data: (sampleOf(draft.sample) ?? {}) as Record<string, never>, ...(transactional && to !== '' ? { to } : {}) }) // the interface has any object there
        }}
      >
        <Field label={t('templates.test.customer')} hint={t('templates.test.customerHint')}><TextInput value={whom} onText={setCustomer} autoComplete="off" spellCheck={false} /></Field>
        <Choose label={t('templates.test.channel')} value={through} options={[{ value: '', name: t('templates.test.choose') }, ...channels.map((one) => ({ value: one.name, name: one.name }))]} onChange={setChannel} />
        {transactional && <Field label={t('templates.test.to')} hint={t('templates.test.toHint')}><TextInput value={to} onText={setTo} maxLength={254} autoComplete="off" spellCheck={false} /></Field>}
        <p className="less">{t(!isSaved ? 'templates.test.unsaved' : transactional ? 'templates.test.asked' : 'templates.test.marketing')}</p>
        <div className="template-acts">
          <Button type="submit" loading={send.isPending} disabled={!isSaved || whom === '' || through === ''}>{t('templates.test.send')}</Button>
          {message !== undefined && <span role="status">{t('templates.test.sent')} <Link className="template-link" to={`/messages?message=${message.messageId}`}>{t('templates.test.why')}</Link></span>}
        </div>
        {send.error !== null && <p className="template-bad" role="alert"><AlertIcon size={14} /> {send.error instanceof CallError && send.error.detail !== undefined ? t('templates.refused', { field: send.error.field ?? '', why: send.error.detail }) : errorText(send.error)}</p>}
      </form>
    </Card>
  )
}
