// Five by five: recency across, frequency up. A cell leads to its customers.
import { Link } from 'react-router-dom'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { cellExpression, strength } from './flow'

const scores = [1, 2, 3, 4, 5] as const

export function Grid({ report }: { report: Schema<'RfmReport'> }) {
  const { t, language } = useWords()
  const most = Math.max(...report.grid.map((cell) => cell.customers))
  const currency = report.boundaries?.currency ?? ''
  return (
    <div className="table-wrap">
      <table className="rfm">
        <caption className="visually-hidden">{t('standing.grid.title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('standing.grid.corner')}</th>
            {scores.map((recency) => <th key={recency} scope="col">R{recency}{recency === 1 ? ` ${t('standing.grid.old')}` : recency === 5 ? ` ${t('standing.grid.fresh')}` : ''}</th>)}
          </tr>
        </thead>
        <tbody>
          {[...scores].reverse().map((frequency) => (
            <tr key={frequency}>
              <th scope="row">F{frequency}</th>
              {scores.map((recency) => {
                const cell = report.grid.find((one) => one.recency === recency && one.frequency === frequency)
                const customers = cell?.customers ?? 0
                return (
                  <td key={recency}>
                    <Link
                      className="rfm-cell" style={{ '--strength': `${Math.round(strength(customers, most) * 100)}%` } as React.CSSProperties}
                      to={`/segments?q=${encodeURIComponent(cellExpression(recency, frequency))}`}
                      title={t('standing.grid.cell', { recency, frequency, customers: format.count(customers, language), revenue: format.money(cell?.revenueCents ?? 0, currency, language, 'round') })}
                    >
                      <span className="visually-hidden">{t('standing.grid.scores', { recency, frequency })}</span>
                      <b>{format.count(customers, language)}</b>
                      <span>{format.money(cell?.revenueCents ?? 0, currency, language, 'short')}</span>
                    </Link>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface Row { key: string; customers: number; orders: number; revenueCents: number }

/** Segments or classes with their customers and money; each leads to its customers. */
export function Sums({ kind, rows, currency }: { kind: 'segments' | 'classes'; rows: readonly Row[]; currency: string }) {
  const { t, language } = useWords()
  const field = kind === 'segments' ? 'segment' : 'class'
  const all = rows.reduce((sum, row) => sum + row.customers, 0)
  return (
    <div className="table-wrap">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t(`standing.${kind}.name`)}</th>
            <th scope="col" className="number">{t('standing.customers')}</th>
            <th scope="col" className="number">{t('standing.share')}</th>
            <th scope="col" className="number">{t('standing.revenue')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row"><Link to={`/segments?q=${encodeURIComponent(`customer.rfm.${field} == "${row.key}"`)}`}>{t(`standing.${kind}.names.${row.key}`)}</Link></th>
              <td className="number">{format.count(row.customers, language)}</td>
              <td className="number">{format.percent(all === 0 ? 0 : row.customers / all, language)}</td>
              <td className="number">{format.money(row.revenueCents, currency, language, 'round')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
