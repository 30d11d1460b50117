// The arms of a draft: names, weights, and the numbers of the policy that each sets differently.
import { Button, TextInput } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import { useWords } from '../shared/words'
import { numberNames, numbers, type NumberName } from './draft'
import type { Change } from './experiments'

type Arm = Change['arms'][number]

function Policy({ arm, onChange }: { arm: Arm; onChange: (arm: Arm) => void }) {
  const { t } = useWords()
  const policy = arm.policy ?? {}
  const said = numberNames.filter((name) => name in policy)
  const left = numberNames.filter((name) => !(name in policy))
  const set = (name: string, value: number | boolean | undefined) => {
    const { [name]: _, ...others } = policy
    onChange({ ...arm, policy: value === undefined ? others : { ...others, [name]: value } })
  }
  return (
    <div className="edit-policy">
      <label className="edit-check">
        <input type="checkbox" checked={policy.personal === false} onChange={(event) => set('personal', event.target.checked ? false : undefined)} /> {t('experiments.edit.notPersonal')}
      </label>
      {said.map((name) => (
        <div key={name} className="edit-number">
          <Field label={name} hint={t(`experiments.numbers.${name}`)}>
            <input className="input" type="number" step="any" min={numbers[name][0]} max={numbers[name][1]} value={Number(policy[name])} onChange={(event) => set(name, Number(event.target.value))} />
          </Field>
          <Button kind="text" onClick={() => set(name, undefined)}>{t('experiments.edit.drop')}</Button>
        </div>
      ))}
      <Choose label={t('experiments.edit.addNumber')} value="" options={[{ value: '', name: '–' }, ...left.map((name) => ({ value: name, name: `${name}: ${t(`experiments.numbers.${name}`)}` }))]} onChange={(name) => name !== '' && set(name, numbers[name as NumberName][0])} />
    </div>
  )
}

export function EditArms({ arms, fixed, onChange }: { arms: readonly Arm[]; fixed: boolean; onChange: (arms: Arm[]) => void }) {
  const { t } = useWords()
  const put = (at: number, arm: Arm) => onChange(arms.map((each, i) => (i === at ? arm : each)))
  return (
    <>
      {arms.map((arm, at) => (
        <fieldset key={at} className="edit-arm">
          <legend>{at === 0 ? t('experiments.one.control') : t('experiments.edit.armAt', { n: at })}</legend>
          <div className="edit-pair">
            <Field label={t('experiments.edit.armName')}><TextInput value={arm.name} readOnly={fixed} required maxLength={64} pattern="[A-Za-z0-9_\-]{1,64}" onText={(name) => put(at, { ...arm, name })} /></Field>
            <Field label={t('experiments.edit.weight')}><input className="input" type="number" min={1} max={1000} required value={arm.weight ?? 1} onChange={(event) => put(at, { ...arm, weight: Number(event.target.value) })} /></Field>
          </div>
          {!fixed && at > 0 && <Policy arm={arm} onChange={(next) => put(at, next)} />}
          {!fixed && at > 1 && <Button kind="text" onClick={() => onChange(arms.filter((_, i) => i !== at))}>{t('experiments.edit.dropArm')}</Button>}
        </fieldset>
      ))}
      {!fixed && arms.length < 8 && <Button onClick={() => onChange([...arms, { name: `arm${arms.length}`, weight: 1, policy: {} }])}>{t('experiments.edit.addArm')}</Button>}
    </>
  )
}
