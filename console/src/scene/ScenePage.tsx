// What the moment changes: categories by hour, weather, day and place; and the days to come, with their festivals.
import { useQuery } from '@tanstack/react-query'
import type { CSSProperties } from 'react'
import { useSearchParams } from 'react-router-dom'
import { Choices } from '../shared/Choices'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { columnsOf, counted, isView, strengthOf, views, weeksOf, type CalendarDay, type Scene, type ViewName } from './scene'
import './scene.css'

const ROWS_MAX = 30 // categories: the table stays on one screen and a half

function HeatMap({ scene }: { scene: Scene }) {
  const { t, language } = useWords()
  const [search, setSearch] = useSearchParams()
  const asked = search.get('by')
  const view: ViewName = isView(asked) ? asked : 'hours'
  const columns = columnsOf(scene, view)
  const options = (Object.keys(views) as ViewName[]).map((value) => ({ value, name: t(`scene.views.${value}`) }))
  return (
    <Card id="scene-effects" title={t('scene.effects')} note={t('scene.effectsNote')}
      extra={<Choices label={t('scene.by')} value={view} options={options} onChange={(value) => setSearch({ by: value }, { replace: true })} />}>
      {columns.length === 0 ? <p className="scene-none less">{t('scene.nothingHere')}</p> : (
        <div className="table-wrap" role="group" aria-label={t('scene.effects')} tabIndex={0}>
          <table className="table scene-table">
            <thead>
              <tr>
                <th scope="col">{t('scene.category')}</th>
                {columns.map((one) => <th key={one.at} scope="col" className="number">{t(`scene.buckets.${one.part}.${one.bucket}`)}</th>)}
              </tr>
            </thead>
            <tbody>
              {scene.items.slice(0, ROWS_MAX).map((row) => (
                <tr key={row.category}>
                  <th scope="row">{row.category === '' ? t('scene.unnamed') : row.category}<span className="less">{t('scene.acts', { n: format.compact(row.acts, language) })}</span></th>
                  {columns.map((one) => {
                    const cell = row.cells[one.at]
                    const { side, strength } = strengthOf(cell?.effect ?? 1)
                    return (
                      <td key={one.at} className={`number scene-cell scene-${side}`} style={{ '--strength': strength.toFixed(2) } as CSSProperties}
                        title={t('scene.cell', { views: format.count(cell?.views ?? 0, language), buys: format.count(cell?.buys ?? 0, language) })}>
                        {counted(cell) === 0 ? '–' : `× ${format.decimal(cell?.effect ?? 1, language, 2)}`}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="scene-foot less">{t('scene.rests', { shown: Math.min(ROWS_MAX, scene.items.length), all: scene.categories, cities: scene.cities })}</p>
    </Card>
  )
}

function Day({ day }: { day: CalendarDay }) {
  const { t, language } = useWords()
  const names = [...day.festivals.map((one) => one[language]), ...(day.term === null ? [] : [day.term[language]])]
  const worked = day.kind === 'working' && day.weekday > 5
  return (
    <td className={`scene-day scene-${day.kind}${worked ? ' scene-worked' : ''}`}>
      <b>{format.calendarDay(day.date, language)}</b>
      <span className="scene-kind">{worked ? t('scene.worked') : t(`scene.kinds.${day.kind}`)}</span>
      {names.map((name) => <span key={name} className="scene-name">{name}</span>)}
      {day.window !== '' && <span className="scene-window">{t('scene.window', { name: day.window })}</span>}
    </td>
  )
}

function Calendar() {
  const { t } = useWords()
  const calendar = useQuery({ queryKey: ['calendar'], queryFn: ({ signal }) => call('get', '/api/v1/calendar', { signal }) })
  return (
    <Card id="scene-calendar" title={t('scene.calendar')}>
      <View query={calendar} lines={8}>
        {(found) => (
          <>
            {found.years.filter((one) => !one.isSaid).map((one) => <p key={one.year} className="scene-unsaid" role="status">{t('scene.unsaid', { year: one.year })}</p>)}
            <div className="table-wrap" role="group" aria-label={t('scene.calendar')} tabIndex={0}>
              <table className="table scene-calendar">
                <thead><tr>{['1', '2', '3', '4', '5', '6', '7'].map((day) => <th key={day} scope="col">{t(`scene.weekdays.${day}`)}</th>)}</tr></thead>
                <tbody>
                  {weeksOf(found.items).map((week) => (
                    <tr key={week.find((one) => one !== undefined)?.date}>
                      {week.map((day, at) => (day === undefined ? <td key={at} /> : <Day key={day.date} day={day} />))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </View>
    </Card>
  )
}

export default function ScenePage() {
  const { t } = useWords()
  const scene = useQuery({ queryKey: ['scene'], queryFn: ({ signal }) => call('get', '/api/v1/scene', { signal }) })
  return (
    <Page title={t('scene.title')} help="scene" note={scene.data === undefined ? undefined : t('scene.today', { kind: t(`scene.kinds.${scene.data.kind}`) })}>
      <View query={scene} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('scene.empty.title')}>{t('scene.empty.text')}</Empty>} lines={10}>
        {(found) => <HeatMap scene={found} />}
      </View>
      <Calendar />
    </Page>
  )
}
