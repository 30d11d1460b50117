// A month: the days off and festivals that the engine's calendar knows, and the campaigns whose next run falls on each.
import type { Schema } from '../shared/client'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { BackIcon, ChevronIcon } from '../shared/icons'
import { View } from '../shared/View'
import { useWords } from '../shared/words'
import { byDay, daysIn, monthText, moved, type Campaign, type Month } from './campaign'
import { useCalendar } from './useCampaigns'

function Day({ day, campaigns, onOpen }: { day: Schema<'CalendarDay'>; campaigns: Campaign[]; onOpen: (name: string) => void }) {
  const { t, language } = useWords()
  const names = [...new Set([day.listedAs, ...day.festivals.map((one) => one[language]), day.term?.[language] ?? ''])].filter((one) => one !== '')
  return (
    <li className={`month-day month-${day.kind}`} style={day.date.endsWith('-01') ? { gridColumnStart: day.weekday } : undefined}>
      <span className="month-date"><b>{Number(day.date.slice(8))}</b> <span className="less month-full">{format.calendarDay(day.date, language)}</span> {day.kind === 'holiday' && <span className="chip chip-accent">{t('campaigns.month.off')}</span>}</span>
      {names.length > 0 && <span className="less">{names.join('、')}</span>}
      {campaigns.map((one) => <button key={one.name} type="button" className="month-run" onClick={() => onOpen(one.name)}>{one.title?.[language] || one.name}</button>)}
    </li>
  )
}

export function MonthView({ month, campaigns, onMonth, onOpen }: { month: Month; campaigns: Campaign[]; onMonth: (month: Month) => void; onOpen: (name: string) => void }) {
  const { t, language } = useWords()
  const calendar = useCalendar(`${monthText(month)}-01`, daysIn(month))
  const runs = byDay(campaigns, format.workspaceTimeZone())
  const name = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(Date.UTC(month.year, month.month - 1, 1))
  return (
    <div className="month">
      <div className="month-head">
        <Button aria-label={t('campaigns.month.before')} icon={<BackIcon size={15} />} onClick={() => onMonth(moved(month, -1))} />
        <b aria-live="polite">{name}</b>
        <Button aria-label={t('campaigns.month.after')} icon={<ChevronIcon size={15} />} onClick={() => onMonth(moved(month, 1))} />
        <span className="less">{t('campaigns.month.hint')}</span>
      </div>
      <View query={calendar} lines={6}>
        {({ items }) => <ol className="month-days" aria-label={name}>{items.map((day) => <Day key={day.date} day={day} campaigns={runs.get(day.date) ?? []} onOpen={onOpen} />)}</ol>}
      </View>
    </div>
  )
}
