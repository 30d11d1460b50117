// When somebody is there: a table of weekdays and hours, read as a picture by who sees it.
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { busiestOf, heatOf } from './habits'
import { useOrigin } from './Leanings'

const MONDAY = Date.UTC(2024, 0, 1)
const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`

export function Habits({ habits, zone }: { habits: Schema<'PortraitHabits'>; zone: string }) {
  const { t, language } = useWords()
  const origin = useOrigin()
  const busiest = busiestOf(habits.hours)
  const weekday = (day: number) => new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', timeZone: 'UTC' }).format(MONDAY + day * 86_400_000)
  return (
    <>
      {busiest !== undefined && (
        <p className="habits-what">{t('customers.one.likes.busiest', { from: clock(busiest.from), until: clock(busiest.until), share: format.percent(busiest.share, language) })}</p>
      )}
      <table className="heat">
        <caption className="visually-hidden">{t('customers.one.likes.heat', { zone })}</caption>
        <thead>
          <tr>
            <td />
            {Array.from({ length: 24 }, (_, hour) => (
              <th key={hour} scope="col">{hour % 6 === 0 ? hour : <span className="visually-hidden">{hour}</span>}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {heatOf(habits.hours).map((row, day) => (
            <tr key={day}>
              <th scope="row">{weekday(day)}</th>
              {row.map((heat, hour) => {
                const events = habits.hours[day * 24 + hour] ?? 0
                return (
                  <td key={hour} title={`${weekday(day)} ${clock(hour)} · ${t('customers.one.likes.of.events', { count: events })}`} style={{ '--heat': `${Math.round(heat * 100)}%` } as React.CSSProperties}>
                    <span className="visually-hidden">{events}</span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="likes-origin">
        {t('customers.one.likes.visits', { count: habits.visits, minutes: format.rate(habits.visitMinutes, language), events: format.rate(habits.visitEvents, language) })}
        {' · '}{origin(habits)}
      </p>
    </>
  )
}
