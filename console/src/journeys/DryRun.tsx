// What a journey would have done over the events of the last days: who would have entered, what would have been sent on which day, put off or refused. The counts stand on the graph. Nothing is sent.
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import type { Preview } from './journey'
import '../campaigns/campaigns.css'

function Reasons({ title, list }: { title: string; list: Preview['skipped'] }) {
  const { t, language } = useWords()
  if (list.length === 0) return null
  return (
    <>
      <h4>{title}</h4>
      <ul className="journey-reasons">{list.map(({ why, messages }) => <li key={why}>{t(`messages.reasons.${why}`, { defaultValue: why })} <span className="number">{format.count(messages, language)}</span></li>)}</ul>
    </>
  )
}

export function DryRun({ found }: { found: Preview }) {
  const { t, language } = useWords()
  const n = (value: number) => format.count(value, language)
  const sent = found.days.reduce((all, { messages }) => all + messages, 0)
  const busiest = Math.max(1, ...found.days.map(({ messages }) => messages))
  const span = { from: format.date(found.from, language, 'day'), until: format.date(found.until, language, 'day') }
  return (
    <section className="campaign-dry journey-dry" aria-label={t('journeys.dry.title')} role="status">
      <h3>{t('journeys.dry.title')}</h3>
      {found.entered === 0 ? <p>{t('journeys.dry.none', { ...span, events: n(found.events) })}</p> : (
        <>
          <p>{t('journeys.dry.entered', { ...span, customers: n(found.customers), entered: n(found.entered), control: n(found.control) })} {t('journeys.dry.messages', { messages: n(sent), most: n(found.most) })}{found.isPart && <b className="warn"> {t('journeys.dry.part')}</b>}</p>
          {sent > 0 && (
            <ul className="campaign-bars" aria-label={t('journeys.dry.days')}>
              {found.days.map(({ date, messages }) => (
                <li key={date}><span>{format.date(date, language, 'day')}</span><span className="bar" aria-hidden="true"><i style={{ width: `${(messages / busiest) * 100}%` }} /></span><span className="number">{n(messages)}</span></li>
              ))}
            </ul>
          )}
          <Reasons title={t('journeys.dry.delayed')} list={found.delayed} />
          <Reasons title={t('journeys.dry.skipped')} list={found.skipped} />
        </>
      )}
      <p className="less">{t('journeys.dry.how')}</p>
    </section>
  )
}
