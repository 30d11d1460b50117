// How messages leave: each channel with what it sent, its table, its secret, the address of its receipts.
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import type { Schema } from '../shared/client'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { ChannelDetail } from './ChannelDetail'
import { countsOf, type Definition } from './definition'
import { NewChannel } from './NewChannel'
import { useChannels, useDefineChannel } from './useChannels'
import './channels.css'

type Channel = Schema<'Channel'>

function Sent({ one }: { one: Channel }) {
  const { t, language } = useWords()
  const counts = countsOf(one.messages)
  return (
    <dl className="channel-counts">
      {(['went', 'waiting', 'left', 'wrong'] as const).map((what) => (
        <div key={what} className={what === 'wrong' && counts.wrong > 0 ? 'channel-bad' : undefined}><dt>{t(`channels.counts.${what}`)}</dt><dd>{format.count(counts[what], language)}</dd></div>
      ))}
    </dl>
  )
}

function Row({ one, open, onOpen, onGone }: { one: Channel; open: boolean; onOpen: () => void; onGone: (definition: Definition) => void }) {
  const { t, language } = useWords()
  const title = one.title?.[language]
  return (
    <li className="channel-row">
      <div className="channel-what">
        <button type="button" className="channel-name" aria-expanded={open} onClick={onOpen}>{title !== undefined && title !== '' ? title : one.name}</button>
        <code>{one.name}</code>
        {one.fault !== undefined && <p className="channel-bad"><AlertIcon size={14} /> {t('channels.fault', { fault: one.fault })}</p>}
        {one.kind !== undefined && <p className="less">{t(`channels.kinds.${one.kind}`)} · {t(`consents.channels.${one.via}`, { defaultValue: one.via })} · {t(one.idempotent === true ? 'channels.once' : 'channels.doubt')}</p>}
        {one.kind !== undefined && one.kind !== 'inbox' && <p className="less">{t(one.hasSecret === true ? 'channels.secret.kept' : 'channels.secret.none')}</p>}
        <p><Link className="channel-link" to={`/messages?channel=${one.name}`}>{t('channels.messages')}</Link></p>
      </div>
      <Sent one={one} />
      {open && <ChannelDetail name={one.name} onGone={onGone} />}
    </li>
  )
}

/** What was just deleted, to be put back: its table; a secret stays with the engine until it is taken away. */
function Gone({ gone, onBack }: { gone: { name: string; definition: Definition }; onBack: () => void }) {
  const { t } = useWords()
  const define = useDefineChannel()
  return (
    <p className="channel-gone" role="status">
      {t('channels.gone', { name: gone.name })} <Button loading={define.isPending} onClick={() => define.mutate(gone, { onSuccess: onBack })}>{t('channels.back')}</Button>
    </p>
  )
}

export default function ChannelsPage() {
  const { t } = useWords()
  const may = mayDefine(useSession().data?.role)
  const list = useChannels()
  const [gone, setGone] = useState<{ name: string; definition: Definition }>()
  const [address, change] = useAddress()
  const opened = address.get('channel')
  const open = (name: string) =>
    change((now) => {
      const next = new URLSearchParams(now)
      if (opened === name) next.delete('channel')
      else next.set('channel', name)
      return next
    })
  return (
    <Page title={t('channels.title')} help="channels">
      <Card id="channels" title={t('channels.list')} note={t('channels.listNote')}>
        {gone !== undefined && <Gone gone={gone} onBack={() => setGone(undefined)} />}
        <View query={list} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('channels.empty.title')}>{t('channels.empty.text')}</Empty>}>
          {(found) => (
            <ul className="channel-list" aria-label={t('channels.title')}>
              {found.items.map((one) => <Row key={one.name} one={one} open={opened === one.name} onOpen={() => open(one.name)} onGone={(definition) => setGone({ name: one.name, definition })} />)}
            </ul>
          )}
        </View>
      </Card>
      {may && <NewChannel />}
    </Page>
  )
}
