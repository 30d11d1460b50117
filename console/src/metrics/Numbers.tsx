// The number of a metric over some days, with what it was divided from.
import { meanText } from '../experiments/experiments'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import type { Days, Metric } from './metrics'

const sumText = (metric: Metric, value: number, currency: string, language: format.Language): string => (metric.money || metric.name === 'refund_share' ? format.money(value, currency, language, 'round') : format.count(value, language))

export function Numbers({ found, days }: { found: Days; days: number }) {
  const { t, language } = useWords()
  const { metric, currency = '' } = found
  const values = { of: sumText(metric, found.of, currency, language), customers: format.count(found.customers, language) }
  const per = found.per === null ? undefined : metric.name === 'refund_share' ? format.money(found.per, currency, language, 'round') : format.count(found.per, language)
  return (
    <p className="metric-number">
      <b>{meanText(metric, found.value, currency, language)}</b>
      <span className="less">{t('metrics.over', { days })} · {per === undefined ? t(metric.type === 'share' ? 'metrics.parts.share' : 'metrics.parts.mean', values) : t('metrics.parts.ratio', { ...values, per })}</span>
    </p>
  )
}
