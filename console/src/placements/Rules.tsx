// The rules as cards: what each does to which items, when; beside it what the engine refuses, and what it contradicts.
import { isAboutExpression, Wrong } from '../segments/Wrong'
import { Button, TextInput } from '../shared/Controls'
import { CallError } from '../shared/client'
import { Choose, Field } from '../shared/Fields'
import { AlertIcon, ChevronIcon } from '../shared/icons'
import { Card, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { Arrows } from './Arrows'
import { asKind, kinds, moved, newRule, placeOfField, RULES_MAX, type Conflict, type Definition, type Kind, type Rule } from './draft'
import { RuleNumbers } from './RuleNumbers'

const words = ['item', 'price', 'stock', 'age', 'attributes', 'page', 'cart', 'place', 'hour', 'customer', 'now'] as const

/** A rule's name, or its kind, with its place: what people call it. */
export function useRuleName(): (rule: Pick<Rule, 'kind' | 'name'> | undefined, at: number) => string {
  const { t } = useWords()
  return (rule, at) => t('placements.rules.called', { n: at + 1, name: rule?.name?.trim() || (rule === undefined ? '' : t(`placements.rules.kinds.${rule.kind}.name`)) })
}

export function ConflictText({ one, rules }: { one: Conflict; rules: readonly Rule[] }) {
  const { t } = useWords()
  const ruleName = useRuleName()
  const other = one.other === undefined ? '' : ruleName(rules[one.other], one.other)
  const key = one.code === 'pin_hidden' && one.other === undefined ? 'pin_not_included' : one.code
  return (
    <p className="placement-conflict" data-code={one.code}>
      <AlertIcon size={15} /> <span>{t(`placements.conflicts.${key}`, { other, n: one.count, defaultValue: one.code })}</span>
    </p>
  )
}

function Condition({ member, rule, required, error, onText }: { member: 'when' | 'item'; rule: Rule; required: boolean; error: unknown; onText: (text: string) => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const text = rule[member] ?? ''
  const wrong = error !== undefined
  return (
    <div className="placement-condition">
      <Field label={t(`placements.rules.${member}`)} hint={wrong ? undefined : t(`placements.rules.${member}${required ? 'Needed' : 'Hint'}`)}>
        <textarea className="input placement-code" aria-label={t(`placements.rules.${member}`)} rows={text.length > 60 ? 2 : 1} maxLength={4096} spellCheck={false} value={text} aria-invalid={wrong} placeholder={t(`placements.rules.${member}Example`)} onChange={(event) => onText(event.target.value)} />
      </Field>
      {wrong && (isAboutExpression(error) ? <Wrong expression={text.trim()} error={error} /> : <p className="placement-bad" role="alert">{error instanceof CallError && error.detail !== undefined ? error.detail : errorText(error)}</p>)}
    </div>
  )
}

interface CardProps {
  rule: Rule
  at: number
  rules: readonly Rule[]
  conflicts: readonly Conflict[]
  /** The refusal that is about this rule, and the member it names. */
  error: { of: unknown; member: string } | undefined
  /** Whether its `when` holds in the preview. */
  inForce: boolean | undefined
  digits: number
  onChange: (rules: Rule[]) => void
}

function RuleCard({ rule, at, rules, conflicts, error, inForce, digits, onChange }: CardProps) {
  const { t } = useWords()
  const errorText = useErrorText()
  const ruleName = useRuleName()
  const name = ruleName(rule, at)
  const put = (next: Rule) => onChange(rules.map((one, i) => (i === at ? next : one)))
  const errorOf = (member: string) => (error?.member === member ? error.of : undefined)
  const other = error !== undefined && error.member !== 'when' && error.member !== 'item'
  return (
    <li className={conflicts.length > 0 || error !== undefined ? 'placement-rule placement-rule-bad' : 'placement-rule'} id={`placement-rule-${at}`} tabIndex={-1} aria-label={name}>
      <div className="placement-rule-head">
        <h3>{name}</h3>
        {(rule.when ?? '').trim() !== '' && inForce !== undefined && <span className={inForce ? 'chip chip-accent' : 'chip'}>{t(inForce ? 'placements.rules.inForce' : 'placements.rules.notInForce')}</span>}
        <Arrows list="placement-rule" at={at} count={rules.length} name={name} onMove={(by) => onChange(moved(rules, at, by))} />
        <button type="button" className="text-button" aria-label={t('placements.remove', { name })} onClick={() => onChange(rules.filter((_, i) => i !== at))}>{t('placements.rules.drop')}</button>
      </div>
      {conflicts.map((one, i) => <ConflictText key={i} one={one} rules={rules} />)}
      <div className="placement-pair">
        <Choose label={t('placements.rules.kind')} value={rule.kind} options={kinds.map((kind) => ({ value: kind, name: t(`placements.rules.kinds.${kind}.name`) }))} onChange={(kind) => put(asKind(rule, kind as Kind /* of the options above */))} />
        <Field label={t('placements.rules.name')}><TextInput value={rule.name ?? ''} onText={(text) => put({ ...rule, name: text })} maxLength={100} autoComplete="off" /></Field>
      </div>
      <p className="less">{t(`placements.rules.kinds.${rule.kind}.text`)}</p>
      <RuleNumbers rule={rule} digits={digits} onChange={put} />
      {!(rule.kind === 'pin' && rule.itemId !== undefined) && <Condition member="item" rule={rule} required={rule.kind === 'include' || rule.kind === 'exclude' || rule.kind === 'pin'} error={errorOf('item')} onText={(item) => put({ ...rule, item })} />}
      <Condition member="when" rule={rule} required={false} error={errorOf('when')} onText={(when) => put({ ...rule, when })} />
      {other && <p className="placement-bad" role="alert">{error.of instanceof CallError && error.of.detail !== undefined ? error.of.detail : errorText(error.of)}</p>}
    </li>
  )
}

export function Rules({ draft, conflicts, error, inForce, digits, onChange }: { draft: Definition; conflicts: readonly Conflict[]; error: unknown; inForce: readonly boolean[] | undefined; digits: number; onChange: (draft: Definition) => void }) {
  const { t } = useWords()
  const rules = draft.rules ?? []
  const put = (next: Rule[]) => onChange({ ...draft, rules: next })
  const place = error instanceof CallError ? placeOfField(error.field) : undefined
  const add = (kind: Kind) => {
    put([...rules, newRule(kind)])
    requestAnimationFrame(() => document.getElementById(`placement-rule-${rules.length}`)?.focus())
  }
  return (
    <Card id="placement-rules" title={t('placements.rules.title')} note={t('placements.rules.note')}>
      <div className="placement-part">
        {rules.length === 0 && <p className="less">{t('placements.rules.none')}</p>}
        {conflicts.filter((one) => one.rule === undefined).map((one, i) => <ConflictText key={i} one={one} rules={rules} />)}
        <ol className="placement-rules">
          {rules.map((rule, at) => (
            <RuleCard key={at} rule={rule} at={at} rules={rules} conflicts={conflicts.filter((one) => one.rule === at)} error={place?.rule === at ? { of: error, member: place.member } : undefined} inForce={inForce?.[at]} digits={digits} onChange={put} />
          ))}
        </ol>
        {rules.length < RULES_MAX && (
          <div className="placement-add" role="group" aria-label={t('placements.rules.add')}>
            <span className="field-name">{t('placements.rules.add')}</span>
            {kinds.map((kind) => <Button key={kind} className="placement-small" title={t(`placements.rules.kinds.${kind}.text`)} onClick={() => add(kind)}>{t(`placements.rules.kinds.${kind}.name`)}</Button>)}
          </div>
        )}
        <details className="placement-words">
          <summary><ChevronIcon size={13} /> {t('placements.words.title')}</summary>
          <dl>
            {words.map((key) => <div key={key}><dt><code>{t(`placements.words.${key}.code`)}</code></dt><dd>{t(`placements.words.${key}.text`)}</dd></div>)}
          </dl>
        </details>
      </div>
    </Card>
  )
}
