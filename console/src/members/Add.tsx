// Somebody new: a name and a role. The password is made by the engine and shown this once.
import { useState, type FormEvent } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { Dialog } from '../shared/Dialog'
import { Choose, Field } from '../shared/Fields'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { Made } from './Made'
import type { Role } from './members'
import { useAdd } from './useMembers'

export function Add({ roles, onClose }: { roles: readonly Role[]; onClose: () => void }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const add = useAdd()
  const [name, setName] = useState('')
  const [role, setRole] = useState<string>(roles.includes('viewer') ? 'viewer' : (roles[0] ?? ''))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const chosen = roles.find((one) => one === role)
    if (chosen !== undefined) add.mutate({ name: name.trim(), role: chosen })
  }
  const made = add.data?.password
  return (
    // While the password stands there, a click beside the panel must not lose it.
    <Dialog label={t('members.add.title')} className="member-dialog" onClose={onClose} sturdy={made !== undefined}>
      <h2 className="member-title">{made === undefined ? t('members.add.title') : t('members.made.title', { name: add.data?.name ?? '' })}</h2>
      {made !== undefined ? <Made password={made} onDone={onClose} /> : (
        <form className="member-form" onSubmit={submit}>
          <Field label={t('members.add.name')} hint={t('members.add.nameHint')}><TextInput value={name} onText={setName} maxLength={100} required autoComplete="off" spellCheck={false} /></Field>
          <Choose label={t('members.add.role')} value={role} options={roles.map((one) => ({ value: one, name: t(`shell.roles.${one}`) }))} onChange={setRole} />
          <p className="less">{t(`members.roles.${role}`)}</p>
          {add.isError && <p className="member-failed" role="alert">{errorText(add.error)}</p>}
          <div className="member-do">
            <Button onClick={onClose}>{t('members.cancel')}</Button>
            <Button kind="primary" type="submit" loading={add.isPending} disabled={name.trim() === ''}>{t('members.add.submit')}</Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}
