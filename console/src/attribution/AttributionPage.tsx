// Attribution by seven models, and beside it, never instead, what experiments measured.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { TakeAway } from '../reports/Parts'
import { maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import { Choices } from '../shared/Choices'
import { call, table } from '../shared/client'
import { saveCsv } from '../shared/csv'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { askOf, levels, readAddress, spans, units, type Report } from './attribution'
import { Channels } from './Channels'
import { Measured } from './Measured'
import { Models } from './Models'
import { Opened } from './Opened'
import './attribution.css'

function Sums({ report }: { report: Report }) {
  const { t, language } = useWords()
  const money = (value: number) => (report.currency === undefined ? format.decimal(value / 100, language) : format.money(value, report.currency, language, 'round'))
  const cut = report.cut.longPaths + report.cut.mergedPaths + report.cut.channels
  return (
    <div className="attribution-sums">
      <p><span className="less">{t('attribution.sums.conversions')}</span><b>{format.count(report.conversions + report.untouched.conversions, language)}</b><span className="less">{money(report.valueCents + report.untouched.valueCents)}</span></p>
      <p><span className="less">{t('attribution.sums.withPath')}</span><b>{format.count(report.conversions, language)}</b><span className="less">{money(report.valueCents)}</span></p>
      <p><span className="less">{t('attribution.sums.without')}</span><b>{format.count(report.pathsWithoutConversion, language)}</b></p>
      {cut > 0 && <p className="attribution-warn">{t('attribution.sums.cut', { channels: format.count(report.cut.channels, language), paths: format.count(report.cut.longPaths + report.cut.mergedPaths, language) })}</p>}
    </div>
  )
}

export default function AttributionPage() {
  const { t } = useWords()
  const [search, setAddress] = useAddress()
  const shown = readAddress(search)
  const sees = maySeeCustomers(useSession().data?.role)
  const [now] = useState(() => Date.now())
  const ask = askOf(shown, now)
  const set = (key: string, value: string) => setAddress((old) => { old.set(key, value); if (key !== 'open') old.delete('open'); return old }, { replace: true })
  const query = useQuery({ queryKey: ['attribution', ask], queryFn: ({ signal }) => call('post', '/api/v1/reports/attribution', { body: ask, signal }), placeholderData: keepPreviousData })
  const none = <Empty title={t('attribution.empty.title')}>{t('attribution.empty.text')}</Empty>
  const empty = (data: Report) => data.channels.length === 0 && data.untouched.conversions === 0
  const days = (name: string) => spans.map((value) => ({ value, name: t(`attribution.${name}`, { count: Number(value) }) }))
  return (
    <Page
      title={t('attribution.title')} note={t('attribution.note')} help="attribution"
      extra={query.data !== undefined && query.data.channels.length > 0 && <TakeAway save={async () => saveCsv('attribution.csv', await table('/api/v1/reports/attribution', ask))} />}
    >
      <div className="attribution">
        <div className="attribution-choices">
          <Choices label={t('attribution.span')} value={shown.days} options={days('days')} onChange={(value) => set('days', value)} />
          <Choose label={t('attribution.lookback')} value={shown.lookback} options={days('daysBefore')} onChange={(value) => set('lookback', value)} />
          <Choose label={t('attribution.level')} value={shown.level} options={levels.map((value) => ({ value, name: t(`attribution.levels.${value}`) }))} onChange={(value) => set('level', value)} />
          <Choices label={t('attribution.unit')} value={shown.unit} options={units.map((value) => ({ value, name: t(`attribution.units.${value}`) }))} onChange={(value) => set('unit', value)} />
        </div>
        <Card id="attribution-models" title={t('attribution.models.title')} note={t('attribution.models.note')}>
          <View query={query} empty={empty} whenEmpty={none} lines={8}>
            {(data) => (
              <>
                <Sums report={data} />
                <Models report={data} unit={shown.unit} />
              </>
            )}
          </View>
        </Card>
        <Card id="attribution-measured" title={t('attribution.measured.title')} note={t('attribution.measured.note')}>
          <View query={query} lines={4}>{(data) => <Measured report={data} />}</View>
        </Card>
        <Card id="attribution-channels" title={t('attribution.channels.title')} note={t('attribution.channels.note')}>
          <View query={query} empty={empty} whenEmpty={none} lines={6}>
            {(data) => <Channels report={data} unit={shown.unit} opened={shown.open} onOpen={sees ? (channel) => set('open', channel) : undefined} />}
          </View>
        </Card>
        {sees && shown.open !== null && <Opened ask={ask} channel={shown.open} onClose={() => setAddress((old) => { old.delete('open'); return old }, { replace: true })} />}
      </div>
    </Page>
  )
}
