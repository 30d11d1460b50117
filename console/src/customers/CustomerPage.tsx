import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router-dom'
import { Recommendations } from '../recommend/Recommendations'
import { call } from '../shared/client'
import { BackIcon } from '../shared/icons'
import { View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Portrait } from './Portrait'
import { Timeline } from './Timeline'
import './customers.css'

export default function CustomerPage() {
  const { t } = useWords()
  const { id = '' } = useParams()
  const customer = useQuery({
    queryKey: ['customer', id],
    queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}', { path: { id }, signal }),
  })
  const data = customer.data
  return (
    <Page
      title={t('customers.one.title', { id })}
      before={
        <Link className="back" to="/customers">
          <BackIcon size={15} /> {t('customers.one.back')}
        </Link>
      }
      note={
        data === undefined ? undefined : (
          <>
            <code>{data.userId ?? t('shared.anonymous')}</code>
            {data.events !== undefined && (
              <span>{t('customers.one.events', { count: data.events })}</span>
            )}
          </>
        )
      }
    >
      <View query={customer} lines={12}>
        {(found) => (
          <div className="customer">
            <Portrait customer={found} />
            <Recommendations customerId={found.id} />
            <Timeline id={found.id} />
          </div>
        )}
      </View>
    </Page>
  )
}
