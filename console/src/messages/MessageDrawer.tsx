// Why did this customer get, or not get, this message: one sentence, then every question in the engine's order.
import { Link } from 'react-router-dom'
import { Copyable } from '../raw/CopyButton'
import { Drawer } from '../raw/Drawer'
import { maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import * as format from '../shared/format'
import { CheckIcon, CrossIcon } from '../shared/icons'
import { View } from '../shared/View'
import { useWords } from '../shared/words'
import { stepsOf, stopOf, toneOf, type Message, type Step } from './steps'
import { useMessage } from './useMessages'
import './messages.css'

function Mark({ end }: { end: Step['end'] }) {
  if (end === 'passed') return <CheckIcon size={14} />
  if (end === 'ended') return <CrossIcon size={14} />
  return <i className="message-dot" />
}

function Line({ step, unheard, detail }: { step: Step; unheard: boolean; detail: string | undefined }) {
  const { t, language } = useWords()
  const stops = step.end === 'held' || step.end === 'ended'
  return (
    <li className={`message-step message-step-${step.end}`}>
      <span className="message-mark" aria-hidden="true"><Mark end={step.end} /></span>
      <div>
        <b>{t(`messages.step.${step.key}`)}</b> <span className="less">· {t(unheard ? 'messages.one.ends.unheard' : `messages.one.ends.${step.end}`)}</span>
        {stops && step.reason !== undefined && <p>{t(`messages.because.${step.reason}`, { defaultValue: step.reason })}</p>}
        {step.at != null && <p className="less"><time dateTime={step.at}>{t(step.end === 'held' ? 'messages.one.until' : 'messages.one.at', { at: format.date(step.at, language, 'moment') })}</time></p>}
        {stops && detail !== undefined && <p className="message-detail">{t('messages.one.detail', { detail })}</p>}
      </div>
    </li>
  )
}

function Facts({ message }: { message: Message }) {
  const { t, language } = useWords()
  const sees = maySeeCustomers(useSession().data?.role)
  const id = message.customer?.id
  const moment = (at: string | null | undefined) => (at == null ? undefined : <time dateTime={at}>{format.date(at, language, 'moment')}</time>)
  const rows = {
    customer: id === undefined ? undefined : <>{sees ? <Link to={`/customers/${id}`}>#{id}</Link> : `#${id}`} {message.customer?.userId}</>,
    channel: message.channel, template: message.template, purpose: t(`messages.purposes.${message.purpose}`), campaign: message.campaign, step: message.step, key: <Copyable text={message.key} what={t('messages.one.fact.key')} />,
    plannedAt: moment(message.plannedAt), dueAt: moment(message.dueAt), expiresAt: moment(message.expiresAt), changedAt: moment(message.changedAt),
    tries: message.tries, provider: message.providerId === undefined ? undefined : <code>{message.providerId}</code>, id: <Copyable text={message.messageId} what={t('messages.one.fact.id')} />,
  }
  return (
    <section>
      <h3>{t('messages.one.facts')}</h3>
      <dl className="event-facts">
        {Object.entries(rows).map(([key, value]) => value !== undefined && value !== '' && <div key={key}><dt>{t(`messages.one.fact.${key}`)}</dt><dd>{value}</dd></div>)}
      </dl>
      {id !== undefined && <p className="message-more"><Link to={`/messages?customer=${id}`}>{t('messages.one.of')}</Link></p>}
    </section>
  )
}

export function MessageDrawer({ messageId, onClose }: { messageId: string; onClose: () => void }) {
  const { t } = useWords()
  const message = useMessage(messageId)
  return (
    <Drawer title={t('messages.one.title')} onClose={onClose}>
      <View query={message} lines={10}>
        {(found) => {
          const clock = Date.now()
          const stop = stopOf(found, clock)
          const steps = stepsOf(found, clock)
          return (
            <div className="message-one">
              <div className={`message-verdict message-${toneOf(found.state)}`}>
                <b>{t(`messages.one.verdict.${found.state}`)}</b>
                {stop !== undefined && <p>{t(`messages.because.${stop.reason}`, { defaultValue: stop.reason })}</p>}
              </div>
              <section>
                <h3>{t('messages.one.steps')}</h3>
                <ol className="message-steps">{steps.map((step) => <Line key={step.key} step={step} unheard={found.state === 'sent' && step.key === 'arrival'} detail={found.detail} />)}</ol>
              </section>
              <Facts message={found} />
            </div>
          )
        }}
      </View>
    </Drawer>
  )
}
