import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link, useLocation, useParams } from 'react-router-dom'
import { Copyable } from '../raw/CopyButton'
import { Recommendations } from '../recommend/Recommendations'
import { CustomerSegments } from '../segments/CustomerSegments'
import { call } from '../shared/client'
import { BackIcon } from '../shared/icons'
import { View } from '../shared/View'
import { useWords } from '../shared/words'
import { CustomerConsents } from '../consents/CustomerConsents'
import { CustomerJourneys } from '../journeys/CustomerJourneys'
import { CustomerMessages } from '../messages/CustomerMessages'
import { CustomerFeedback } from '../feedback/CustomerFeedback'
import { CustomerTags } from '../tags/CustomerTags'
import { mayErase } from '../session/rights'
import { useSession } from '../session/useSession'
import { CustomerPredictions } from '../predictions/CustomerPredictions'
import { Page } from '../shell/Page'
import { Likes } from './Likes'
import { Portrait } from './Portrait'
import { Timeline } from './Timeline'
import './customers.css'

export default function CustomerPage() {
  const { t } = useWords()
  const { id = '' } = useParams()
  const [shown, setShown] = useState({ id: '', purpose: '' }) // contact in clear is of this customer, and gone with the page
  const purpose = shown.id === id ? shown.purpose : ''
  const customer = useQuery({
    queryKey: purpose === '' ? ['customer', id] : ['customer', id, purpose],
    queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}', { path: { id }, ...(purpose === '' ? {} : { query: { contact: 'clear', purpose } }), signal }),
    placeholderData: (before) => (before?.id === id ? before : undefined),
  })
  const data = customer.data
  const role = useSession().data?.role
  const { hash } = useLocation()
  const loaded = data !== undefined
  useEffect(() => {
    // A link to a part of the page can only lead there once the part is drawn.
    if (loaded && hash !== '') document.getElementById(hash.slice(1))?.scrollIntoView({ block: 'center' })
  }, [loaded, hash])
  return (
    <Page
      title={t('customers.one.title', { id })}
      before={
        <Link className="back" to="/customers">
          <BackIcon size={15} /> {t('customers.one.back')}
        </Link>
      }
      help="customers"
      extra={data !== undefined && mayErase(role) ? <Link className="text-button" to={`/privacy?${new URLSearchParams({ id: data.id })}`}>{t('privacy.customer')}</Link> : undefined}
      note={
        data === undefined ? undefined : (
          <>
            {data.userId === null ? <span>{t('shared.anonymous')}</span> : <Copyable text={data.userId} what={t('customers.one.idKinds.userId')} />}
            {data.events !== undefined && (
              <span>{t('customers.one.events', { count: data.events })}</span>
            )}
            {data.standing != null && (
              <span className="customer-standing">
                {t(`standing.life.names.${data.standing.lifecycle}`)} · {t(`standing.aipl.names.${data.standing.aipl}`)}
                {data.standing.rfm !== null && ` · ${t(`standing.segments.names.${data.standing.rfm.segment}`)} (${t(`standing.classes.names.${data.standing.rfm.class}`)})`}
              </span>
            )}
            {!data.consents.personalization && <span className="warn">{t('customers.one.refused')}</span>}
          </>
        )
      }
    >
      <View query={customer} lines={12}>
        {(found) => (
          <div className="customer">
            <Portrait customer={found} onShowContact={(why) => setShown({ id, purpose: why })} />
            <div className="customer-middle">
              <Likes id={found.id} />
              <CustomerPredictions id={found.id} />
              <CustomerTags id={found.id} />
              <CustomerSegments id={found.id} />
              <CustomerMessages id={found.id} />
              <CustomerJourneys id={found.id} />
              <CustomerFeedback id={found.id} />
              <CustomerConsents id={found.id} />
              <Recommendations customerId={found.id} />
            </div>
            <Timeline id={found.id} />
          </div>
        )}
      </View>
    </Page>
  )
}
