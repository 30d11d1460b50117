import type { ReactNode } from 'react'

export function Kpi(props: { name: string; value: string; note: ReactNode; children?: ReactNode }) {
  return (
    <div className="kpi">
      <dt className="kpi-name">{props.name}</dt>
      <dd className="kpi-value">{props.value}</dd>
      <dd className="kpi-note">{props.note}</dd>
      {props.children}
    </div>
  )
}
