// The log of messages: filtered in the address, read page by page, and one opened to see why.
import { useState, type FormEvent } from 'react'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button, TextInput } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { MessageDrawer } from './MessageDrawer'
import { MessageLine } from './MessageLine'
import { reasons, states } from './steps'
import { useChannelNames, useMessages, useTemplateNames, type Asked } from './useMessages'
import './messages.css'

type Filters = Omit<Asked, 'customerId'> & { customer: string }
const empty: Filters = { state: '', why: '', channel: '', template: '', campaign: '', customer: '' }
const names = Object.keys(empty) as (keyof Filters)[] // its own keys

/** What is offered, and what is asked for although it is not offered: a template that was deleted. */
function withAll(any: string, offered: readonly string[], asked: string, name = (value: string) => value) {
  const all = asked === '' || offered.includes(asked) ? offered : [...offered, asked]
  return [{ value: '', name: any }, ...all.map((value) => ({ value, name: name(value) }))]
}

function Filter({ asked, onAsk }: { asked: Filters; onAsk: (next: Partial<Filters>) => void }) {
  const { t } = useWords()
  const [campaign, setCampaign] = useState(asked.campaign)
  const [customer, setCustomer] = useState(asked.customer)
  const channels = useChannelNames().data?.items.map((one) => one.name) ?? []
  const templates = useTemplateNames().data?.items.map((one) => one.name) ?? []
  const any = t('messages.filters.any')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onAsk({ campaign: campaign.trim(), customer: customer.trim().replace(/^#/, '') })
  }
  return (
    <form className="message-filter" role="search" aria-label={t('messages.filters.label')} onSubmit={submit}>
      <Choose label={t('messages.filters.state')} value={asked.state} options={withAll(any, states, asked.state, (one) => t(`messages.states.${one}`))} onChange={(state) => onAsk({ state })} />
      <Choose label={t('messages.filters.why')} value={asked.why} options={withAll(any, reasons, asked.why, (one) => t(`messages.reasons.${one}`))} onChange={(why) => onAsk({ why })} />
      <Choose label={t('messages.filters.channel')} value={asked.channel} options={withAll(any, channels, asked.channel)} onChange={(channel) => onAsk({ channel })} />
      <Choose label={t('messages.filters.template')} value={asked.template} options={withAll(any, templates, asked.template)} onChange={(template) => onAsk({ template })} />
      <Field label={t('messages.filters.campaign')}><TextInput value={campaign} onText={setCampaign} maxLength={64} autoComplete="off" spellCheck={false} /></Field>
      <Field label={t('messages.filters.customer')}><TextInput value={customer} onText={setCustomer} maxLength={24} inputMode="numeric" autoComplete="off" /></Field>
      <div className="message-filter-do">
        <Button type="submit">{t('messages.filters.submit')}</Button>
        {names.some((one) => asked[one] !== '') && <Button kind="text" onClick={() => onAsk(empty)}>{t('messages.filters.clear')}</Button>}
      </div>
    </form>
  )
}

function Lines({ asked, onOpen }: { asked: Filters; onOpen: (messageId: string) => void }) {
  const { t } = useWords()
  const sees = maySeeCustomers(useSession().data?.role)
  const { customer, ...rest } = asked
  const query = useMessages({ ...rest, customerId: customer })
  const shown = query.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = names.some((one) => asked[one] !== '')
  const who = (id: string | undefined) => (id === undefined ? undefined : sees ? <Link to={`/customers/${id}`}>{t('messages.customer', { id })}</Link> : t('messages.customer', { id }))
  return (
    <View
      // View reads data, isError, error and refetch only; both kinds of result have them.
      query={query as unknown as UseQueryResult<NonNullable<typeof query.data>, Error>}
      lines={8}
      empty={() => shown.length === 0}
      whenEmpty={filtered ? <Empty title={t('messages.none.title')}>{t('messages.none.text')}</Empty> : <Empty title={t('messages.empty.title')}>{t('messages.empty.text')}</Empty>}
    >
      {() => (
        <>
          <ul className="message-lines" aria-label={t('messages.list')}>
            {shown.map((one) => <MessageLine key={one.messageId} message={one} who={who(one.customerId)} onOpen={() => onOpen(one.messageId)} />)}
          </ul>
          {query.hasNextPage && <div className="message-next"><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('shared.more')}</Button></div>}
        </>
      )}
    </View>
  )
}

export default function MessagesPage() {
  const { t, language } = useWords()
  const [address, change] = useAddress()
  const asked = Object.fromEntries(names.map((one) => [one, address.get(one) ?? ''])) as Filters // each name has its text
  const opened = address.get('message')
  const { customer, ...rest } = asked
  const total = useMessages({ ...rest, customerId: customer }).data?.pages[0]?.total
  const put = (next: Partial<Filters> & { message?: string }) =>
    change((now) => {
      const all = new URLSearchParams(now)
      for (const [name, value] of Object.entries(next)) if (value === '' || value === undefined) all.delete(name)
        else all.set(name, value)
      return all
    })
  return (
    <Page title={t('messages.title')} note={customer === '' ? undefined : t('messages.ofCustomer', { id: customer })} help="messages">
      <Card id="messages" title={t('messages.list')} note={total === undefined ? undefined : t('messages.listNote', { n: format.count(total, language) })}>
        <Filter key={JSON.stringify([asked.campaign, asked.customer])} asked={asked} onAsk={put} />
        <Lines asked={asked} onOpen={(message) => put({ message })} />
      </Card>
      {opened !== null && <MessageDrawer messageId={opened} onClose={() => put({ message: '' })} />}
    </Page>
  )
}
