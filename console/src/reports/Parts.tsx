// What reports share: whose customers, of which days, a table to take away.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTitles } from '../segments/useKept'
import { call } from '../shared/client'
import { Button } from '../shared/Controls'
import { Choose } from '../shared/Fields'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import './reports.css'

const DAY_MS = 86_400_000
export const spans = ['7', '30', '90', '365'] as const

export const USUAL = '30' // what the engine takes where nothing is said

/** The span of so many days up to the newest data, as a report asks for it; undefined: that is not known yet. */
export function useSpan(days: string): { from?: string } | undefined {
  const newest = useQuery({
    queryKey: ['reports', 'newest'],
    queryFn: async ({ signal }) => (await call('post', '/api/v1/reports/metric', { body: { metric: 'conversion', days: 1 }, signal })).to,
    enabled: days !== USUAL,
    staleTime: 600_000,
  })
  if (days === USUAL) return {}
  if (newest.isError) return {} // the report itself will say what is wrong
  return newest.data == null ? undefined : { from: new Date(Date.parse(newest.data) - Number(days) * DAY_MS).toISOString() }
}

export function SegmentIn({ label, value, none, onChange }: { label: string; value: string; none: string; onChange: (name: string) => void }) {
  const titles = useTitles()
  const options = [{ value: '', name: none }, ...[...titles].map(([name, title]) => ({ value: name, name: title })), ...(value !== '' && !titles.has(value) ? [{ value, name: value }] : [])]
  return <Choose label={label} value={value} options={options} onChange={onChange} />
}

export function DaysIn({ value, onChange }: { value: string; onChange: (days: string) => void }) {
  const { t } = useWords()
  return <Choose label={t('reports.days')} value={value} options={spans.map((one) => ({ value: one, name: t('reports.lastDays', { count: Number(one) }) }))} onChange={onChange} />
}

/** The engine's own table of what is shown. */
export function TakeAway({ save }: { save: () => Promise<void> }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const take = useMutation({ mutationFn: save })
  return (
    <>
      <Button loading={take.isPending} onClick={() => take.mutate()}>{t('reports.csv')}</Button>
      {take.error !== null && <span className="report-warn" role="alert">{errorText(take.error)}</span>}
    </>
  )
}
