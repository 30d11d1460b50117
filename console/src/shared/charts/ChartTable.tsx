// The same numbers as a chart, as a table: for who reads numbers, who hears the page, and where a chart cannot be drawn.
import { ChartIcon, TableIcon } from '../icons'
import { useWords } from '../words'
import { intervalOf, textOf, type Panel } from './panel'

export function TableToggle({ table, onChange }: { table: boolean; onChange: (table: boolean) => void }) {
  const { t } = useWords()
  const name = table ? t('shared.chart.showChart') : t('shared.chart.showTable')
  return (
    <button type="button" className="icon-button" aria-label={name} title={name} onClick={() => onChange(!table)}>
      {table ? <ChartIcon /> : <TableIcon />}
    </button>
  )
}

export function ChartTable(props: { caption: string; axisLabel: string; xText: readonly string[]; panels: readonly Panel[] }) {
  const { t } = useWords()
  const columns = props.panels.flatMap((panel) => [
    { name: panel.label, at: (row: number) => textOf(panel, panel.values[row]) },
    ...(panel.kind === 'band' ? [{ name: t('shared.chart.interval'), at: (row: number) => intervalOf(panel, row) }] : []),
    ...(panel.before === undefined ? [] : [{ name: panel.before.label, at: (row: number) => textOf(panel, panel.before?.values[row]) }]),
  ])
  return (
    <div className="chart-table" role="group" aria-label={props.caption} tabIndex={0}>
      <table className="table">
        <caption className="visually-hidden">{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{props.axisLabel}</th>
            {columns.map((column) => (
              <th key={column.name} scope="col" className="number">
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.xText.map((text, at) => ({ text, at })).reverse().map(({ text, at }) => (
            <tr key={at}>
              <th scope="row">{text}</th>
              {columns.map((column) => (
                <td key={column.name} className="number">
                  {column.at(at)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
