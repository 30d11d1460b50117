// Campaigns: to whom and when, in which state, as a list or as a month; written, tried dry, handed to somebody else to approve.
import { useState } from 'react'
import { nameIsGood } from '../channels/definition'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Choices } from '../shared/Choices'
import { TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { dayOf, examples, monthOf, monthText, type Campaign, type Example } from './campaign'
import { CampaignDetail } from './CampaignDetail'
import { CampaignEditor } from './CampaignEditor'
import { MonthView } from './MonthView'
import { useCampaigns } from './useCampaigns'
import './campaigns.css'

const kinds = Object.keys(examples) as Example[] // its own keys
const textOf = (definition: object) => JSON.stringify(definition, null, 2)

function Row({ one, open, onOpen }: { one: Campaign; open: boolean; onOpen: () => void }) {
  const { t, language } = useWords()
  return (
    <li className="campaign-row">
      <div className="campaign-what">
        <button type="button" className="campaign-name" aria-expanded={open} onClick={onOpen}>{one.title?.[language] || one.name}</button> <code>{one.name}</code>
        {one.fault !== undefined && <p className="campaign-bad"><AlertIcon size={14} /> {t('campaigns.fault', { fault: one.fault })}</p>}
        {one.kind !== undefined && <p className="less">{t(`campaigns.kinds.${one.kind}`)} · {one.template} → {one.channel} · {t('campaigns.control', { share: format.percent(one.control ?? 0, language) })}{one.budget != null && ` · ${t('campaigns.budget', { n: format.count(one.budget, language) })}`}</p>}
      </div>
      <span className={`chip campaign-${one.state}`}>{t(`campaigns.states.${one.state}`)}</span>
      <span className="less campaign-at">{one.nextRunAt != null ? t('campaigns.nextRun', { at: format.date(one.nextRunAt, language, 'moment') }) : one.edited?.at != null && t('campaigns.edited', { at: format.date(one.edited.at, language, 'moment') })}</span>
      {open && <CampaignDetail name={one.name} />}
    </li>
  )
}

function NewCampaign() {
  const { t } = useWords()
  const [name, setName] = useState('')
  const [example, setExample] = useState<Example>('once')
  const [text, setText] = useState(textOf(examples.once))
  const bad = name !== '' && !nameIsGood(name)
  return (
    <Card id="campaign-new" className="campaign-fresh" title={t('campaigns.new')} note={t('campaigns.newNote')}>
      <div className="campaign-detail">
        <Field label={t('campaigns.name')} hint={t(bad ? 'campaigns.nameBad' : 'campaigns.nameHint')}><TextInput value={name} onText={setName} maxLength={64} autoComplete="off" spellCheck={false} /></Field>
        <Choices
          label={t('campaigns.begin')} value={example} options={kinds.map((value) => ({ value, name: t(`campaigns.kinds.${value}`) }))}
          onChange={(next) => {
            setExample(next)
            setText(textOf(examples[next]))
          }}
        />
        <CampaignEditor name={bad ? '' : name} text={text} onText={setText} />
      </div>
    </Card>
  )
}

export default function CampaignsPage() {
  const { t } = useWords()
  const may = mayDefine(useSession().data?.role)
  const [address, change] = useAddress()
  const opened = address.get('campaign')
  const view = address.get('view') === 'month' ? 'month' : 'list'
  const put = (next: Record<string, string | null>) =>
    change((now) => {
      const all = new URLSearchParams(now)
      for (const [name, value] of Object.entries(next)) if (value === null) all.delete(name)
        else all.set(name, value)
      return all
    })
  const month = monthOf(address.get('month'), dayOf(new Date().toISOString(), format.workspaceTimeZone()))
  return (
    <Page title={t('campaigns.title')} help="campaigns">
      <Card
        id="campaigns" title={t('campaigns.list')} note={t('campaigns.listNote')}
        extra={<Choices label={t('campaigns.view.label')} value={view} options={(['list', 'month'] as const).map((value) => ({ value, name: t(`campaigns.view.${value}`) }))} onChange={(value) => put({ view: value === 'month' ? 'month' : null, month: null })} />}
      >
        <View query={useCampaigns()} empty={(found) => found.items.length === 0 && view === 'list'} whenEmpty={<Empty title={t('campaigns.empty.title')}>{t('campaigns.empty.text')}</Empty>}>
          {(found) => view === 'month' ? <MonthView month={month} campaigns={found.items} onMonth={(next) => put({ month: monthText(next) })} onOpen={(campaign) => put({ view: null, month: null, campaign })} /> : (
            <ul className="campaign-list" aria-label={t('campaigns.title')}>{found.items.map((one) => <Row key={one.name} one={one} open={opened === one.name} onOpen={() => put({ campaign: opened === one.name ? null : one.name })} />)}</ul>
          )}
        </View>
      </Card>
      {may && <NewCampaign />}
    </Page>
  )
}
