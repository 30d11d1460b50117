// The journeys of one customer: where he stands in each, or why he left.
import { Link } from 'react-router-dom'
import { maySeeTotals } from '../session/rights'
import { useSession } from '../session/useSession'
import * as format from '../shared/format'
import { Hint } from '../shared/Hint'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { useCustomerJourneys, useJourneys } from './useJourneys'
import './journeys.css'

export function CustomerJourneys({ id }: { id: string }) {
  const { t, language } = useWords()
  const links = maySeeTotals(useSession().data?.role) // to read what a journey is
  const titles = new Map(useJourneys(links).data?.items.map((one) => [one.name, one.title?.[language]]))
  return (
    <Card id="customer-journeys" title={t('journeys.ofOne.title')} extra={<Hint label={t('journeys.ofOne.hintLabel')}>{t('journeys.ofOne.hint')}</Hint>}>
      <View query={useCustomerJourneys(id)} lines={3} empty={({ items }) => items.length === 0} whenEmpty={<Empty title={t('journeys.ofOne.empty')} />}>
        {({ items }) => (
          <ul className="journey-ofs" aria-label={t('journeys.ofOne.title')}>
            {items.map(({ journey, key, node, left, inWait, entered, due }) => (
              <li key={`${journey} ${key}`}>
                {links ? <Link className="journey-link" to={left === 'in' && node !== null ? `/journeys/${journey}?node=${node}` : `/journeys/${journey}`}>{titles.get(journey) || journey}</Link> : <b>{journey}</b>}{key !== '' && <> <code>{key}</code></>}
                <span className={left === 'in' ? 'chip chip-accent' : 'chip'}>{left !== 'in' ? t(`journeys.lefts.${left}`) : node === null ? t('journeys.ofOne.on') : t('journeys.ofOne.at', { node })}</span>
                <span className="less">{entered !== null && t('journeys.ofOne.entered', { at: format.date(entered, language, 'moment') })}{left === 'in' && inWait && due !== null && ` · ${t('journeys.report.due', { at: format.date(due, language, 'moment') })}`}</span>
              </li>
            ))}
          </ul>
        )}
      </View>
    </Card>
  )
}
