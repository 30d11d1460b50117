// Did, or did not do: an event, of what kind, how often, when, and what came after.
import { Button } from '../shared/Controls'
import { CrossIcon } from '../shared/icons'
import { useEventName, useWords } from '../shared/words'
import type { Change } from './Fields'
import { CompareIn, NumberIn, Pick, Select, SpanIn, Values, WindowIn, Word, type Option } from './Parts'
import { compares, eventNumbers, eventTexts, textOps, type Compare, type EventProperty, type EventRow, type Row, type TextOp, type Where } from './rows'
import { useKnown } from './useNames'

const properties: readonly EventProperty[] = [...eventTexts, ...eventNumbers]
const isNumber = (property: EventProperty): boolean => (eventNumbers as readonly string[]).includes(property)

/** One condition on an event: of which property, how, with what. */
export function WhereFields({ where, onWhere, onRemove }: { where: Where; onWhere: (where: Where, typed: boolean) => void; onRemove: () => void }) {
  const { t } = useWords()
  const { names } = useKnown()
  const options: Option[] = where.property === 'category' ? names.categories.map((one) => ({ value: one.name, count: one.count })) : where.property === 'brand' ? names.brands.map((one) => ({ value: one.name, count: one.count })) : []
  const ops: readonly (Compare | TextOp)[] = isNumber(where.property) ? compares : textOps
  const [first] = where.values
  const pick = (which: string) => {
    const any = which.startsWith('any.')
    const property = properties.find((one) => one === which.replace('any.', '')) ?? 'category'
    onWhere(isNumber(property) === isNumber(where.property) ? { ...where, any, property } : { any, property, op: isNumber(property) ? '>=' : '==', values: [] }, false)
  }
  return (
    <span className="rule-where">
      <Select
        label={t('builder.property')} value={`${where.any ? 'any.' : ''}${where.property}`}
        options={[...properties.map((one) => ({ value: one as string, name: t(`builder.properties.${one}`) })), ...properties.filter((one) => one !== 'name' && one !== 'value').map((one) => ({ value: `any.${one}`, name: t('builder.anyProduct', { what: t(`builder.properties.${one}`) }) }))]}
        onChange={pick}
      />
      <Select<Compare | TextOp> label={t('builder.compare')} value={where.op} options={(ops.includes(where.op) ? ops : [...ops, where.op]).map((one) => ({ value: one, name: t(`builder.traitOps.${one}`) }))} onChange={(op) => onWhere({ ...where, op }, false)} />
      {where.op === 'in' ? (
        <Values label={t('builder.value')} values={where.values} options={options} read={(text) => text} onValues={(values) => onWhere({ ...where, values }, false)} />
      ) : isNumber(where.property) ? (
        <NumberIn label={t('builder.value')} value={typeof first === 'number' ? first : undefined} onNumber={(is) => onWhere({ ...where, values: is === undefined ? [] : [is] }, true)} />
      ) : (
        <Pick label={t('builder.value')} value={String(first ?? '')} options={options} onText={(text) => onWhere({ ...where, values: text === '' ? [] : [text] }, true)} />
      )}
      <button type="button" className="rule-icon" aria-label={t('builder.removeWhere')} onClick={onRemove}><CrossIcon size={13} /></button>
    </span>
  )
}

export function EventFields({ row, change }: { row: Row & EventRow; change: Change<Row & EventRow> }) {
  const { t } = useWords()
  const { names } = useKnown()
  const said = useEventName()
  const options = names.events.map((one) => ({ value: one.name, name: said(one.name), count: one.count }))
  const counts = row.measure === 'count' || row.measure === 'sum'
  return (
    <>
      <Select label={t('builder.measure')} value={row.measure} options={(['did', 'didNot', 'count', 'sum'] as const).map((one) => ({ value: one, name: t(`builder.measures.${one}`) }))} onChange={(measure) => change({ ...row, measure, value: row.value ?? 1 })} />
      <Select label={t('builder.events')} value={row.event === null ? 'any' : 'one'} options={['one', 'any'].map((one) => ({ value: one, name: t(`builder.eventForms.${one}`) }))} onChange={(is) => change({ ...row, event: is === 'any' ? null : '' })} />
      {row.event !== null && <Pick label={t('builder.event')} value={row.event} invalid={row.event === ''} options={options} onText={(event) => change({ ...row, event }, 'event')} />}
      {counts && <CompareIn value={row.op} onChange={(op) => change({ ...row, op })} />}
      {counts && <NumberIn label={t('builder.number')} whole={row.measure === 'count'} value={row.value} onNumber={(value) => change({ ...row, value }, 'value')} />}
      {row.measure === 'count' && <Word>{t('builder.times')}</Word>}
      <WindowIn value={row.window} onChange={(window, typed) => change({ ...row, window }, typed ? 'window' : undefined)} />
      {row.where.map((where, at) => (
        <WhereFields
          key={at} where={where}
          onWhere={(next, typed) => change({ ...row, where: row.where.map((one, i) => (i === at ? next : one)) }, typed ? `where ${at}` : undefined)}
          onRemove={() => change({ ...row, where: row.where.filter((_, i) => i !== at) })}
        />
      ))}
      {row.then !== null && (
        <span className="rule-where">
          <Select label={t('builder.then')} value={row.then.did ? 'did' : 'not'} options={['did', 'not'].map((one) => ({ value: one, name: t(`builder.thens.${one}`) }))} onChange={(is) => row.then !== null && change({ ...row, then: { ...row.then, did: is === 'did' } })} />
          <SpanIn label={t('builder.within')} value={row.then.within} onSpan={(within, typed) => row.then !== null && change({ ...row, then: { ...row.then, within } }, typed ? 'within' : undefined)} />
          <Pick label={t('builder.thenEvent')} value={row.then.event} options={options} invalid={row.then.event === ''} onText={(event) => row.then !== null && change({ ...row, then: { ...row.then, event } }, 'then')} />
          <button type="button" className="rule-icon" aria-label={t('builder.removeThen')} onClick={() => change({ ...row, then: null })}><CrossIcon size={13} /></button>
        </span>
      )}
      <span className="rule-more">
        {row.where.length < 8 && <Button kind="text" onClick={() => change({ ...row, where: [...row.where, { any: false, property: 'category', op: '==', values: [] }] })}>{t('builder.addWhere')}</Button>}
        {row.then === null && <Button kind="text" onClick={() => change({ ...row, then: { did: false, event: '', within: { amount: 2, unit: 'days' } } })}>{t('builder.addThen')}</Button>}
      </span>
    </>
  )
}
