// One card as a form: what it does, by its kind; where each way leads; a card after it, another name, away with it.
import { useState } from 'react'
import { useChannels } from '../channels/useChannels'
import { nameIsGood } from '../channels/definition'
import { useTags } from '../builder/useNames'
import { useOfferList } from '../offers/useOffers'
import { useTemplates } from '../templates/useTemplates'
import { Choices } from '../shared/Choices'
import { Button, TextInput } from '../shared/Controls'
import { CrossIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import { marks, useSay } from './Canvas'
import { addOn, kinds, leadTo, put, remove, rename, setNode, waysOf, type Definition, type Kind, type Node, type Sent, type Way } from './journey'
import { Code, EventIn, Named, Suggested, TimeIn, WayIn, Whole, type Fault } from './Parts'
import { days, nodeText, wayText } from './say'

interface Props {
  name: string
  node: Node
  definition: Definition
  fault: Fault | undefined
  onChange: (to: Definition, typing?: string) => void
  onSelect: (name: string) => void
}
interface Of {
  node: Node
  fault: Fault | undefined
  /** `typing`: the field that is typed in, so that it is one step to undo. */
  set: (node: Node, typing?: string) => void
}

const whole = (text: string, now: number | undefined): number | undefined => (text.trim() === '' ? undefined : Number.isInteger(Number(text)) ? Number(text) : now)

type Waiting = 'for' | 'time' | 'event' | 'best'
const waitings: readonly Waiting[] = ['for', 'time', 'event', 'best']
const waitingOf = (node: Node): Waiting => (node.event !== undefined ? 'event' : node.time !== undefined ? 'time' : node.bestHour === true ? 'best' : 'for')
function waits(node: Node, how: Waiting): Node {
  const { kind, next, late, forMs = 3_600_000 } = node
  const rest: Node = { kind, ...(next === undefined ? {} : { next }) }
  if (how === 'for') return { ...rest, forMs }
  if (how === 'time') return { ...rest, time: '10:00' }
  if (how === 'best') return { ...rest, bestHour: true, forMs: 86_400_000 }
  return { ...rest, event: 'Order Completed', forMs, ...(late ?? next) === undefined ? {} : { late: late ?? next ?? '' } }
}

function Weekdays({ node, set }: Of) {
  const words = useSay()
  const chosen = node.weekdays ?? []
  return (
    <fieldset className="journey-days">
      <legend className="field-name">{words.t('journeys.form.weekdays')}</legend>
      {[1, 2, 3, 4, 5, 6, 7].map((day) => (
        <label key={day}><input type="checkbox" checked={chosen.includes(day)} onChange={({ target }) => {
          const next = [1, 2, 3, 4, 5, 6, 7].filter((one) => (one === day ? target.checked : chosen.includes(one)))
          set(put(node, 'weekdays', next.length === 0 ? undefined : next))
        }} /> {days([day], words)}</label>
      ))}
    </fieldset>
  )
}

function Wait({ node, fault, set }: Of) {
  const { t } = useSay()
  const how = waitingOf(node)
  const text = (member: 'where' | 'restart') => (value: string) => set(put(node, member, value === '' ? undefined : value), member)
  return (
    <>
      <Choices label={t('journeys.form.waiting')} value={how} options={waitings.map((value) => ({ value, name: t(`journeys.waits.${value}`) }))} onChange={(next) => set(waits(node, next))} />
      {how === 'time' && <Named label={t('journeys.form.time')} member="time" fault={fault}><TextInput type="time" value={node.time ?? ''} onText={(time) => set({ ...node, time }, 'time')} /></Named>}
      {how === 'time' && <Weekdays node={node} fault={fault} set={set} />}
      {how === 'event' && <EventIn label={t('journeys.form.event')} value={node.event ?? ''} member="event" fault={fault} onText={(event) => set({ ...node, event }, 'event')} />}
      {how === 'event' && <Named label={t('journeys.form.where')} member="where" fault={fault} hint={t('journeys.form.whereHint')}><TextInput value={node.where ?? ''} onText={text('where')} spellCheck={false} autoComplete="off" /></Named>}
      {how !== 'time' && <TimeIn label={t(how === 'for' ? 'journeys.form.for' : 'journeys.form.atMost')} ms={node.forMs} member="forMs" fault={fault} onMs={(forMs) => set(put(node, 'forMs', forMs), 'forMs')} />}
      {how === 'event' && <EventIn label={t('journeys.form.restart')} value={node.restart ?? ''} member="restart" fault={fault} onText={text('restart')} />}
    </>
  )
}

function Row({ what, onRemove, children }: { what: string; onRemove: (() => void) | undefined; children: React.ReactNode }) {
  return <div className="journey-item"><div className="journey-item-fields">{children}</div>{onRemove !== undefined && <button type="button" className="icon-button" aria-label={what} onClick={onRemove}><CrossIcon size={14} /></button>}</div>
}

const CASES_MAX = 9
function Branch({ node, fault, set }: Of) {
  const { t } = useSay()
  const cases = node.cases ?? []
  return (
    <>
      {cases.map((one, i) => (
        <Row key={i} what={t('journeys.form.removeCase', { n: i + 1 })} onRemove={cases.length < 2 ? undefined : () => set({ ...node, cases: cases.filter((_, at) => at !== i) })}>
          <Code label={t('journeys.form.if', { n: i + 1 })} rows={2} value={one.if} member={`cases.${i}`} fault={fault} onText={(text) => set({ ...node, cases: cases.map((each, at) => (at === i ? { ...each, if: text } : each)) }, `if ${i}`)} />
        </Row>
      ))}
      {cases.length < CASES_MAX && <Button onClick={() => set({ ...node, cases: [...cases, { if: '', ...(node.next === undefined ? {} : { next: node.next }) }] })}>{t('journeys.form.addCase')}</Button>}
      <p className="field-hint">{t('journeys.form.ifHint')}</p>
    </>
  )
}

function Split({ node, fault, set }: Of) {
  const { t } = useSay()
  const arms = node.arms ?? []
  const sum = arms.reduce((all, { share }) => all + (Number.isFinite(share) ? share : 0), 0)
  const change = (i: number, to: Partial<(typeof arms)[number]>, typing: string) => set({ ...node, arms: arms.map((one, at) => (at === i ? { ...one, ...to } : one)) }, `${typing} ${i}`)
  return (
    <>
      {arms.map((one, i) => (
        <Row key={i} what={t('journeys.form.removeArm', { name: one.name })} onRemove={arms.length < 3 ? undefined : () => set({ ...node, arms: arms.filter((_, at) => at !== i) })}>
          <div className="journey-pair">
            <Named label={t('journeys.form.arm', { n: i + 1 })} member={`arms.${i}`} fault={fault}><TextInput value={one.name} maxLength={64} onText={(name) => change(i, { name }, 'arm')} /></Named>
            <Named label={t('journeys.form.share')}><TextInput value={String(Number((one.share * 100).toPrecision(8)))} inputMode="decimal" maxLength={8} onText={(text) => Number.isFinite(Number(text)) && change(i, { share: Number((Number(text) / 100).toPrecision(8)) }, 'share')} /></Named>
          </div>
        </Row>
      ))}
      {Math.abs(sum - 1) > 1e-9 && <p className="warn">{t('journeys.form.shares', { sum: String(Number((sum * 100).toPrecision(8))) })}</p>}
      {arms.length < CASES_MAX && <Button onClick={() => set({ ...node, arms: [...arms, { name: String.fromCharCode(97 + arms.length), share: 0 }] })}>{t('journeys.form.addArm')}</Button>}
      <label className="journey-check"><input type="checkbox" checked={node.winner !== undefined} onChange={({ target }) => set(put(node, 'winner', target.checked ? { metric: 'conversion', customers: 1000 } : undefined))} /> {t('journeys.form.winner')}</label>
      {node.winner !== undefined && (
        <div className="journey-pair">
          <Named label={t('journeys.form.metric')} member="winner.metric" fault={fault}><TextInput value={node.winner.metric} onText={(metric) => set({ ...node, winner: { customers: 1000, ...node.winner, metric } }, 'metric')} /></Named>
          <Named label={t('journeys.form.customers')} member="winner.customers" fault={fault}><TextInput value={String(node.winner.customers)} inputMode="numeric" onText={(text) => set({ ...node, winner: { metric: '', ...node.winner, customers: whole(text, node.winner?.customers) ?? 0 } }, 'customers')} /></Named>
        </div>
      )}
    </>
  )
}

function SentIn({ sent, member, fault, onSent }: { sent: Sent; member: string; fault: Fault | undefined; onSent: (sent: Sent, typing: string) => void }) {
  const { t, language } = useSay()
  const channels = useChannels().data?.items ?? []
  const templates = useTemplates().data?.items ?? []
  const own = fault !== undefined && (fault.member === 'channel' || fault.member === 'template') ? { ...fault, member: `${member}.${fault.member}` } : fault
  return (
    <div className="journey-pair">
      <Suggested label={t('journeys.form.channel')} value={sent.channel} options={channels.map((one) => ({ value: one.name, name: one.title?.[language] ?? '' }))} member={`${member}.channel`} fault={own} onText={(channel) => onSent({ ...sent, channel }, `${member} channel`)} />
      <Suggested label={t('journeys.form.template')} value={sent.template} options={templates.map((one) => ({ value: one.name, name: one.title ?? '' }))} member={`${member}.template`} fault={own} onText={(template) => onSent({ ...sent, template }, `${member} template`)} />
    </div>
  )
}

const CHANNELS_MAX = 4
function Send({ node, fault, set }: Of) {
  const { t } = useSay()
  const channels = node.channels ?? []
  return (
    <>
      {channels.map((one, i) => (
        <Row key={i} what={t('journeys.form.removeChannel', { channel: one.channel })} onRemove={channels.length < 2 ? undefined : () => set({ ...node, channels: channels.filter((_, at) => at !== i) })}>
          <SentIn sent={one} member={`channels.${i}`} fault={fault} onSent={(next, typing) => set({ ...node, channels: channels.map((each, at) => (at === i ? next : each)) }, typing)} />
        </Row>
      ))}
      {channels.length < CHANNELS_MAX && <Button onClick={() => set({ ...node, channels: [...channels, { channel: '', template: channels.at(-1)?.template ?? '' }] })}>{t('journeys.form.addChannel')}</Button>}
      <p className="field-hint">{t('journeys.form.channelsHint')}</p>
      <div className="journey-pair">
        <Named label={t('journeys.form.priority')} member="priority" fault={fault}><TextInput value={node.priority === undefined ? '' : String(node.priority)} placeholder="0" inputMode="numeric" maxLength={3} onText={(text) => set(put(node, 'priority', whole(text, node.priority)), 'priority')} /></Named>
        <Named label={t('journeys.form.bestHour')} member="bestHour" fault={fault}><TextInput value={typeof node.bestHour === 'number' ? String(node.bestHour) : ''} inputMode="numeric" maxLength={2} onText={(text) => set(put(node, 'bestHour', whole(text, typeof node.bestHour === 'number' ? node.bestHour : undefined)), 'bestHour')} /></Named>
      </div>
      <TimeIn label={t('journeys.form.expires')} ms={node.expiresMs} member="expiresMs" fault={fault} optional={t('journeys.form.expiresHint')} onMs={(ms) => set(put(node, 'expiresMs', ms), 'expiresMs')} />
    </>
  )
}

function Offer({ node, fault, set }: Of) {
  const { t, language } = useSay()
  const offers = useOfferList().data?.items ?? []
  return <Suggested label={t('journeys.form.offer')} value={node.offer ?? ''} options={offers.map((one) => ({ value: one.id, name: one.title?.[language] ?? '' }))} member="offer" fault={fault} onText={(offer) => set({ ...node, offer }, 'offer')} />
}

function Update({ node, fault, set }: Of) {
  const { t } = useSay()
  const tags = useTags()
  const { next } = node
  const how = node.webhook === undefined ? 'tag' : 'webhook'
  const base: Node = { kind: 'update', ...(next === undefined ? {} : { next }) }
  return (
    <>
      <Choices label={t('journeys.form.updates')} value={how} options={(['tag', 'webhook'] as const).map((value) => ({ value, name: t(`journeys.updates.${value}`) }))} onChange={(value) => set(value === 'tag' ? { ...base, tag: '' } : { ...base, webhook: { channel: '', template: '' } })} />
      {node.webhook !== undefined ? <SentIn sent={node.webhook} member="webhook" fault={fault} onSent={(webhook, typing) => set({ ...node, webhook }, typing)} /> : (
        <>
          <Suggested label={t('journeys.form.tag')} value={node.tag ?? ''} options={tags} member="tag" fault={fault} onText={(tag) => set({ ...node, tag }, 'tag')} />
          <label className="journey-check"><input type="checkbox" checked={node.remove === true} onChange={({ target }) => set(put(put(node, 'remove', target.checked ? true : undefined), 'forMs', target.checked ? undefined : node.forMs))} /> {t('journeys.form.remove')}</label>
          {node.remove !== true && <TimeIn label={t('journeys.form.tagFor')} ms={node.forMs} member="forMs" fault={fault} optional={t('journeys.form.tagForHint')} onMs={(ms) => set(put(node, 'forMs', ms), 'forMs')} />}
        </>
      )}
    </>
  )
}

function Exit({ node, set }: Of) {
  const { t } = useSay()
  return <label className="journey-check"><input type="checkbox" checked={node.goal === true} onChange={({ target }) => set(put(node, 'goal', target.checked ? true : undefined))} /> {t('journeys.form.goalExit')}</label>
}

const forms: Record<Kind, (of: Of) => React.ReactNode> = { wait: Wait, branch: Branch, split: Split, send: Send, offer: Offer, update: Update, exit: Exit }
const members: Record<Kind, readonly string[]> = {
  wait: ['time', 'event', 'where', 'forMs', 'restart'], branch: Array.from({ length: CASES_MAX }, (_, i) => `cases.${i}`), split: ['winner.metric', 'winner.customers', ...Array.from({ length: CASES_MAX }, (_, i) => `arms.${i}`)],
  send: ['priority', 'bestHour', 'expiresMs', 'channel', 'template', ...Array.from({ length: CHANNELS_MAX }, (_, i) => [`channels.${i}.channel`, `channels.${i}.template`]).flat()],
  offer: ['offer'], update: ['tag', 'forMs', 'channel', 'template', 'webhook.channel', 'webhook.template'], exit: [],
}

function Title({ name, definition, onChange, onSelect }: Omit<Props, 'node' | 'fault'>) {
  const { t } = useWords()
  const [typed, setTyped] = useState(name)
  const isFree = typed === name || (nameIsGood(typed) && definition.nodes[typed] === undefined)
  const call = () => {
    if (typed === name || !isFree) return
    onChange(rename(definition, name, typed))
    onSelect(typed)
  }
  return (
    <Named label={t('journeys.form.name')} hint={t(isFree ? 'journeys.form.nameHint' : 'journeys.form.nameBad')}>
      <TextInput value={typed} onText={setTyped} onBlur={call} onKeyDown={(event) => event.key === 'Enter' && call()} maxLength={64} autoComplete="off" spellCheck={false} aria-invalid={!isFree || undefined} />
    </Named>
  )
}

export function NodeForm({ name, node, definition, fault, onChange, onSelect }: Props) {
  const words = useSay()
  const { t } = words
  const set = (next: Node, typing?: string) => onChange(setNode(definition, name, next), typing === undefined ? undefined : `${name} ${typing}`)
  const Form = forms[node.kind]
  const Mark = marks[node.kind]
  const ways = waysOf(node)
  const add = (way: Pick<Way, 'slot' | 'at'>, kind: Kind) => {
    const { definition: next, name: made } = addOn(definition, name, way, kind)
    onChange(next)
    onSelect(made)
  }
  const isOnly = Object.keys(definition.nodes).length < 2
  return (
    <>
      <div>
        <h3 className="journey-form-title"><Mark size={16} /> {t(`journeys.kinds.${node.kind}`)}</h3>
        <p className="less">{nodeText(node, words)}</p>
      </div>
      <Title key={name} name={name} definition={definition} onChange={onChange} onSelect={onSelect} />
      <Form node={node} fault={fault} set={set} />
      <Whole fault={fault} known={members[node.kind]} />
      {ways.length > 0 && <h4>{t('journeys.form.ways')}</h4>}
      {ways.map((way) => (
        <WayIn key={`${way.slot} ${way.at ?? ''}`} label={wayText(node, way, words) ?? t('journeys.ways.next')} to={way.to} definition={definition} onTo={(to) => set(leadTo(node, way, to))} onNew={(kind) => add(way, kind)} />
      ))}
      {ways.length > 0 && (
        <div className="journey-add" role="group" aria-label={t('journeys.form.addAfter')}>
          <span className="field-name">{t('journeys.form.addAfter')}</span>
          {kinds.map((kind) => {
            const Kind = marks[kind]
            return <button key={kind} type="button" className="text-button" onClick={() => add(ways.find(({ slot }) => slot === 'next') ?? { slot: 'arm', at: 0 }, kind)}><Kind size={14} /> {t(`journeys.kinds.${kind}`)}</button>
          })}
        </div>
      )}
      <Button
        kind="text" className="journey-drop" disabled={isOnly}
        onClick={() => {
          const ahead = ways.find(({ to }) => to !== undefined && to !== name)?.to
          onChange(remove(definition, name))
          onSelect(ahead ?? '>')
        }}
      >{t('journeys.form.delete')}</Button>
    </>
  )
}
