// The arms with the customers they have and should have; where these do not fit, nothing else can be believed.
import * as format from '../shared/format'
import { AlertIcon, CheckIcon } from '../shared/icons'
import { Card } from '../shared/View'
import { useWords } from '../shared/words'
import type { Result } from './experiments'

export function Mismatch({ result }: { result: Result }) {
  const { t, language } = useWords()
  const { srm } = result
  return (
    <section className="card experiment-alarm" role="alert" aria-labelledby="experiment-alarm">
      <h2 id="experiment-alarm"><AlertIcon size={18} /> {t('experiments.srm.title')}</h2>
      <p>{t('experiments.srm.text', { p: srm.p === null ? '–' : format.signedNumber(srm.p, language).replace('+', '') })}</p>
      <p>{t('experiments.srm.look')}</p>
      <ul>
        {srm.hints.map((hint) => <li key={hint}>{t(`experiments.srm.hints.${hint}`, { defaultValue: hint })}</li>)}
      </ul>
    </section>
  )
}

export function Arms({ result }: { result: Result }) {
  const { t, language } = useWords()
  const { arms, experiment, srm } = result
  const all = arms.reduce((sum, arm) => sum + arm.units, 0)
  return (
    <Card id="experiment-arms" title={t('experiments.one.arms')} note={t('experiments.one.armsNote')}>
      <div className="table-wrap" role="group" aria-label={t('experiments.one.arms')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('experiments.one.arm')}</th>
              <th scope="col" className="number">{t('experiments.one.units')}</th>
              <th scope="col" className="number">{t('experiments.one.share')}</th>
              <th scope="col" className="number">{t('experiments.one.expected')}</th>
            </tr>
          </thead>
          <tbody>
            {arms.map((arm, at) => (
              <tr key={arm.name}>
                <th scope="row">{arm.name} {at === 0 && <span className="chip">{t('experiments.one.control')}</span>}</th>
                <td className="number">{format.count(arm.units, language)}</td>
                <td className="number">{all > 0 ? format.share(arm.units / all, language) : '–'}</td>
                <td className="number">{format.share(arm.expectedShare, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="experiment-foot">
        {!srm.alarm && all > 0 && <span className="experiment-fits"><CheckIcon size={14} /> {t('experiments.srm.fits')}</span>}
        {experiment.crossed > 0 && <span>{t('experiments.one.crossed', { n: format.count(experiment.crossed, language) })}</span>}
      </p>
    </Card>
  )
}
