// One message in a list: what became of it and why, of whom, and the way to its steps.
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { reasonOf, toneOf, type Message } from './steps'
import type { ReactNode } from 'react'

export function MessageLine({ message, who, onOpen }: { message: Message; who?: ReactNode; onOpen: () => void }) {
  const { t, language } = useWords()
  const reason = reasonOf(message, Date.now())
  return (
    <li className="message-line">
      <span className="message-state"><span className={`chip message-${toneOf(message.state)}`}>{t(`messages.states.${message.state}`)}</span></span>
      <span className="message-why">{reason !== undefined && t(`messages.reasons.${reason}`, { defaultValue: reason })}</span>
      <span className="message-what">
        <code>{message.template}</code> <span className="less">{t('messages.to')}</span> <code>{message.channel}</code>
        {message.campaign !== undefined && message.campaign !== '' && <span className="less"> · {message.campaign}</span>}
        {who !== undefined && <> · {who}</>}
      </span>
      <time className="less message-at" dateTime={message.plannedAt ?? undefined}>{message.plannedAt !== null && format.date(message.plannedAt, language, 'dayClock')}</time>
      <Button kind="text" className="message-open" aria-label={t('messages.openLong', { key: message.key })} onClick={onOpen}>{t('messages.open')}</Button>
    </li>
  )
}
