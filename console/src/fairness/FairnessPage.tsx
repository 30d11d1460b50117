// Fairness and variety: which items, merchants and customers lists serve, and whether what a customer sees becomes narrower.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { TakeAway } from '../reports/Parts'
import { Choices } from '../shared/Choices'
import { call, tableGot } from '../shared/client'
import { saveCsv } from '../shared/csv'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { ByPlacement, Exposure, Merchants, PLACEMENTS_MAX } from './Exposure'
import { askOf, isQuiet, isUnshown, readAddress, spans, type Fairness } from './fairness'
import { Groups } from './Groups'
import { Days, Gaps, Span } from './Variety'
import './fairness.css'

/** The days that are counted, and how much of them where it was too much to keep. */
function useSpanText(): (report: Fairness | undefined) => string | undefined {
  const { t, language } = useWords()
  return (report) => {
    if (report?.from === undefined || report.to === undefined) return undefined
    const days = t('fairness.span.days', { from: format.calendarDay(report.from, language, 'day'), to: format.calendarDay(report.to, language, 'day') })
    const drawn = report.customerShare < 1 || report.itemShare < 1 ? ` · ${t('fairness.drawn', { customers: format.percent(report.customerShare, language), items: format.percent(report.itemShare, language) })}` : ''
    return days + drawn
  }
}

export default function FairnessPage() {
  const { t, language } = useWords()
  const spanText = useSpanText()
  const [search, setAddress] = useAddress()
  const shown = readAddress(search)
  const ask = askOf(shown)
  const set = (key: string, value: string) => setAddress((old) => { if (value === '') old.delete(key); else old.set(key, value); return old }, { replace: true })
  const placements = useQuery({ queryKey: ['placements'], queryFn: ({ signal }) => call('get', '/api/v1/placements', { signal }), staleTime: 60_000 })
  const fairness = useQuery({ queryKey: ['reports', 'fairness', ask], queryFn: ({ signal }) => call('get', '/api/v1/reports/fairness', { query: ask, signal }), placeholderData: keepPreviousData, staleTime: 60_000 })
  const bubble = useQuery({ queryKey: ['reports', 'bubble', ask], queryFn: ({ signal }) => call('get', '/api/v1/reports/bubble', { query: ask, signal }), placeholderData: keepPreviousData, staleTime: 60_000 })
  const places = placements.data?.items ?? []
  const none = <Empty title={t('fairness.empty.title')}>{t('fairness.empty.text')}</Empty>
  const hasLists = fairness.data !== undefined && !isUnshown(fairness.data)
  const hasDays = bubble.data !== undefined && !isQuiet(bubble.data)
  const options = [{ value: '', name: t('fairness.allPlacements') }, ...places.map((one) => ({ value: one.id, name: one.name[language] })), ...(shown.placement === '' || places.some((one) => one.id === shown.placement) ? [] : [{ value: shown.placement, name: shown.placement }])]
  return (
    <Page title={t('fairness.title')} note={spanText(fairness.data)} help="fairness">
      <div className="report fair">
        <div className="fair-choices">
          <Choose label={t('fairness.placement')} value={shown.placement} options={options} onChange={(value) => set('placement', value)} />
          <Choices label={t('reports.days')} value={shown.days} options={spans.map((value) => ({ value, name: t('reports.lastDays', { count: Number(value) }) }))} onChange={(value) => set('days', value)} />
        </div>
        <Card id="fair-exposure" title={t('fairness.exposure.title')} note={t('fairness.exposure.note')}>
          <View query={fairness} empty={isUnshown} whenEmpty={none} lines={6}>{(found) => <Exposure report={found} />}</View>
        </Card>
        {hasLists && shown.placement === '' && places.length > 1 && (
          <Card id="fair-places" title={t('fairness.places.title')} note={t('fairness.places.note')}>
            <ByPlacement placements={places} ask={shown} onChoose={(id) => set('placement', id)} />
            <p className="report-foot">{t('fairness.places.means')}{places.length > PLACEMENTS_MAX && <> {t('fairness.places.rests', { shown: PLACEMENTS_MAX, all: places.length })}</>}</p>
          </Card>
        )}
        {hasLists && fairness.data !== undefined && (
          <>
            <Card id="fair-groups" title={t('fairness.groups.title')} note={t('fairness.groups.note')} extra={<TakeAway save={async () => saveCsv('fairness.csv', await tableGot('/api/v1/reports/fairness', ask))} />}><Groups report={fairness.data} /></Card>
            <Card id="fair-merchants" title={t('fairness.merchants.title')} note={t('fairness.merchants.note')}><Merchants report={fairness.data} /></Card>
          </>
        )}
        {hasDays && bubble.data !== undefined && <Days report={bubble.data} />}
        <Card id="fair-span" title={t('fairness.span.title')} note={t('fairness.span.note')} extra={hasDays && <TakeAway save={async () => saveCsv('bubble.csv', await tableGot('/api/v1/reports/bubble', ask))} />}>
          <View query={bubble} empty={isQuiet} whenEmpty={none} lines={8}>{(found) => <Span report={found} />}</View>
        </Card>
        {hasDays && bubble.data !== undefined && <Card id="fair-gaps" title={t('fairness.gaps.title')} note={t('fairness.gaps.note')}><Gaps report={bubble.data} /></Card>}
      </div>
    </Page>
  )
}
