// Who gets shown: items of personal lists beside lists anybody gets, placement by placement, and small merchants beside large ones.
import { useQueries } from '@tanstack/react-query'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { Loading } from '../shared/View'
import { useWords } from '../shared/words'
import { askOf, isUnseen, isWorse, type Ask, type Fairness } from './fairness'

export const PLACEMENTS_MAX = 12 // each is a question of its own

/** Something that a person should look at, in words and not by colour alone. */
export function Look({ when, children }: { when: boolean; children: string }) {
  return when ? <span className="chip fair-look">{children}</span> : null
}

export function Exposure({ report }: { report: Fairness }) {
  const { t, language } = useWords()
  const { personal, anybody } = report
  const decimal = (value: number | null) => (value === null ? '–' : format.decimal(value, language))
  const share = (value: number | null) => (value === null ? '–' : format.share(value, language))
  const rows = [
    { key: 'gini', personal: decimal(personal.gini), anybody: decimal(anybody.gini), worse: isWorse(personal.gini, anybody.gini, 'less') },
    { key: 'coverage', personal: share(personal.coverage), anybody: share(anybody.coverage), worse: isWorse(personal.coverage, anybody.coverage, 'more') },
    { key: 'longTail', personal: share(personal.longTail), anybody: share(anybody.longTail), worse: isWorse(personal.longTail, anybody.longTail, 'more') },
    { key: 'slots', personal: format.count(personal.slots, language), anybody: format.count(anybody.slots, language), worse: false },
  ] as const
  return (
    <div className="table-wrap" role="group" aria-label={t('fairness.exposure.title')} tabIndex={0}>
      <table className="table fair-table">
        <thead>
          <tr>
            <th scope="col">{t('fairness.figure')}</th>
            <th scope="col" className="number">{t('fairness.personal')}</th>
            <th scope="col" className="number">{t('fairness.anybody')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{t(`fairness.exposure.${row.key}`)} <Look when={row.worse}>{t('fairness.exposure.worse')}</Look><span className="less">{t(`fairness.exposure.${row.key}Means`)}</span></th>
              <td className="number"><b>{row.personal}</b></td>
              <td className="number">{row.anybody}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The same figures of each placement. */
export function ByPlacement({ placements, ask, onChoose }: { placements: readonly Schema<'Placement'>[]; ask: Ask; onChoose: (id: string) => void }) {
  const { t, language } = useWords()
  const shown = placements.slice(0, PLACEMENTS_MAX)
  const reports = useQueries({
    queries: shown.map(({ id }) => {
      const query = askOf({ ...ask, placement: id })
      return { queryKey: ['reports', 'fairness', query], queryFn: ({ signal }: { signal: AbortSignal }) => call('get', '/api/v1/reports/fairness', { query, signal }), staleTime: 60_000 }
    }),
  })
  if (reports.some((one) => one.isPending)) return <Loading lines={5} />
  const share = (value: number | null | undefined) => (value == null ? '–' : format.share(value, language))
  return (
    <div className="table-wrap" role="group" aria-label={t('fairness.places.title')} tabIndex={0}>
      <table className="table fair-places">
        <thead>
          <tr>
            <th scope="col">{t('fairness.places.placement')}</th>
            <th scope="col" className="number">{t('fairness.exposure.slots')}</th>
            <th scope="col" className="number">{t('fairness.exposure.gini')}</th>
            <th scope="col" className="number">{t('fairness.exposure.coverage')}</th>
            <th scope="col" className="number">{t('fairness.exposure.longTail')}</th>
            <th scope="col" className="number">{t('fairness.places.small')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((placement, at) => {
            const found = reports[at]?.data
            return (
              <tr key={placement.id}>
                <th scope="row"><button type="button" className="text-button" onClick={() => onChoose(placement.id)}>{placement.name[language]}</button></th>
                <td className="number">{found === undefined ? '–' : format.count(found.personal.slots, language)}</td>
                <td className="number">{found?.personal.gini == null ? '–' : format.decimal(found.personal.gini, language)}</td>
                <td className="number">{share(found?.personal.slots === 0 ? null : found?.personal.coverage)}</td>
                <td className="number">{share(found?.personal.longTail)}</td>
                <td className="number">{share(found?.merchants.find((one) => one.merchants === 'small')?.slotShare)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

const shares = ['itemShare', 'slotShare', 'boughtShare'] as const

export function Merchants({ report }: { report: Fairness }) {
  const { t, language } = useWords()
  const small = report.merchants.find((one) => one.merchants === 'small')
  const share = (value: number | null) => (value === null ? '–' : format.share(value, language))
  return (
    <>
      {small !== undefined && (
        <p className="fair-says" role="status">
          {t('fairness.merchants.says', { items: share(small.itemShare), slots: share(small.slotShare), bought: share(small.boughtShare) })} <Look when={isUnseen(small)}>{t('fairness.merchants.unseen')}</Look>
        </p>
      )}
      <div className="table-wrap" role="group" aria-label={t('fairness.merchants.title')} tabIndex={0}>
        <table className="table fair-merchants">
          <thead>
            <tr>
              <th scope="col">{t('fairness.merchants.kind')}</th>
              <th scope="col" className="number">{t('fairness.merchants.brands')}</th>
              {shares.map((one) => <th key={one} scope="col">{t(`fairness.merchants.${one}`)}</th>)}
            </tr>
          </thead>
          <tbody>
            {report.merchants.map((kind) => (
              <tr key={kind.merchants}>
                <th scope="row">{t(`fairness.merchants.${kind.merchants}`)}</th>
                <td className="number">{format.count(kind.brands, language)}</td>
                {shares.map((one) => (
                  <td key={one}>
                    {share(kind[one])}
                    <span className="fair-bar" aria-hidden="true"><i style={{ width: `${(100 * (kind[one] ?? 0)).toFixed(1)}%` }} /></span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="report-foot">{t('fairness.merchants.means')}</p>
    </>
  )
}
