// One person: another role, switched off or on, a new password, the second factor taken away. Each ends the person's sessions at once.
import { useState } from 'react'
import { Button } from '../shared/Controls'
import { CallError } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import { Choose } from '../shared/Fields'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { Made } from './Made'
import type { Role, User } from './members'
import { useEdit, useFactorOff, useNewPassword } from './useMembers'

/** What the engine refused, in the page's words where it has some. */
function useFault(): (error: unknown) => string {
  const { t } = useWords()
  const errorText = useErrorText()
  return (error) => (error instanceof CallError && error.code === 'last_owner' ? t('members.change.lastOwner') : errorText(error))
}

export function Change({ one, own, roles, onClose }: { one: User; own: boolean; roles: readonly Role[]; onClose: () => void }) {
  const { t } = useWords()
  const fault = useFault()
  const edit = useEdit(one.name)
  const password = useNewPassword(one.name)
  const factor = useFactorOff(one.name)
  const [role, setRole] = useState<string>(one.role)
  const made = password.data?.password
  const title = t('members.change.title', { name: one.name })
  const error = edit.error ?? password.error ?? factor.error
  const chosen = roles.find((name) => name === role)
  return (
    <Dialog label={title} className="member-dialog" onClose={onClose} sturdy={made !== undefined}>
      <h2 className="member-title">{made === undefined ? title : t('members.made.title', { name: one.name })}</h2>
      {made !== undefined ? <Made password={made} onDone={onClose} /> : (
        <div className="member-form">
          {one.mayChange && (
            <div className="member-line">
              <Choose label={t('members.add.role')} value={role} options={roles.map((name) => ({ value: name, name: t(`shell.roles.${name}`) }))} onChange={setRole} />
              <Button disabled={role === one.role || chosen === undefined} loading={edit.isPending} onClick={() => chosen !== undefined && edit.mutate({ role: chosen }, { onSuccess: onClose })}>{t('members.change.role')}</Button>
            </div>
          )}
          <p className="less">{t(`members.roles.${role}`)}</p>
          <div className="member-acts">
            {one.mayChange && !own && <Button loading={password.isPending} onClick={() => password.mutate(undefined)}>{t('members.change.password')}</Button>}
            {one.mayChange && one.secondFactor && <Button loading={factor.isPending} onClick={() => factor.mutate(undefined, { onSuccess: onClose })}>{t('members.change.factor')}</Button>}
            {one.state === 'on' && <Button className="button-danger" loading={edit.isPending} onClick={() => edit.mutate({ state: 'off' }, { onSuccess: onClose })}>{t('members.change.off')}</Button>}
            {one.state === 'off' && one.mayChange && <Button loading={edit.isPending} onClick={() => edit.mutate({ state: 'on' }, { onSuccess: onClose })}>{t('members.change.on')}</Button>}
          </div>
          <p className="less">{t('members.change.ends')}</p>
          {error !== null && <p className="member-failed" role="alert">{fault(error)}</p>}
          <div className="member-do"><Button onClick={onClose}>{t('members.cancel')}</Button></div>
        </div>
      )}
    </Dialog>
  )
}
