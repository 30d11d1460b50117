import { useEffect, useState, type FormEvent } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { CallError } from '../shared/client'
import { BrandMark } from '../shared/icons'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { Switches, type Appearance } from '../shell/Switches'
import { useSignIn } from './useSession'

export function SignIn({ appearance }: { appearance: Appearance }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const signIn = useSignIn()
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [asksCode, setAsksCode] = useState(false)
  const [next, setNext] = useState('')
  const [asksNext, setAsksNext] = useState(false)
  const [missing, setMissing] = useState(false)
  const title = t('session.title')
  const brand = t('shell.brand')
  useEffect(() => {
    document.title = `${title} · ${brand}`
  }, [title, brand])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const empty = user.trim() === '' || password === '' || (asksCode && code.trim() === '') || (asksNext && next === '')
    setMissing(empty)
    const wanted = (error: unknown) => {
      if (!(error instanceof CallError)) return
      if (error.code === 'second_factor_needed') setAsksCode(true)
      if (error.code === 'new_password_needed') setAsksNext(true)
    }
    if (!empty) signIn.mutate({ user: user.trim(), password, ...(asksCode ? { code: code.trim() } : {}), ...(asksNext ? { newPassword: next } : {}) }, { onError: wanted })
  }
  const error = signIn.error
  let problem: string | undefined
  const code401 = error instanceof CallError && error.status === 401 ? error.code : undefined
  if (missing) problem = t(asksCode && code.trim() === '' ? 'session.errors.requiredCode' : asksNext && next === '' ? 'session.errors.requiredNext' : 'session.errors.required')
  else if (code401 === 'second_factor_needed' || code401 === 'new_password_needed') problem = undefined // the field for it has come
  else if (error instanceof CallError && error.field === 'newPassword') problem = t('session.errors.badNext')
  else if (code401 === 'second_factor_wrong') problem = t('session.errors.wrongCode')
  else if (error instanceof CallError && error.status === 401) problem = t('session.errors.wrong')
  else if (error instanceof CallError && error.status === 429) problem = t('session.errors.overloaded', { seconds: error.retryAfterSeconds ?? 60 })
  else if (error !== null) problem = errorText(error)

  return (
    <div className="signin">
      <header className="signin-top">
        <Switches appearance={appearance} />
      </header>
      <main className="signin-main">
        <form className="signin-card" onSubmit={submit} noValidate>
          <div className="signin-brand">
            <BrandMark size={44} />
            <span>
              <b>准</b> zhun
            </span>
          </div>
          <h1 className="signin-title">{title}</h1>
          <p className="signin-lead">{t('session.lead')}</p>
          <label className="field">
            <span>{t('session.user')}</span>
            <TextInput size="large" name="username" autoComplete="username" autoFocus value={user} onText={setUser} aria-invalid={problem !== undefined} aria-describedby="signin-problem" />
          </label>
          <label className="field">
            <span>{t('session.password')}</span>
            <TextInput type="password" size="large" name="password" autoComplete="current-password" value={password} onText={setPassword} aria-invalid={problem !== undefined} aria-describedby="signin-problem" />
          </label>
          {asksNext && (<>
            <label className="field">
              <span>{t('session.next')}</span>
              <TextInput type="password" size="large" name="new-password" autoComplete="new-password" autoFocus maxLength={128} value={next} onText={setNext} aria-invalid={problem !== undefined} aria-describedby="signin-problem" />
            </label>
            <p className="signin-hint">{t('session.nextHint')}</p>
          </>)}
          {asksCode && (<>
            <label className="field">
              <span>{t('session.code')}</span>
              <TextInput size="large" name="code" autoComplete="one-time-code" inputMode="numeric" autoFocus maxLength={24} value={code} onText={setCode} aria-invalid={problem !== undefined} aria-describedby="signin-problem" />
            </label>
            <p className="signin-hint">{t('session.codeHint')}</p>
          </>)}
          <p id="signin-problem" className="signin-problem" role="alert">
            {problem}
          </p>
          <Button kind="primary" size="large" block type="submit" loading={signIn.isPending}>
            {t('session.submit')}
          </Button>
          <p className="signin-hint">{t('session.hint')}</p>
        </form>
      </main>
    </div>
  )
}
