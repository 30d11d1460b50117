// What the engine brings: policies that lived through the same days with the same customers, and the difference in margin.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { ChartTable, TableToggle, TimeChart, type Panel } from '../shared/charts/TimeChart'
import { Choices } from '../shared/Choices'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Hint } from '../shared/Hint'
import { CheckIcon, AlertIcon, SameIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { daysOf, inOrder, placed, subjectOf, verdictOf, type Comparison, type Result } from './policies'

const verdictIcons = { above: CheckIcon, below: AlertIcon, open: SameIcon }

function usePolicyName(): (policy: string) => string {
  const { t } = useWords()
  return (policy) => t(`overview.policies.names.${policy}`, { defaultValue: policy })
}

function Headline({ comparison, subject }: { comparison: Comparison; subject: Result }) {
  const { t, language } = useWords()
  const nameOf = usePolicyName()
  const { report } = comparison
  const { difference } = subject
  const money = (value: number, sign = false) => format.meanMoney(value, report.currency, language, sign)
  const share = subject.oracleShare
  if (difference === null) return null
  const verdict = verdictOf(difference)
  const Icon = verdictIcons[verdict]
  return (
    <div className="gain">
      <p className="gain-name">
        {t('overview.policies.headline', { policy: nameOf(subject.policy), baseline: nameOf(report.baseline) })}
      </p>
      <p className="gain-value">
        {money(difference.value, true)} <small>{t('overview.policies.aVisit')}</small>
      </p>
      <p className="gain-interval">{t('overview.policies.interval', { low: money(difference.low, true), high: money(difference.high, true) })}</p>
      <p className={`gain-verdict gain-${verdict}`}>
        <Icon size={16} />
        <span>{t(`overview.policies.verdict.${verdict}`, { policy: nameOf(subject.policy), baseline: nameOf(report.baseline) })}</span>
      </p>
      {share !== null && (
        <div className="gain-share">
          <p>
            {t('overview.policies.share', { share: format.percent(share, language) })}
            <Hint label={t('overview.policies.oracleWhat')}>{t('overview.policies.oracle')}</Hint>
          </p>
          <span className="bar" aria-hidden="true"><i style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} /></span>
        </div>
      )}
    </div>
  )
}

