// What lists are worth to which kind of customer: each group against the others, with intervals.
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { Look } from './Exposure'
import { areApart, groupsOf, type Fairness, type Interval } from './fairness'

const figures = ['longTail', 'lift', 'js', 'steck', 'clickRate', 'buyRate'] as const

/** A mean with its interval below it. */
export function Between({ of, text }: { of: Interval; text: (value: number) => string }) {
  if (of === null) return <>–</>
  return <><b>{text(of.value)}</b><span className="fair-between">{text(of.low)} – {text(of.high)}</span></>
}

export function Groups({ report }: { report: Fairness }) {
  const { t, language } = useWords()
  const { all, groups } = groupsOf(report)
  const share = (value: number | null) => (value === null ? '–' : format.share(value, language))
  const distance = (value: number) => format.decimal(value, language)
  return (
    <>
      <div className="table-wrap" role="group" aria-label={t('fairness.groups.title')} tabIndex={0}>
        <table className="table fair-groups">
          <thead>
            <tr>
              <th scope="col">{t('fairness.groups.group')}</th>
              <th scope="col" className="number">{t('fairness.groups.customers')}</th>
              {figures.map((one) => <th key={one} scope="col" className="number">{t(`fairness.groups.${one}`)}</th>)}
            </tr>
          </thead>
          <tbody>
            {groups.map((one) => {
              const far = one.group !== 'all' && all != null && areApart(one.js, all.js) && (one.js?.value ?? 0) > (all.js?.value ?? 0)
              return (
                <tr key={one.group} className={one.group === 'all' ? 'fair-all' : ''}>
                  <th scope="row">{t(`fairness.groups.names.${one.group}`)} <Look when={far}>{t('fairness.groups.far')}</Look><span className="less">{t(`fairness.groups.who.${one.group}`)}</span></th>
                  <td className="number">{format.count(one.customers, language)}</td>
                  <td className="number"><Between of={one.longTail} text={(value) => format.share(value, language)} /></td>
                  <td className="number"><b>{one.lift === null ? '–' : format.signedPercent(one.lift, language)}</b></td>
                  <td className="number"><Between of={one.js} text={distance} /></td>
                  <td className="number"><Between of={one.steck} text={distance} /></td>
                  <td className="number">{share(one.clickRate)}</td>
                  <td className="number">{share(one.buyRate)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <dl className="fair-means">
        {figures.map((one) => (
          <div key={one}>
            <dt>{t(`fairness.groups.${one}`)}</dt>
            <dd>{t(`fairness.groups.${one}Means`)}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
