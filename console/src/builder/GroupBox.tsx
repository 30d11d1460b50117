// A group: all of its rows or one of them, as it is or turned into its opposite; groups in groups.
import { Button } from '../shared/Controls'
import { useWords } from '../shared/words'
import { Select } from './Parts'
import { RowBox, Tools } from './RowBox'
import { begin, group, inserted, moved, replaced, type Group, type Item } from './rows'

const DEPTH_MAX = 6 // nobody reads deeper; what is deeper already can be changed
const focusOn = (id: number) => setTimeout(() => document.getElementById(`rule-${id}`)?.focus())

export function GroupBox(props: { root: Group; of: Group; depth: number; at: number; count: number; onChange: (root: Group, typing?: string) => void }) {
  const { root, of, depth } = props
  const { t } = useWords()
  const put = (id: number, by: Item | undefined, typing?: string) => props.onChange(replaced(root, id, by), typing)
  const self = (by: Group) => (depth === 0 ? props.onChange(by) : put(of.id, by))
  const add = (item: Item) => {
    props.onChange(inserted(root, of.id, item))
    const first = item.kind === 'group' ? item.items[0] : item
    if (first !== undefined) focusOn(first.id)
  }
  const name = t(depth === 0 ? 'builder.whole' : 'builder.group')
  return (
    <div className={`rules rules-${depth % 2}`} role="group" aria-label={name}>
      <div className="rules-head">
        <Select label={t('builder.negation')} value={of.not ? 'not' : 'is'} options={['is', 'not'].map((one) => ({ value: one, name: t(`builder.negations.${one}`) }))} onChange={(is) => self({ ...of, not: is === 'not' })} />
        <Select label={t('builder.join')} value={of.join} options={(['all', 'any'] as const).map((one) => ({ value: one, name: t(`builder.joins.${one}`) }))} onChange={(join) => self({ ...of, join })} />
        {depth > 0 && <Tools name={name} at={props.at} count={props.count} onMove={(by) => props.onChange(moved(root, of.id, by))} onRemove={() => put(of.id, undefined)} />}
      </div>
      {of.items.length > 0 && (
        <ul className="rules-list">
          {of.items.map((one, at) => (
            <li key={one.id}>
              {at > 0 && <span className="rules-join">{t(`builder.and.${of.join}`)}</span>}
              {one.kind === 'group'
                ? <GroupBox root={root} of={one} depth={depth + 1} at={at} count={of.items.length} onChange={props.onChange} />
                : <RowBox row={one} at={at} count={of.items.length} onPut={(item, typing) => put(one.id, item, typing)} onMove={(by) => props.onChange(moved(root, one.id, by))} />}
            </li>
          ))}
        </ul>
      )}
      <div className="rules-add">
        <Button onClick={() => add(begin('event'))}>{t('builder.addRow')}</Button>
        {depth < DEPTH_MAX && <Button kind="text" onClick={() => add(group([begin('event')], of.join === 'all' ? 'any' : 'all'))}>{t('builder.addGroup')}</Button>}
      </div>
    </div>
  )
}
