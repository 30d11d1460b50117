// AIPL then and now, and who went where; the same as a table for those who do not see it.
import { Link } from 'react-router-dom'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { drawing, type Node } from './flow'

const ORDER = ['loyal', 'purchase', 'interest', 'aware', 'none']
const WIDTH = 560
const HEIGHT = 260
const LEFT = 132
const RIGHT = WIDTH - 132
const BAR = 12

export function FlowChart({ report }: { report: Schema<'AiplReport'> }) {
  const { t, language } = useWords()
  const { then, now, bands } = drawing(report.flows, ORDER, HEIGHT, 14)
  const name = (stage: string) => t(`standing.aipl.names.${stage}`)
  const label = (node: Node, side: 'then' | 'now') => (
    <g key={`${side} ${node.stage}`}>
      <rect className={`flow-${node.stage}`} x={side === 'then' ? LEFT : RIGHT - BAR} y={node.y} width={BAR} height={Math.max(1, node.height)} rx="2" />
      <text x={side === 'then' ? LEFT - 8 : RIGHT + 8} y={node.y + Math.max(1, node.height) / 2} dominantBaseline="middle" textAnchor={side === 'then' ? 'end' : 'start'}>
        {name(node.stage)} {format.compact(node.customers, language)}
      </text>
    </g>
  )
  return (
    <div className="flow">
      {bands.length > 0 && (
        <svg viewBox={`0 -8 ${WIDTH} ${HEIGHT + 16}`} aria-hidden="true" focusable="false">
          {bands.map((band) => (
            <path
              key={`${band.from} ${band.to}`} className={`flow-band flow-${band.to}`} strokeWidth={Math.max(1, band.thick)}
              d={`M${LEFT + BAR} ${band.left} C ${(LEFT + RIGHT) / 2} ${band.left}, ${(LEFT + RIGHT) / 2} ${band.right}, ${RIGHT - BAR} ${band.right}`}
            />
          ))}
          {then.map((node) => label(node, 'then'))}
          {now.map((node) => label(node, 'now'))}
        </svg>
      )}
      <ul className="flow-stages">
        {report.stages.filter(({ stage }) => stage !== 'none').map(({ stage, customers }) => (
          <li key={stage}>
            <i className={`flow-dot flow-${stage}`} aria-hidden="true" />
            <Link to={`/segments?q=${encodeURIComponent(`customer.aipl == "${stage}"`)}`}>{name(stage)}</Link>
            <span className="number">{format.count(customers, language)}</span>
          </li>
        ))}
      </ul>
      <div className="visually-hidden">
        <table>
          <caption>{t('standing.aipl.moved')}</caption>
          <tbody>
            {bands.map((band) => (
              <tr key={`${band.from} ${band.to}`}>
                <td>{name(band.from)}</td>
                <td>{name(band.to)}</td>
                <td>{format.count(band.customers, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
