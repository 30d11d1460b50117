// What can be said in a row, by its kind. A change is the whole row anew; `typing` names the field, so that undo takes back a word and not a letter.
import { useWords } from '../shared/words'
import { EventFields } from './EventFields'
import { Checks, CompareIn, MomentIn, NumberIn, Pick, Select, SpanIn, Values, WindowIn, Word } from './Parts'
import {
  choices, compares, consents, moments, numbers, textOps,
  type Amount, type BucketRow, type ChoiceField, type MomentRow, type NumberField, type Row, type TraitOp, type TraitRow,
} from './rows'
import type { Literal } from './tree'
import { useKnown } from './useNames'

export type Change<R> = (row: R, typing?: string) => void

function MomentFields({ row, change }: { row: Row & MomentRow; change: Change<Row & MomentRow> }) {
  const { t } = useWords()
  const { against } = row
  const forms = ['<ago', '>ago', '<at', '>=at', '<ahead', '<now'] as const
  const now = `${row.op}${against.is}`
  const shown = [...forms.filter((one) => row.field === 'next_order' || !['<ahead', '<now'].includes(one)), ...((forms as readonly string[]).includes(now) && (row.field === 'next_order' || !['<ahead', '<now'].includes(now)) ? [] : [now])]
  const span = against.is === 'ago' || against.is === 'ahead' ? against.span : { amount: 30, unit: 'days' as const }
  const pick = (form: string) => {
    const op = (/^[<>]=?/.exec(form)?.[0] ?? '<') as MomentRow['op']
    const is = form.slice(op.length)
    change({ ...row, op, against: is === 'now' ? { is } : is === 'at' ? { is, at: against.is === 'at' ? against.at : '' } : { is: is === 'ahead' ? 'ahead' : 'ago', span } })
  }
  return (
    <>
      <Select label={t('builder.moment')} value={row.field} options={moments.map((one) => ({ value: one, name: t(`builder.moments.${one.replace('.', '_')}`) }))} onChange={(field) => change({ ...row, field })} />
      <Select label={t('builder.compare')} value={now} options={shown.map((one) => ({ value: one, name: t(`builder.momentForms.${one}`) }))} onChange={pick} />
      {(against.is === 'ago' || against.is === 'ahead') && <SpanIn label={t('builder.time')} value={against.span} onSpan={(next, typed) => change({ ...row, against: { ...against, span: next } }, typed ? 'span' : undefined)} />}
      {against.is === 'at' && <MomentIn label={t('builder.time')} at={against.at} onMoment={(at) => change({ ...row, against: { is: 'at', at } }, 'at')} />}
    </>
  )
}

function TraitFields({ row, change }: { row: Row & TraitRow; change: Change<Row & TraitRow> }) {
  const { t } = useWords()
  const { names } = useKnown()
  const trait = names.traits.find((one) => one.name === row.name)
  // What a value is typed as: what stands there, else what most customers have.
  const kind = row.values.length > 0 ? typeof row.values[0] : trait?.type === 'number' ? 'number' : trait?.type === 'bool' ? 'boolean' : 'string'
  const ops: TraitOp[] = [...(kind === 'number' ? compares : kind === 'boolean' ? (['==', '!='] as const) : textOps), ...(kind === 'number' ? (['in'] as const) : []), 'holds', 'has', 'hasNot']
  const options = (trait?.values ?? []).map((one) => ({ value: String(one.value), count: one.count }))
  const read = (text: string): Literal | undefined => (kind === 'number' ? (Number.isFinite(Number(text)) && text.trim() !== '' ? Number(text) : undefined) : text)
  const first = row.values[0]
  const pickName = (name: string) => {
    const type = names.traits.find((one) => one.name === name)?.type
    const isOther = type !== undefined && type !== trait?.type
    change({ ...row, name, ...(isOther ? { op: type === 'list' ? 'holds' : '==', values: type === 'bool' ? [true] : [] } : {}) }, 'name')
  }
  return (
    <>
      <Pick label={t('builder.traitName')} value={row.name} invalid={row.name === ''} options={names.traits.map((one) => ({ value: one.name, count: one.count }))} onText={pickName} />
      <Select<TraitOp> label={t('builder.compare')} value={row.op} options={(ops.includes(row.op) ? ops : [...ops, row.op]).map((one) => ({ value: one, name: t(`builder.traitOps.${one}`) }))} onChange={(op) => change({ ...row, op })} />
      {row.op === 'in' && <Values label={t('builder.value')} values={row.values} options={options} read={read} onValues={(values) => change({ ...row, values })} />}
      {row.op !== 'in' && row.op !== 'has' && row.op !== 'hasNot' && kind === 'boolean' && (
        <Select label={t('builder.value')} value={String(first ?? true)} options={['true', 'false'].map((one) => ({ value: one, name: t(`builder.truth.${one}`) }))} onChange={(is) => change({ ...row, values: [is === 'true'] })} />
      )}
      {row.op !== 'in' && row.op !== 'has' && row.op !== 'hasNot' && kind === 'number' && <NumberIn label={t('builder.value')} value={typeof first === 'number' ? first : undefined} onNumber={(is) => change({ ...row, values: is === undefined ? [] : [is] }, 'value')} />}
      {row.op !== 'in' && row.op !== 'has' && row.op !== 'hasNot' && kind === 'string' && <Pick label={t('builder.value')} value={String(first ?? '')} options={options} onText={(text) => change({ ...row, values: text === '' ? [] : [text] }, 'value')} />}
    </>
  )
}

