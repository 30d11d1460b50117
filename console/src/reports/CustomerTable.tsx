// Customers behind a figure, a line each.
import { Link } from 'react-router-dom'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'

export function CustomerTable({ label, rows, className = '' }: { label: string; rows: readonly Schema<'CustomerRow'>[]; className?: string }) {
  const { t, language } = useWords()
  return (
    <div className="table-wrap" role="group" aria-label={label} tabIndex={0}>
      <table className={`table ${className}`}>
        <thead>
          <tr>
            <th scope="col">{t('customers.list.customer')}</th>
            <th scope="col">{t('customers.list.userId')}</th>
            <th scope="col" className="number">{t('customers.list.orders')}</th>
            <th scope="col" className="number">{t('customers.list.revenue')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((customer) => (
            <tr key={customer.id}>
              <th scope="row"><Link to={`/customers/${customer.id}`}>#{customer.id}</Link></th>
              <td>{customer.userId ?? <span className="less">{t('shared.anonymous')}</span>}</td>
              <td className="number">{format.count(customer.orders, language)}</td>
              <td className="number">{customer.orders > 0 ? format.money(customer.revenueCents, customer.currency, language) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