/** Margin a visit of each policy: a bar, and over it the interval as a whisker. */
function Bars({ comparison }: { comparison: Comparison }) {
  const { t, language } = useWords()
  const nameOf = usePolicyName()
  const { report } = comparison
  const results = inOrder(report.policies)
  const places = placed(results.map((one) => one.marginPerVisit))
  const money = (value: number) => format.meanMoney(value, report.currency, language)
  return (
    <div className="policies-bars">
      <h3 className="policies-sub" id="policies-bars">{t('overview.policies.bars')}</h3>
      <ul className="whiskers" aria-labelledby="policies-bars">
        {results.map((one, at) => {
          const place = places[at]
          if (place === undefined) return null
          const { value, low, high } = one.marginPerVisit
          return (
            <li key={one.policy} className={`whisker ${one.policy === 'engine' ? 'whisker-engine' : ''}`}>
              <span className="whisker-name">
                {nameOf(one.policy)}
                {one.policy === report.baseline && <small> · {t('overview.policies.baseline')}</small>}
              </span>
              <span className="whisker-bar" aria-hidden="true">
                <i className="whisker-fill" style={{ left: `${Math.min(place.zero, place.value)}%`, width: `${Math.abs(place.value - place.zero)}%` }} />
                <i className="whisker-line" style={{ left: `${place.low}%`, width: `${place.high - place.low}%` }} />
              </span>
              <span className="whisker-value">
                <b>{money(value)}</b> <small>{money(low)} – {money(high)}</small>
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function ByDay({ comparison, subject, table }: { comparison: Comparison; subject: Result; table: boolean }) {
  const { t, language } = useWords()
  const { report } = comparison
  const days = daysOf(comparison, subject.policy)
  const title = t('overview.policies.byDay')
  const panels: Panel[] = [
    {
      label: t('overview.policies.difference'),
      kind: 'band',
      tone: 'accent',
      height: 176,
      values: days.value,
      low: days.low,
      high: days.high,
      format: (value) => format.meanMoney(value, report.currency, language, true),
      tick: (value) => format.meanMoney(value, report.currency, language),
    },
  ]
  const pointText = days.days.map((day) => format.calendarDay(day, language, 'day'))
  if (days.days.length < 2) return <p className="policies-wait less">{t('overview.policies.oneDay')}</p>
  return table ? (
    <ChartTable caption={title} axisLabel={t('overview.policies.day')} xText={pointText} panels={panels} />
  ) : (
    <TimeChart label={title} axisText={days.days.map((day) => format.calendarDay(day, language))} pointText={pointText} panels={panels} />
  )
}

function Full({ comparison, table, example }: { comparison: Comparison; table: boolean; example: string | null }) {
  const { t, language } = useWords()
  const { report } = comparison
  const subject = subjectOf(report)
  const now = Date.now()
  return (
    <div className="policies">
      {subject === undefined || subject.difference === null ? (
        <p className="policies-wait less">{t('overview.policies.noSubject')}</p>
      ) : (
        <div className="policies-top">
          <Headline comparison={comparison} subject={subject} />
          <div className="policies-days">
            <ByDay comparison={comparison} subject={subject} table={table} />
          </div>
        </div>
      )}
      <div className="policies-low">
        <Bars comparison={comparison} />
        <div className="policies-words">
          <h3 className="policies-sub">{t('overview.policies.howTitle')}</h3>
          <p>{t('overview.policies.paired')}</p>
          <p>{t('overview.policies.oracle')}</p>
          {example !== null && (
            <p className="policies-links">
              <Link to={`/customers/${encodeURIComponent(example)}#recommendations`}>{t('overview.policies.why', { id: example })}</Link>
              <Link to={`/preview?customerId=${encodeURIComponent(example)}`}>{t('overview.policies.preview')}</Link>
            </p>
          )}
        </div>
      </div>
      <p className="policies-foot">
        <span>{t('overview.policies.span', { from: format.calendarDay(report.from, language, 'day'), to: format.calendarDay(report.to, language, 'day') })}</span>
        <span>{t('overview.policies.visits', { visits: format.count(report.visits, language) })}</span>
        <span>{t('overview.policies.reported', { ago: format.ago(comparison.reportedAt, now, language) })}</span>
        {report.note !== undefined && report.note !== '' && <span>{report.note}</span>}
      </p>
    </div>
  )
}

export function Policies({ example }: { example: string | null }) {
  const { t } = useWords()
  const [table, setTable] = useState(false)
  const [search, setSearch] = useSearchParams()
  const policies = useQuery({
    queryKey: ['reports', 'policies'],
    queryFn: ({ signal }) => call('get', '/api/v1/reports/policies', { signal }),
    refetchInterval: 10_000, // a simulator reports as its days go by
  })
  const items = policies.data?.items ?? []
  const chosen = items.find((one) => one.name === search.get('report')) ?? items[0]
  const choose = (name: string) =>
    setSearch((old) => {
      const next = new URLSearchParams(old)
      if (name === items[0]?.name) next.delete('report')
      else next.set('report', name)
      return next
    }, { replace: true })
  return (
    <div data-tour="policies">
      <Card
        id="policies"
        title={t('overview.policies.title')}
        note={t('overview.policies.note')}
        extra={
          chosen === undefined ? undefined : (
            <>
              {items.length > 1 && <Choices label={t('overview.policies.which')} value={chosen.name} onChange={choose} options={items.map((one) => ({ value: one.name, name: one.name }))} />}
              <TableToggle table={table} onChange={setTable} />
            </>
          )
        }
      >
        <View
          query={policies}
          lines={6}
          empty={(data) => data.items.length === 0}
          whenEmpty={
            <Empty title={t('overview.policies.emptyTitle')}>
              {t('overview.policies.empty')}
              <br />
              <code>zhun demo</code> <code>zhun-sim --report</code>
            </Empty>
          }
        >
          {() => chosen !== undefined && <Full comparison={chosen} table={table} example={example} />}
        </View>
      </Card>
    </div>
  )
}
