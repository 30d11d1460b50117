// What a campaign would do now, as a picture: who would get it, and who not by which reason. Nothing is sent.
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { barsOf, type Preview } from './campaign'

export function DryRun({ found }: { found: Preview }) {
  const { t, language } = useWords()
  const n = (value: number) => format.count(value, language)
  const { composed } = found
  return (
    <section className="campaign-dry" aria-label={t('campaigns.dry.title')} role="status">
      <h3>{t('campaigns.dry.title')}</h3>
      <p>{t('campaigns.dry.audience', { audience: n(found.audience), customers: n(found.customers) })}{found.judged < found.audience && ` ${t('campaigns.dry.judged', { judged: n(found.judged) })}`}</p>
      <ul className="campaign-bars">
        {barsOf(found).map((bar) => (
          <li key={bar.why ?? bar.key} className={bar.key === 'send' ? 'campaign-bar-send' : undefined}>
            <span>{bar.why === undefined ? t('campaigns.dry.send') : t(`messages.reasons.${bar.why}`, { defaultValue: bar.why })}</span>
            <span className="bar" aria-hidden="true"><i style={{ width: `${bar.share * 100}%` }} /></span>
            <span className="number">{n(bar.customers)} <span className="less">{format.percent(bar.share, language)}</span></span>
          </li>
        ))}
      </ul>
      <p>{t('campaigns.dry.messages', { messages: n(found.messages), wait: n(found.now.wait) })}{found.overBudget && <b className="warn"> {t('campaigns.dry.overBudget')}</b>}{found.seconds !== null && ` ${t('campaigns.dry.seconds', { time: format.duration(found.seconds, language) })}`}</p>
      {composed.tried > 0 && <p className={composed.broken + composed.withoutAddress > 0 ? 'warn' : 'less'}>{t('campaigns.dry.composed', { tried: n(composed.tried), address: n(composed.withoutAddress), broken: n(composed.broken) })}</p>}
    </section>
  )
}