function BucketFields({ row, change }: { row: Row & BucketRow; change: Change<Row & BucketRow> }) {
  const { t } = useWords()
  return (
    <>
      <Pick label={t('builder.salt')} value={row.salt} options={[]} onText={(salt) => change({ ...row, salt }, 'salt')} />
      <Word>{t('builder.bucketOf')}</Word>
      <NumberIn label={t('builder.buckets')} whole value={row.of} onNumber={(of) => change({ ...row, of }, 'of')} />
      <Word>{t('builder.bucketNumber')}</Word>
      <CompareIn value={row.op} onChange={(op) => change({ ...row, op })} />
      <NumberIn label={t('builder.number')} whole value={row.value} onNumber={(value) => change({ ...row, value }, 'value')} />
    </>
  )
}

export function RowFields({ row, change }: { row: Row; change: Change<Row> }) {
  const { t } = useWords()
  const { names, segments, tags } = useKnown()
  const number = (value: Amount, put: (value: Amount) => Row, more: { scale?: number; whole?: boolean } = {}) => <NumberIn label={t('builder.number')} value={value} onNumber={(is) => change(put(is), 'value')} {...more} />
  switch (row.kind) {
    case 'event': return <EventFields row={row} change={change} />
    case 'orders': return (
      <>
        <Select label={t('builder.measure')} value={row.measure} options={(['count', 'revenue'] as const).map((one) => ({ value: one, name: t(`builder.orders.${one}`) }))} onChange={(measure) => change({ ...row, measure })} />
        <CompareIn value={row.op} onChange={(op) => change({ ...row, op })} />
        {number(row.value, (value) => ({ ...row, value }), row.measure === 'count' ? { whole: true } : {})}
        <WindowIn value={row.window} onChange={(window, typed) => change({ ...row, window }, typed ? 'window' : undefined)} />
      </>
    )
    case 'moment': return <MomentFields row={row} change={change} />
    case 'trait': return <TraitFields row={row} change={change} />
    case 'share': return (
      <>
        <Select label={t('builder.kind')} value={row.of} options={(['category', 'brand'] as const).map((one) => ({ value: one, name: t(`builder.of.${one}`) }))} onChange={(of) => change({ ...row, of, name: '' })} />
        <Pick label={t(`builder.of.${row.of}`)} value={row.name} options={(row.of === 'category' ? names.categories : names.brands).map((one) => ({ value: one.name, count: one.count }))} onText={(name) => change({ ...row, name }, 'name')} />
        <CompareIn value={row.op} onChange={(op) => change({ ...row, op })} />
        {number(row.share, (share) => ({ ...row, share }), { scale: 100 })}
        <Word>%</Word>
      </>
    )
    case 'choice': return (
      <>
        <Select<ChoiceField> label={t('builder.kind')} value={row.field} options={(Object.keys(choices) as ChoiceField[]).map((one) => ({ value: one, name: t(`builder.fields.${one.replace('.', '_')}`) }))} onChange={(field) => change({ ...row, field, values: [] })} />
        <Select label={t('builder.compare')} value={row.not ? 'not' : 'is'} options={['is', 'not'].map((one) => ({ value: one, name: t(`builder.is.${one}`) }))} onChange={(is) => change({ ...row, not: is === 'not' })} />
        <Checks label={t('builder.value')} values={row.values} options={choices[row.field].map((one) => ({ value: one, name: t(`builder.choices.${row.field.replace('.', '_')}.${one}`) }))} onValues={(values) => change({ ...row, values })} />
      </>
    )
    case 'number': return (
      <>
        <Select<NumberField> label={t('builder.kind')} value={row.field} options={(Object.keys(numbers) as NumberField[]).map((one) => ({ value: one, name: t(`builder.fields.${one.replace('.', '_')}`) }))} onChange={(field) => change({ ...row, field, value: undefined })} />
        <CompareIn value={row.op} onChange={(op) => change({ ...row, op })} />
        {number(row.value, (value) => ({ ...row, value }), numbers[row.field] === 'share' ? { scale: 100 } : numbers[row.field] === 'decimal' ? {} : { whole: true })}
        {numbers[row.field] === 'share' && <Word>%</Word>}
        {numbers[row.field] === 'days' && <Word>{t('builder.units.days')}</Word>}
        {numbers[row.field] === 'score' && <Word>{t('builder.score')}</Word>}
      </>
    )
    case 'segment': return (
      <>
        <Select label={t('builder.compare')} value={row.not ? 'out' : 'in'} options={['in', 'out'].map((one) => ({ value: one, name: t(`builder.is.${one}`) }))} onChange={(is) => change({ ...row, not: is === 'out' })} />
        <Pick label={t('builder.segment')} value={row.name} invalid={row.name !== '' && !segments.has(row.name)} options={[...segments].map(([name, title]) => ({ value: name, name: title }))} onText={(name) => change({ ...row, name }, 'name')} />
      </>
    )
    case 'tag': return (
      <>
        <Select label={t('builder.compare')} value={row.not ? 'not' : 'has'} options={['has', 'not'].map((one) => ({ value: one, name: t(`builder.tags.${one}`) }))} onChange={(is) => change({ ...row, not: is === 'not' })} />
        <Pick label={t('builder.tag')} value={row.name} invalid={row.name === ''} options={tags} onText={(name) => change({ ...row, name }, 'name')} />
      </>
    )
    case 'consent': return (
      <>
        <Select label={t('builder.kind')} value={row.field} options={consents.map((one) => ({ value: one, name: t(`builder.consents.${one}`) }))} onChange={(field) => change({ ...row, field })} />
        <Select label={t('builder.compare')} value={row.not ? 'no' : 'yes'} options={['yes', 'no'].map((one) => ({ value: one, name: t(`builder.is.${one}`) }))} onChange={(is) => change({ ...row, not: is === 'no' })} />
      </>
    )
    case 'bucket': return <BucketFields row={row} change={change} />
    case 'text': return null
  }
}
