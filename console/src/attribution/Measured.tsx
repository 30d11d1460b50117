// What would not have happened otherwise: the lift of each experiment and of the holdout, with its interval; and what nobody measures.
import { Link } from 'react-router-dom'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import type { Lift, Report } from './attribution'

export function Measured({ report }: { report: Report }) {
  const { t, language } = useWords()
  const { measured, notMeasured, holdout } = report.incrementality
  const money = (value: number) => (report.currency === undefined ? format.decimal(value / 100, language) : format.money(Math.round(value), report.currency, language))
  const whole = (value: number) => (report.currency === undefined ? format.decimal(value / 100, language) : format.money(Math.round(value), report.currency, language, 'round'))
  const number = (value: number) => format.decimal(value, language, 3)
  const lift = (one: Lift | null, show: (value: number) => string, all: (value: number) => string) =>
    one === null ? <span className="less">{t('attribution.measured.tooFew')}</span> : (
      <>
        <b>{show(one.perCustomer)}</b> <span className="less">{show(one.low)} {t('attribution.measured.to')} {show(one.high)}</span>
        <span className="less attribution-all">{t('attribution.measured.all', { value: all(one.all), low: all(one.allLow), high: all(one.allHigh) })}</span>
      </>
    )
  return (
    <div className="attribution-measured">
      {measured.length > 0 && (
        <div className="table-wrap" role="group" aria-label={t('attribution.measured.title')} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('attribution.measured.experiment')}</th>
                <th scope="col">{t('attribution.measured.where')}</th>
                <th scope="col" className="number">{t('attribution.measured.customers')}</th>
                <th scope="col">{t('attribution.measured.money')}</th>
                <th scope="col">{t('attribution.measured.orders')}</th>
              </tr>
            </thead>
            <tbody>
              {measured.map((one) => (
                <tr key={`${one.experiment} ${one.arm}`}>
                  <th scope="row"><Link to={`/experiments/${encodeURIComponent(one.experiment)}`}>{one.title === '' ? one.experiment : one.title}</Link> <span className="less">{t('attribution.measured.arms', { arm: one.arm, control: one.control })}</span></th>
                  <td>{one.holdout ? t('attribution.measured.holdout') : one.placements.length === 0 ? t('attribution.measured.everywhere') : one.placements.join(', ')}</td>
                  <td className="number">{format.count(one.customers, language)}</td>
                  {one.trusted ? (
                    <>
                      <td>{lift(one.money, money, whole)}</td>
                      <td>{lift(one.orders, number, (value) => format.count(Math.round(value), language))}</td>
                    </>
                  ) : <td colSpan={2} className="attribution-warn">{t('attribution.measured.untrusted')}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(notMeasured.length > 0 || !holdout) && (
        <p className="attribution-not">
          {t('attribution.measured.nobody', { where: [...notMeasured, ...(holdout ? [] : [t('attribution.measured.holdout')])].join(', ') })} <Link to="/experiments/new">{t('attribution.measured.setUp')}</Link>
        </p>
      )}
    </div>
  )
}
