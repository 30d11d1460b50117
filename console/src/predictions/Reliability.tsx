// Ten groups by probability: what was predicted, what came true. On the diagonal both are the same.
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { scaleOf } from './reliability'

const SIZE = 220
const EDGE = 30

export function Reliability({ bins }: { bins: Schema<'PredictionModel'>['bins'] }) {
  const { t, language } = useWords()
  const { most, at } = scaleOf(bins, SIZE)
  const x = (value: number) => EDGE + at(value)
  const y = (value: number) => 8 + SIZE - at(value)
  const percent = (value: number) => format.percent(value, language)
  return (
    <div className="reliability">
      <svg viewBox={`0 0 ${SIZE + EDGE + 12} ${SIZE + EDGE + 8}`} role="img" aria-label={t('predictions.curve')}>
        <rect x={EDGE} y={8} width={SIZE} height={SIZE} />
        <line className="reliability-even" x1={x(0)} y1={y(0)} x2={x(most)} y2={y(most)} />
        {bins.map((bin, i) => (
          <line key={i} className="reliability-span" x1={x(bin.predicted)} x2={x(bin.predicted)} y1={y(bin.low)} y2={y(bin.high)} />
        ))}
        {bins.map((bin, i) => (
          <circle key={i} cx={x(bin.predicted)} cy={y(bin.cameTrue)} r={4} />
        ))}
        <text x={EDGE} y={SIZE + 24}>0</text>
        <text x={EDGE + SIZE} y={SIZE + 24} textAnchor="end">{percent(most)}</text>
        <text x={EDGE + SIZE / 2} y={SIZE + 36} textAnchor="middle">{t('predictions.predicted')}</text>
        <text x={14} y={8 + SIZE / 2} textAnchor="middle" transform={`rotate(-90 14 ${8 + SIZE / 2})`}>{t('predictions.cameTrue')}</text>
      </svg>
      <div className="reliability-table" role="group" aria-label={t('predictions.curve')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">{t('predictions.customers')}</th>
              <th scope="col" className="number">{t('predictions.predicted')}</th>
              <th scope="col" className="number">{t('predictions.cameTrue')}</th>
            </tr>
          </thead>
          <tbody>
            {bins.map((bin, i) => (
              <tr key={i}>
                <td className="number">{format.count(bin.customers, language)}</td>
                <td className="number">{percent(bin.predicted)}</td>
                <td className="number">{percent(bin.cameTrue)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
