import { Copyable } from '../raw/CopyButton'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { CheckIcon, CrossIcon } from '../shared/icons'
import { Card } from '../shared/View'
import { useWords } from '../shared/words'
import { maySeeContact } from '../session/rights'
import { useSession } from '../session/useSession'
import { Contact } from './Contact'
import { Merges } from './Merges'
import { Part } from './Part'
import { consentLines, traitText } from './portrait'

const IDS_MAX = 4 // of one kind; a shared tablet may have hundreds

function Facts({ customer }: { customer: Schema<'CustomerProfile'> }) {
  const { t, language } = useWords()
  const { orders } = customer
  const now = Date.now()
  const cells: [string, string, string | undefined][] = [
    [t('customers.one.orders'), format.count(orders.count, language), undefined],
    [t('customers.one.revenue'), orders.count > 0 ? format.money(orders.revenueCents, orders.currency, language) : '–', undefined],
    [t('customers.one.mean'), orders.count > 0 ? format.money(format.meanOrderCents(orders.revenueCents, orders.count), orders.currency, language) : '–', undefined],
    [t('customers.one.lastOrder'), orders.last === null ? t('customers.one.never') : format.ago(orders.last, now, language), orders.last ?? undefined],
    [t('customers.one.firstSeen'), format.date(customer.firstSeen, language, 'day'), customer.firstSeen],
    [t('customers.one.lastSeen'), format.ago(customer.lastSeen, now, language), customer.lastSeen],
  ]
  return (
    <dl className="facts">
      {cells.map(([name, value, at]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={at === undefined ? undefined : format.date(at, language, 'moment')}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Portrait({ customer, onShowContact }: { customer: Schema<'CustomerProfile'>; onShowContact: (purpose: string) => void }) {
  const { t, language } = useWords()
  const may = maySeeContact(useSession().data?.role)
  const traits = Object.entries(customer.traits)
  const named = (group: 'consentKinds' | 'idKinds', kind: string) => t(`customers.one.${group}.${kind}`, { defaultValue: kind })
  return (
    <Card id="portrait" className="portrait" title={t('customers.one.portrait')}>
      <Facts customer={customer} />
      <Part title={t('customers.one.consents')}>
        <ul className="consents">
          {consentLines(customer.consents).map(({ kind, allowed, at }) => (
            <li key={kind} className={allowed ? 'consent consent-yes' : 'consent consent-no'}>
              {allowed ? <CheckIcon size={15} /> : <CrossIcon size={15} />}
              <span>{named('consentKinds', kind)}</span>
              <span className="consent-what">{allowed ? t('customers.one.yes') : t('customers.one.no')}</span>
              <span className="less">{at === undefined ? t('customers.one.byDefault') : format.date(at, language, 'day')}</span>
            </li>
          ))}
        </ul>
      </Part>
      {customer.segments.length > 0 && (
        <Part title={t('customers.one.segments')}>
          <ul className="chips">
            {customer.segments.map((name) => (
              <li key={name} className="chip">{name}</li>
            ))}
          </ul>
        </Part>
      )}
      {traits.length > 0 && (
        <Part title={t('customers.one.traits')}>
          <dl className="pairs">
            {traits.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{traitText(value)}</dd>
              </div>
            ))}
          </dl>
          {customer.contact === 'masked' && may && <Contact onShow={onShowContact} />}
          {customer.contact === 'masked' && !may && <p className="less">{t('customers.one.contact.masked')}</p>}
        </Part>
      )}
      <Part title={t('customers.one.ids')}>
        <dl className="pairs">
          <div>
            <dt>{t('customers.one.number')}</dt>
            <dd><Copyable text={customer.id} what={t('customers.one.number')} /></dd>
          </div>
          {Object.entries(customer.ids).map(([kind, values]) => (
            <div key={kind}>
              <dt>{named('idKinds', kind)}</dt>
              <dd>
                {values.slice(0, IDS_MAX).map((value) => (
                  <Copyable key={value} text={value} what={named('idKinds', kind)} />
                ))}
                {values.length > IDS_MAX && <span className="less">{t('customers.one.moreIds', { count: values.length - IDS_MAX })}</span>}
              </dd>
            </div>
          ))}
        </dl>
      </Part>
      <Merges id={customer.id} />
    </Card>
  )
}
