// The frame around every page: navigation, who is signed in, the page, the engine's state.
// A new page adds its route in App.tsx and its line here.
import { useEffect, useRef, type ReactNode } from 'react'
import { NavLink, useLocation } from 'react-router-dom'
import { useSession, useSignOut } from '../session/useSession'
import { BrandMark, CustomersIcon, OverviewIcon, SignOutIcon } from '../shared/icons'
import { Loading } from '../shared/View'
import { useWords } from '../shared/words'
import { Strip } from './Strip'
import { Switches, type Appearance } from './Switches'
import { useSystem } from './useSystem'

const places = [
  { to: '/', key: 'overview', Icon: OverviewIcon },
  { to: '/customers', key: 'customers', Icon: CustomersIcon },
] as const

export function Shell({ appearance, children }: { appearance: Appearance; children: ReactNode }) {
  const { t } = useWords()
  const session = useSession().data
  const signOut = useSignOut()
  const system = useSystem() // pages wait for it: it names the time zone they tell times in
  const main = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  const first = useRef(true)
  useEffect(() => {
    // A reader with a keyboard or a screen reader starts at the new page, not where the old one ended.
    if (first.current) first.current = false
    else main.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [pathname])
  return (
    <div className="shell">
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus() }}>
        {t('shell.skip')}
      </a>
      <header className="side">
        <div className="brand">
          <BrandMark />
          <span className="brand-name">
            <b>准</b> zhun
          </span>
        </div>
        <nav className="nav" aria-label={t('shell.nav.label')}>
          {places.map(({ to, key, Icon }) => (
            <NavLink key={to} to={to} end={to === '/'} className="nav-link">
              <Icon /> <span>{t(`shell.nav.${key}`)}</span>
            </NavLink>
          ))}
        </nav>
        <div className="side-foot">
          <Switches appearance={appearance} />
          {session && (
            <div className="account">
              <span className="account-mark" aria-hidden="true">
                {session.user.slice(0, 1).toUpperCase()}
              </span>
              <span className="account-who" title={t('shell.account.signedIn', { user: session.user })}>
                <b>{session.user}</b>
                <small>{t(`shell.roles.${session.role}`)}</small>
              </span>
              <button type="button" className="icon-button" aria-label={t('shell.account.signOut')} title={t('shell.account.signOut')} onClick={() => signOut.mutate()}>
                <SignOutIcon />
              </button>
            </div>
          )}
        </div>
      </header>
      <main className="main" id="main" ref={main} tabIndex={-1}>
        {system.isPending ? <Loading lines={8} /> : children}
      </main>
      <Strip />
    </div>
  )
}
