// What one customer will probably do: a small card of the customer's page.
import { useQuery } from '@tanstack/react-query'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import './predictions.css'

export function CustomerPredictions({ id }: { id: string }) {
  const { t, language } = useWords()
  const asked = useQuery({ queryKey: ['customer-predictions', id], queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}/predictions', { path: { id }, signal }) })
  return (
    <Card id="customer-predictions" title={t('predictions.title')} note={asked.data?.predictions == null ? undefined : t('predictions.until', { at: format.date(asked.data.predictions.until, language, 'moment') })}>
      <View
        query={asked}
        empty={(found) => found.predictions === null || (found.predictions.items.length === 0 && found.predictions.clv === null)}
        whenEmpty={<Empty title={t('predictions.nothing.title')}>{t('predictions.nothing.text')}</Empty>}
      >
        {({ predictions }) => (
          <ul className="prediction-list">
            {(predictions?.items ?? []).map((one) => (
              <li key={one.name}>
                <span>{t(`predictions.names.${one.name}`, { days: one.windowDays })}</span>
                <span className="prediction-bar"><span style={{ width: `${(one.probability * 100).toFixed(1)}%` }} /></span>
                <b className="number">{format.percent(one.probability, language)}</b>
              </li>
            ))}
            {(predictions?.nextCategories ?? []).map((one) => (
              <li key={one.category} className="prediction-next">
                <span>{t('predictions.next.of', { category: one.category })}</span>
                <span className="prediction-bar"><span style={{ width: `${(one.probability * 100).toFixed(1)}%` }} /></span>
                <b className="number">{format.percent(one.probability, language)}</b>
              </li>
            ))}
            {predictions?.clv != null && (
              <li>
                <span>{t('predictions.clv', { days: predictions.clvDays })}</span>
                <span />
                <b className="number">{format.count(Math.round(predictions.clv), language)}</b>
              </li>
            )}
            {predictions?.spend != null && (
              <li>
                <span>{t('predictions.spend.of', { days: predictions.spend.days })}</span>
                <span>{t('predictions.spend.interval', { low: format.count(Math.round(predictions.spend.low), language), high: format.count(Math.round(predictions.spend.high), language) })}</span>
                <b className="number">{format.count(Math.round(predictions.spend.expected), language)}</b>
              </li>
            )}
          </ul>
        )}
      </View>
    </Card>
  )
}
