// A bar a model, divided among the channels: where the models differ is seen at once. The table below has the numbers.
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { models, partsOf, SHOWN, type Report, type Unit } from './attribution'

export function Models({ report, unit }: { report: Report; unit: Unit }) {
  const { t, language } = useWords()
  const names = [...report.channels.slice(0, SHOWN).map(({ channel }) => channel), ...(report.channels.length > SHOWN ? [t('attribution.models.rest')] : [])]
  if (names.length === 0) return null
  return (
    <div className="attribution-models">
      <ul className="attribution-legend">
        {names.map((name, at) => <li key={name}><i className={`attribution-${at}`} aria-hidden="true" />{name}</li>)}
      </ul>
      <ul className="attribution-bars" aria-hidden="true">
        {models.map((model) => (
          <li key={model}>
            <span>{t(`attribution.names.${model}`)}</span>
            <span className="attribution-bar">
              {partsOf(report, model, unit).map((part, at) => part > 0 && (
                <span key={names[at]} className={`attribution-${at}`} style={{ width: `${100 * part}%` }} title={`${names[at] ?? ''}: ${format.percent(part, language)}`}>{part >= 0.12 ? format.percent(part, language) : ''}</span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
