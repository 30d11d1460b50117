// The frame around every page: navigation by what a day's work needs, who is signed in, the page, the engine's state;
// over it the palette and the tour. At the width of a phone the navigation folds into a menu.
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { NavLink, useLocation } from 'react-router-dom'
import { useSession, useSignOut } from '../session/useSession'
import { BrandMark, CrossIcon, MenuIcon, SearchIcon, SignOutIcon } from '../shared/icons'
import { Loading } from '../shared/View'
import { useWords } from '../shared/words'
import { FrameContext } from './frame'
import { Palette } from './Palette'
import { groups } from './places'
import { Strip } from './Strip'
import { Switches, type Appearance } from './Switches'
import { Tour } from './Tour'
import { useTour } from './useTour'
import { useSystem } from './useSystem'
import './shell.css'

/** How long a part of a page that an address names is waited for. */
const PART_WAIT_MS = 5_000

/** Ctrl-K, or ⌘-K where keyboards have that key. */
const apple = /Mac|iPhone|iPad/.test(navigator.platform)

export function Shell({ appearance, children }: { appearance: Appearance; children: ReactNode }) {
  const { t } = useWords()
  const session = useSession().data
  const signOut = useSignOut()
  const system = useSystem() // pages wait for it: it names the time zone they tell times in
  const main = useRef<HTMLElement>(null)
  const menuButton = useRef<HTMLButtonElement>(null)
  const { pathname, hash } = useLocation()
  const first = useRef(true)
  const [menu, setMenu] = useState(false)
  const [palette, setPalette] = useState(false)
  const tour = useTour()
  const { start: startTour } = tour

  useEffect(() => {
    // A reader with a keyboard or a screen reader starts at the new page, not where the old one ended.
    if (first.current) first.current = false
    else main.current?.focus({ preventScroll: true })
    setMenu(false)
    window.scrollTo(0, 0)
  }, [pathname])

  useEffect(() => {
    // "…#recommendations" goes to that part, which may come only when its figures have.
    if (hash.length < 2) return
    const id = decodeURIComponent(hash.slice(1))
    const end = Date.now() + PART_WAIT_MS
    const timer = setInterval(() => {
      const part = document.getElementById(id)
      part?.scrollIntoView({ block: 'start' })
      if (part !== null || Date.now() > end) clearInterval(timer)
    }, 100)
    return () => clearInterval(timer)
  }, [pathname, hash])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        // Not over another panel: two of them over each other are one too many.
        setPalette((open) => open || document.querySelector('dialog[open]') === null)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const frame = useMemo(() => ({ openPalette: () => setPalette(true), startTour }), [startTour])
  const menuName = t(menu ? 'shell.nav.close' : 'shell.nav.open')
  return (
    <FrameContext.Provider value={frame}>
      <div className="shell">
        <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus() }}>
          {t('shell.skip')}
        </a>
        <header
          className={`side ${menu ? 'side-open' : ''}`}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && menu) {
              setMenu(false)
              menuButton.current?.focus()
            }
          }}
        >
          <div className="brand">
            <BrandMark />
            <span className="brand-name">
              <b>准</b> zhun
            </span>
          </div>
          <button type="button" className="seek" data-tour="palette" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K" onClick={() => setPalette(true)}>
            <SearchIcon size={16} />
            <span className="seek-name">{t('shell.palette.open')}</span>
            <kbd aria-hidden="true">{apple ? '⌘K' : 'Ctrl K'}</kbd>
          </button>
          <button ref={menuButton} type="button" className="icon-button menu-button" aria-label={menuName} title={menuName} aria-expanded={menu} aria-controls="menu" onClick={() => setMenu(!menu)}>
            {menu ? <CrossIcon size={20} /> : <MenuIcon size={20} />}
          </button>
          <div className="menu" id="menu">
            <nav className="nav" aria-label={t('shell.nav.label')} data-tour="nav">
              {groups.map((group) => (
                <div key={group.key} className="nav-group" role="group" aria-labelledby={`nav-${group.key}`}>
                  <span className="nav-group-name" id={`nav-${group.key}`}>{t(`shell.nav.groups.${group.key}`)}</span>
                  {group.places.map(({ to, key, Icon }) => (
                    // Choosing the page one is on closes the menu too.
                    <NavLink key={to} to={to} end={to === '/'} className="nav-link" onClick={() => setMenu(false)}>
                      <Icon /> <span>{t(`shell.nav.${key}`)}</span>
                    </NavLink>
                  ))}
                </div>
              ))}
            </nav>
            <div className="side-foot">
              <Switches appearance={appearance} />
              {session && (
                <div className="account">
                  <NavLink to="/account" className="account-link" title={t('shell.account.signedIn', { user: session.user })} onClick={() => setMenu(false)}>
                    <span className="account-mark" aria-hidden="true">
                      {session.user.slice(0, 1).toUpperCase()}
                    </span>
                    <span className="account-who">
                      <b>{session.user}</b>
                      <small>{t(`shell.roles.${session.role}`)}</small>
                    </span>
                  </NavLink>
                  <button type="button" className="icon-button" aria-label={t('shell.account.signOut')} title={t('shell.account.signOut')} onClick={() => signOut.mutate()}>
                    <SignOutIcon />
                  </button>
                </div>
              )}
            </div>
          </div>
        </header>
        <main className="main" id="main" ref={main} tabIndex={-1}>
          {system.isPending ? <Loading lines={8} /> : children}
        </main>
        <Strip />
      </div>
      {palette && <Palette appearance={appearance} startTour={startTour} onClose={() => setPalette(false)} />}
      {tour.open && !system.isPending && <Tour onClose={tour.finish} />}
    </FrameContext.Provider>
  )
}
