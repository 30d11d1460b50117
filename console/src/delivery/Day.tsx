// A day by the customer's own clock: when messages may go, and when they wait.
import { useWords } from '../shared/words'
import { heldOf, nightsOf, type Channel, type Quiet } from './draft'

const hours = [0, 6, 12, 18, 24]

function Bar({ names, nights, text }: { names: string; nights: { start: number; end: number }[]; text: string }) {
  return (
    <div className="day-row">
      <span className="day-names">{names}</span>
      <span className="day-bar" role="img" aria-label={`${names}: ${text}`}>
        {nights.map(({ start, end }) => <i key={start} style={{ left: `${start * 100}%`, width: `${(end - start) * 100}%` }} />)}
      </span>
      <span className="less day-text">{text}</span>
    </div>
  )
}

export function Day({ quiet }: { quiet: Quiet | undefined }) {
  const { t, language } = useWords()
  const list = new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' })
  const names = (of: readonly Channel[]) => list.format(of.map((one) => t(`consents.channels.${one}`)))
  const nights = quiet === undefined ? [] : nightsOf(quiet)
  const { held, free } = quiet === undefined ? { held: [], free: [] } : heldOf(quiet)
  return (
    <figure className="day">
      <figcaption className="less">{t('delivery.day.title')}</figcaption>
      {quiet === undefined ? <Bar names={t('delivery.channelsAll')} nights={[]} text={t('delivery.day.always')} /> : (
        <>
          <Bar names={names(held)} nights={nights} text={t(quiet.over === 'wait' ? 'delivery.day.waits' : 'delivery.day.skips', { from: quiet.from, to: quiet.to })} />
          {free.length > 0 && <Bar names={names(free)} nights={[]} text={t('delivery.day.always')} />}
        </>
      )}
      <div className="day-row day-hours" aria-hidden="true">
        <span />
        <span className="day-scale">{hours.map((hour) => <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>{hour}</span>)}</span>
        <span />
      </div>
    </figure>
  )
}
