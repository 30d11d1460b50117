// Retention: a row a month of the first order, a column a month after it.
import { Link } from 'react-router-dom'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { cohortExpression } from './flow'

export function Cohorts({ report }: { report: Schema<'CohortReport'> }) {
  const { t, language } = useWords()
  const to = (cohort: string, later: number) => `/segments?q=${encodeURIComponent(cohortExpression(cohort, later, format.workspaceTimeZone()))}`
  const columns = Math.max(...report.cohorts.map((cohort) => cohort.retained.length))
  return (
    <>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t('standing.cohorts.table')}>
        <table className="table cohorts">
          <thead>
            <tr>
              <th scope="col">{t('standing.cohorts.month')}</th>
              <th scope="col" className="number">{t('standing.customers')}</th>
              {Array.from({ length: Math.max(0, columns - 1) }, (_, at) => <th key={at} scope="col" className="number">+{at + 1}</th>)}
            </tr>
          </thead>
          <tbody>
            {report.cohorts.map((cohort) => (
              <tr key={cohort.cohort}>
                <th scope="row">{cohort.cohort}</th>
                <td className="number"><Link className="cohort-link" to={to(cohort.cohort, 0)}><span className="visually-hidden">{t('standing.cohorts.open', { cohort: cohort.cohort })}</span>{format.count(cohort.customers, language)}</Link></td>
                {cohort.retained.slice(1).map((kept, at) => {
                  const share = cohort.customers === 0 ? 0 : kept / cohort.customers
                  return <td key={at} className="number cohort" style={{ '--strength': `${Math.round(share * 100)}%` } as React.CSSProperties} title={format.count(kept, language)}>{kept === 0 ? format.percent(share, language) : <Link className="cohort-link" to={to(cohort.cohort, at + 1)}><span className="visually-hidden">{t('standing.cohorts.openCell', { cohort: cohort.cohort, later: at + 1 })}</span>{format.percent(share, language)}</Link>}</td>
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {report.leftOut > 0 && <p className="less standing-foot">{t('standing.cohorts.leftOut', { count: report.leftOut })}</p>}
    </>
  )
}
