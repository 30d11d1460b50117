// One's own account: the second factor, with its recovery codes, and the password.
import { useState, type FormEvent, type ReactNode } from 'react'
import { Copyable, CopyButton } from '../raw/CopyButton'
import { useSession, useSignOut } from '../session/useSession'
import { Button, TextInput } from '../shared/Controls'
import { CallError, type Schema } from '../shared/client'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { Card, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { grouped, isCode, passwordFault } from './account'
import { useBegin, useFactor, usePassword, useTurnOff, useTurnOn } from './useAccount'
import './account.css'

/** What the engine refused, in the page's words where the field has some. */
function useFault(): (error: unknown) => string {
  const { t } = useWords()
  const errorText = useErrorText()
  return (error) => (error instanceof CallError && (error.field === 'code' || error.field === 'current') ? t(`account.faults.${error.field}`) : errorText(error))
}

function Password({ label, value, onText, fresh = false }: { label: string; value: string; onText: (text: string) => void; fresh?: boolean }) {
  return <Field label={label}><TextInput type="password" value={value} onText={onText} autoComplete={fresh ? 'new-password' : 'current-password'} maxLength={128} /></Field>
}

function Codes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useWords()
  return (
    <div className="account-part">
      <h3 className="account-step">{t('account.codes.title')}</h3>
      <p className="account-text">{t('account.codes.text')}</p>
      <ol className="account-codes">{codes.map((one) => <li key={one}><code>{one}</code></li>)}</ol>
      <div className="account-do">
        <CopyButton text={codes.join('\n')} what={t('account.codes.title')} named />
        <Button kind="primary" onClick={onDone}>{t('account.codes.done')}</Button>
      </div>
    </div>
  )
}

function TurnOn({ made, onCodes, onCancel }: { made: Schema<'SecondFactorSecret'>; onCodes: (codes: readonly string[]) => void; onCancel: () => void }) {
  const { t } = useWords()
  const fault = useFault()
  const turnOn = useTurnOn()
  const [code, setCode] = useState('')
  const [current, setCurrent] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    turnOn.mutate({ secret: made.secret, code: code.replace(/\s/g, ''), current }, { onSuccess: (answer) => onCodes(answer.recoveryCodes) })
  }
  return (
    <form className="account-part" onSubmit={submit}>
      <h3 className="account-step">{t('account.on.first')}</h3>
      <p className="account-text">{t('account.on.how')}</p>
      <p className="account-secret"><Copyable text={grouped(made.secret)} what={t('account.on.secret')} /></p>
      <p className="account-text"><a href={made.uri}>{t('account.on.open')}</a></p>
      <h3 className="account-step">{t('account.on.second')}</h3>
      <div className="account-fields">
        <Field label={t('account.on.code')}><TextInput value={code} onText={setCode} inputMode="numeric" autoComplete="one-time-code" maxLength={7} placeholder="000000" /></Field>
        <Password label={t('account.current')} value={current} onText={setCurrent} />
      </div>
      {turnOn.isError && <p className="account-fault" role="alert">{fault(turnOn.error)}</p>}
      <div className="account-do">
        <Button onClick={onCancel}>{t('account.cancel')}</Button>
        <Button kind="primary" type="submit" loading={turnOn.isPending} disabled={!isCode(code) || current === ''}>{t('account.on.submit')}</Button>
      </div>
    </form>
  )
}

function TurnOff({ onDone }: { onDone: () => void }) {
  const { t } = useWords()
  const fault = useFault()
  const turnOff = useTurnOff()
  const [current, setCurrent] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    turnOff.mutate({ current }, { onSuccess: onDone })
  }
  return (
    <form className="account-part" onSubmit={submit}>
      <p className="account-text">{t('account.off.text')}</p>
      <div className="account-fields"><Password label={t('account.current')} value={current} onText={setCurrent} /></div>
      {turnOff.isError && <p className="account-fault" role="alert">{fault(turnOff.error)}</p>}
      <div className="account-do">
        <Button onClick={onDone}>{t('account.cancel')}</Button>
        <Button type="submit" className="account-danger" loading={turnOff.isPending} disabled={current === ''}>{t('account.off.submit')}</Button>
      </div>
    </form>
  )
}

function State({ factor, act }: { factor: Schema<'SecondFactor'>; act: ReactNode }) {
  const { t, language } = useWords()
  return (
    <div className="account-part">
      <p className="account-text">
        <b className={factor.on ? 'chip account-is-on' : 'chip'}>{t(factor.on ? 'account.state.on' : 'account.state.off')}</b>{' '}
        {factor.on && factor.since !== null ? t('account.state.since', { at: format.date(factor.since, language, 'moment'), left: format.count(factor.recoveryCodes, language) }) : t('account.state.why')}
      </p>
      {factor.on && factor.recoveryCodes < 3 && <p className="account-fault" role="status">{t('account.state.few')}</p>}
      <div className="account-do">{act}</div>
    </div>
  )
}

function FactorCard() {
  const { t } = useWords()
  const errorText = useErrorText()
  const factor = useFactor()
  const begin = useBegin()
  const [codes, setCodes] = useState<readonly string[]>()
  const [leaving, setLeaving] = useState(false)
  const inside = (now: Schema<'SecondFactor'>) => {
    if (codes !== undefined) return <Codes codes={codes} onDone={() => { setCodes(undefined); begin.reset() }} />
    if (leaving) return <TurnOff onDone={() => setLeaving(false)} />
    if (!now.on && begin.data !== undefined) return <TurnOn made={begin.data} onCodes={setCodes} onCancel={() => begin.reset()} />
    return (
      <State factor={now} act={now.on ? <Button onClick={() => setLeaving(true)}>{t('account.off.begin')}</Button>
        : <Button kind="primary" loading={begin.isPending} onClick={() => begin.mutate()}>{t('account.on.begin')}</Button>} />
    )
  }
  return (
    <Card id="account-factor" title={t('account.factor')}>
      <View query={factor}>{inside}</View>
      {begin.isError && <p className="account-fault" role="alert">{errorText(begin.error)}</p>}
    </Card>
  )
}

function PasswordCard({ name }: { name: string }) {
  const { t } = useWords()
  const fault = useFault()
  const change = usePassword(name)
  const signOut = useSignOut()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const wrong = next === '' && again === '' ? undefined : passwordFault(next, again)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate({ current, password: next }, { onSuccess: () => signOut.mutate() }) // the engine has ended all sessions
  }
  return (
    <Card id="account-password" title={t('account.password.title')} note={t('account.password.note')}>
      <form className="account-part" onSubmit={submit}>
        <div className="account-fields">
          <Password label={t('account.current')} value={current} onText={setCurrent} />
          <Password label={t('account.password.next')} value={next} onText={setNext} fresh />
          <Password label={t('account.password.again')} value={again} onText={setAgain} fresh />
        </div>
        {wrong !== undefined && again !== '' && <p className="account-fault" role="status">{t(`account.password.${wrong}`)}</p>}
        {change.isError && <p className="account-fault" role="alert">{fault(change.error)}</p>}
        <div className="account-do"><Button type="submit" loading={change.isPending} disabled={current === '' || next === '' || wrong !== undefined}>{t('account.password.submit')}</Button></div>
      </form>
    </Card>
  )
}

export default function AccountPage() {
  const { t } = useWords()
  const session = useSession().data
  return (
    <Page title={t('account.title')} note={session == null ? undefined : t('account.note', { user: session.user, role: t(`shell.roles.${session.role}`) })}>
      <div className="account-page">
        <FactorCard />
        {session != null && <PasswordCard name={session.user} />}
      </div>
    </Page>
  )
}
