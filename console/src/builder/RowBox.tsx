// One row: what kind it is, what it says, what is missing or wrong, and how it is moved and taken away.
import { useQuery } from '@tanstack/react-query'
import { CallError, call } from '../shared/client'
import { CrossIcon, DownIcon, UpIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import { RowFields } from './Fields'
import { Select } from './Parts'
import { begin, kinds, lackOf, type Item, type Offered, type Row } from './rows'
import { sentenceOf } from './sentence'
import type { Node } from './tree'
import { useKnown } from './useNames'
import { nodeOf } from './write'

const drawn = (tree: Node) => ({
  queryKey: ['expressions', 'row', tree],
  queryFn: ({ signal }: { signal: AbortSignal }) => call('post', '/api/v1/expressions', { body: { tree }, signal }),
  staleTime: Infinity,
  retry: false,
})

/** What the engine says against this row alone. */
function useFault(row: Row): string | undefined {
  const { isRefused } = useKnown()
  const alone = useQuery({ ...drawn(nodeOf(row)), enabled: isRefused && lackOf(row) === undefined })
  if (!isRefused) return undefined
  if (alone.error instanceof CallError) return alone.error.detail ?? alone.error.code
  return alone.data?.fault?.text
}

function AsText({ node }: { node: Node }) {
  const { t } = useWords()
  const text = useQuery(drawn(node))
  return (
    <span className="rule-text">
      <code>{text.data?.expression ?? '…'}</code>
      <span className="less">{t('builder.asText')}</span>
    </span>
  )
}

export function Tools(props: { name: string; at: number; count: number; onMove: (by: -1 | 1) => void; onRemove: () => void }) {
  const { t } = useWords()
  return (
    <span className="rule-tools">
      {props.count > 1 && <button type="button" className="rule-icon" disabled={props.at === 0} aria-label={t('builder.up', { name: props.name })} onClick={() => props.onMove(-1)}><UpIcon size={14} /></button>}
      {props.count > 1 && <button type="button" className="rule-icon" disabled={props.at === props.count - 1} aria-label={t('builder.down', { name: props.name })} onClick={() => props.onMove(1)}><DownIcon size={14} /></button>}
      <button type="button" className="rule-icon" aria-label={t('builder.remove', { name: props.name })} onClick={props.onRemove}><CrossIcon size={14} /></button>
    </span>
  )
}

export function RowBox(props: { row: Row; at: number; count: number; onPut: (item: Item | undefined, typing?: string) => void; onMove: (by: -1 | 1) => void }) {
  const { row } = props
  const { t } = useWords()
  const { speech } = useKnown()
  const fault = useFault(row)
  const lack = lackOf(row)
  const says = sentenceOf(row, speech)
  return (
    <div className={`rule ${fault !== undefined ? 'rule-wrong' : ''}`} role="group" aria-label={says}>
      <div className="rule-line">
        {row.kind === 'text' ? <span className="rule-kind">{t('builder.kinds.text')}</span> : (
          <Select<Offered> id={`rule-${row.id}`} label={t('builder.kind')} value={row.kind} options={kinds.map((one) => ({ value: one, name: t(`builder.kinds.${one}`) }))} onChange={(kind) => props.onPut(begin(kind, row.id))} />
        )}
        {row.kind === 'text' ? <AsText node={row.node} /> : <RowFields row={row} change={(next, typing) => props.onPut(next, typing === undefined ? undefined : `${row.id} ${typing}`)} />}
        <Tools name={says} at={props.at} count={props.count} onMove={props.onMove} onRemove={() => props.onPut(undefined)} />
      </div>
      {row.kind !== 'text' && <p className="rule-says">{says}</p>}
      {lack !== undefined && <p className="rule-lack">{t(`builder.lacks.${lack}`)}</p>}
      {fault !== undefined && <p className="rule-fault" role="alert">{t('builder.fault', { fault })}</p>}
    </div>
  )
}
