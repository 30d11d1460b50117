// Customers, a line each; the line leads to the customer.
import { Link, useNavigate } from 'react-router-dom'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import './customers.css'

export function CustomerTable({ rows, title }: { rows: readonly Schema<'CustomerRow'>[]; title: string }) {
  const { t, language } = useWords()
  const navigate = useNavigate()
  const now = Date.now()
  return (
    <div className="table-wrap" role="group" aria-label={title} tabIndex={0}>
      <table className="table table-rows">
        <thead>
          <tr>
            <th scope="col">{t('customers.list.customer')}</th>
            <th scope="col">{t('customers.list.userId')}</th>
            <th scope="col">{t('customers.list.lastSeen')}</th>
            <th scope="col" className="wide-only">{t('customers.list.firstSeen')}</th>
            <th scope="col" className="number">{t('customers.list.orders')}</th>
            <th scope="col" className="number">{t('customers.list.revenue')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            // The link in the first cell is the control; a click anywhere in the row is a convenience.
            <tr key={row.id} onClick={() => navigate(`/customers/${row.id}`)}>
              <th scope="row">
                <Link to={`/customers/${row.id}`} onClick={(event) => event.stopPropagation()}>#{row.id}</Link>
              </th>
              <td>{row.userId ?? <span className="less">{t('shared.anonymous')}</span>}</td>
              <td>
                <time dateTime={row.lastSeen} title={format.date(row.lastSeen, language, 'moment')}>{format.ago(row.lastSeen, now, language)}</time>
              </td>
              <td className="wide-only">{format.date(row.firstSeen, language, 'day')}</td>
              <td className="number">{format.count(row.orders, language)}</td>
              <td className="number">{row.orders > 0 ? format.money(row.revenueCents, row.currency, language) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
