// One channel: its table, the one before it, its secret (written, never read), where its receipts go, and away with it.
import { useState } from 'react'
import { Copyable } from '../raw/CopyButton'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import type { Schema } from '../shared/client'
import { Button, TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { ChannelEditor } from './ChannelEditor'
import { textOf, type Definition } from './definition'
import { useChannel, useDropChannel, useSecret } from './useChannels'

type Detail = Schema<'ChannelDetail'>

function Secret({ detail }: { detail: Detail }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const [secret, setSecret] = useState('')
  const put = useSecret(detail.name)
  return (
    <section>
      <h3>{t('channels.secret.title')}</h3>
      <p className="less">{t(detail.hasSecret === true ? 'channels.secret.is' : 'channels.secret.isNot')}</p>
      <form
        className="channel-secret"
        onSubmit={(event) => {
          event.preventDefault()
          put.mutate(secret, { onSuccess: () => setSecret('') })
        }}
      >
        <Field label={t('channels.secret.label')} hint={t('channels.secret.hint')}><TextInput type="password" value={secret} onText={setSecret} maxLength={4096} autoComplete="new-password" /></Field>
        <Button type="submit" loading={put.isPending} disabled={secret === ''}>{t('channels.secret.put')}</Button>
        {detail.hasSecret === true && <Button kind="text" onClick={() => put.mutate(null)}>{t('channels.secret.drop')}</Button>}
      </form>
      {put.error !== null && <p className="channel-bad" role="alert">{errorText(put.error)}</p>}
    </section>
  )
}

/** Where the gateway tells what became of a message, or what a customer answered. */
function Address({ of, path }: { of: 'receipts' | 'replies'; path: string | undefined }) {
  const { t } = useWords()
  return (
    <section>
      <h3>{t(`channels.${of}.title`)}</h3>
      {path === undefined ? <p className="less">{t(`channels.${of}.none`)}</p> : (
        <>
          <p className="channel-path"><Copyable text={`${window.location.origin}${path}`} what={t(`channels.${of}.what`)} /></p>
          <p className="less">{t(`channels.${of}.hint`)}</p>
        </>
      )}
    </section>
  )
}

function Opened({ detail, onGone }: { detail: Detail; onGone: (definition: Definition) => void }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const may = mayDefine(useSession().data?.role)
  const drop = useDropChannel()
  const [text, setText] = useState(textOf(detail.definition))
  if (!may) return <pre className="channel-code">{textOf(detail.definition)}</pre>
  return (
    <>
      {detail.definedAt !== null && <p className="less">{t('channels.since', { at: format.date(detail.definedAt, language, 'moment') })}</p>}
      <ChannelEditor name={detail.name} text={text} onText={setText} />
      <div className="channel-acts">
        {detail.former !== undefined && <Button onClick={() => setText(textOf(detail.former))}>{t('channels.former')}</Button>}
        <Button kind="text" className="channel-drop" loading={drop.isPending} onClick={() => drop.mutate(detail.name, { onSuccess: () => onGone(detail.definition) })}>{t('channels.delete')}</Button>
        <span className="less">{t('channels.deleteHint')}</span>
      </div>
      {drop.error !== null && <p className="channel-bad" role="alert">{errorText(drop.error)}</p>}
      {detail.kind !== 'inbox' && <Secret detail={detail} />}
      {detail.kind !== 'inbox' && <Address of="receipts" path={detail.receiptsPath} />}
      {detail.kind === 'webhook' && <Address of="replies" path={detail.repliesPath} />}
    </>
  )
}

export function ChannelDetail({ name, onGone }: { name: string; onGone: (definition: Definition) => void }) {
  return (
    <div className="channel-detail">
      <View query={useChannel(name)}>{(detail) => <Opened key={detail.definedAt} detail={detail} onGone={onGone} />}</View>
    </div>
  )
}
