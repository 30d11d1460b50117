// What a kind of rule says beside its conditions: factors, slots, limits, amounts of money.
import { Choose, Field } from '../shared/Fields'
import { TextInput } from '../shared/Controls'
import { useWords } from '../shared/words'
import { majorOf, minorOf, type Rule } from './draft'

type Member = 'factor' | 'slot' | 'most' | 'least' | 'fromCents' | 'toCents'

/** The rule with a member said, or not said. */
function saying(rule: Rule, member: Member | 'itemId' | 'item', value: number | string | undefined): Rule {
  const { [member]: _, ...rest } = rule
  return value === undefined ? rest : { ...rest, [member]: value }
}

export function RuleNumbers({ rule, digits, onChange }: { rule: Rule; digits: number; onChange: (rule: Rule) => void }) {
  const { t } = useWords()
  const read = (text: string) => (text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text))
  const number = (member: Member, label: string, { min, max, step = 'any' }: { min: number; max: number; step?: number | 'any' }) => (
    <Field label={label}>
      <input className="input" type="number" min={min} max={max} step={step} value={rule[member] ?? ''} onChange={(event) => onChange(saying(rule, member, read(event.target.value)))} />
    </Field>
  )
  const price = (member: 'fromCents' | 'toCents') => (
    <Field label={t(`placements.numbers.${member}`)}>
      <input className="input" type="number" min={0} step={10 ** -digits} value={majorOf(rule[member], digits)} onChange={(event) => onChange(saying(rule, member, minorOf(event.target.value, digits)))} />
    </Field>
  )
  const damps = rule.factor !== undefined
  const effect = (
    <>
      <Choose label={t('placements.numbers.effect')} value={damps ? 'lower' : 'hide'} options={(['hide', 'lower'] as const).map((value) => ({ value, name: t(`placements.numbers.${value}`) }))} onChange={(value) => onChange(saying(rule, 'factor', value === 'lower' ? 0.5 : undefined))} />
      {damps && number('factor', t('placements.numbers.factor'), { min: 0.01, max: 100 })}
    </>
  )
  switch (rule.kind) {
    case 'boost': return <div className="placement-numbers">{number('factor', t('placements.numbers.factor'), { min: 0.01, max: 100 })}</div>
    case 'pin': return (
      <div className="placement-numbers">
        {number('slot', t('placements.numbers.slot'), { min: 1, max: 100, step: 1 })}
        <Choose label={t('placements.numbers.pin')} value={rule.itemId === undefined ? 'item' : 'itemId'} options={(['itemId', 'item'] as const).map((value) => ({ value, name: t(`placements.numbers.pinBy.${value}`) }))} onChange={(value) => onChange(value === 'item' ? saying(rule, 'itemId', undefined) : saying(saying(rule, 'item', undefined), 'itemId', ''))} />
        {rule.itemId !== undefined && <Field label={t('placements.numbers.itemId')}><TextInput value={rule.itemId} onText={(text) => onChange(saying(rule, 'itemId', text))} maxLength={255} autoComplete="off" spellCheck={false} /></Field>}
      </div>
    )
    case 'cap': return (
      <div className="placement-numbers">
        {number('most', t('placements.numbers.most'), { min: 1, max: 100, step: 1 })}
        <Choose label={t('placements.numbers.by')} value={rule.by ?? 'brand'} options={(['brand', 'category'] as const).map((value) => ({ value, name: t(`placements.numbers.${value}`) }))} onChange={(by) => onChange({ ...rule, by: by === 'brand' ? 'brand' : 'category' })} />
      </div>
    )
    case 'stock': return <div className="placement-numbers">{number('least', t('placements.numbers.stock'), { min: 1, max: 1e9, step: 1 })}{effect}</div>
    case 'margin': return <div className="placement-numbers">{number('least', t('placements.numbers.margin'), { min: -1, max: 1 })}{effect}</div>
    case 'price': return <div className="placement-numbers">{price('fromCents')}{price('toCents')}{effect}</div>
    default: return null
  }
}
