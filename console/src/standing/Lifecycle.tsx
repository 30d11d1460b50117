// How many are in each stage of the lifecycle; each bar leads to its customers.
import { Link } from 'react-router-dom'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'

export function Lifecycle({ report }: { report: Schema<'LifecycleReport'> }) {
  const { t, language } = useWords()
  const most = Math.max(1, ...report.stages.map((stage) => stage.customers))
  const came = (stage: string) => report.flows.filter((flow) => flow.to === stage && flow.from !== stage).reduce((sum, flow) => sum + flow.customers, 0)
  return (
    <ul className="life">
      {report.stages.map(({ stage, customers }) => (
        <li key={stage}>
          <Link to={`/segments?q=${encodeURIComponent(`customer.lifecycle == "${stage}"`)}`}>{t(`standing.life.names.${stage}`)}</Link>
          <span className="life-bar" aria-hidden="true"><span className={`life-${stage}`} style={{ width: `${(100 * customers) / most}%` }} /></span>
          <span className="number">{format.count(customers, language)}</span>
          <span className="less number">{report.since === null ? '' : t('standing.life.came', { number: format.count(came(stage), language) })}</span>
        </li>
      ))}
    </ul>
  )
}
