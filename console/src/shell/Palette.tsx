// One field that leads everywhere: pages, switches, and what the engine finds of customers and items.
// The pattern is a combobox with a list: the focus stays in the field, the arrows move the choice.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useNavigate } from 'react-router-dom'
import { call } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import * as format from '../shared/format'
import { CustomersIcon, ItemsIcon, LanguageIcon, MoonIcon, SearchIcon, SunIcon, SystemIcon, TourIcon } from '../shared/icons'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { moved, rank, type Command } from './commands'
import { groups } from './places'
import type { Appearance } from './Switches'

interface Entry extends Command {
  icon: ReactNode
  note?: string | undefined
  run: () => void
}

const FOUND_MAX = 6 // of a kind; who needs more opens the list's page
const WAIT_MS = 160 // between the last key and the question

/** The text as it was when typing paused. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WAIT_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

export function Palette({ appearance, startTour, onClose }: { appearance: Appearance; startTour: () => void; onClose: () => void }) {
  const { t, language, setLanguage } = useWords()
  const errorText = useErrorText()
  const navigate = useNavigate()
  const id = useId()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const asked = useSettled(text.trim())

  const customers = useQuery({
    queryKey: ['palette', 'customers', asked],
    queryFn: ({ signal }) => call('get', '/api/v1/customers', { query: { q: asked, limit: FOUND_MAX }, signal }),
    enabled: asked !== '',
  })
  const items = useQuery({
    queryKey: ['palette', 'items', asked],
    queryFn: ({ signal }) => call('get', '/api/v1/items', { query: { q: asked, limit: FOUND_MAX }, signal }),
    enabled: asked !== '',
  })

  const go = (to: string) => () => navigate(to)
  const other = language === 'zh' ? 'en' : 'zh'
  const pages: Entry[] = groups.flatMap((group) =>
    group.places.map(({ to, key, Icon }) => ({
      id: `page-${key}`,
      name: t(`shell.nav.${key}`),
      also: `${t(`shell.nav.${key}`, { lng: other })} ${to}`,
      icon: <Icon />,
      note: t(`shell.nav.groups.${group.key}`),
      run: go(to),
    })),
  )
  const themeIcons = { system: <SystemIcon />, light: <SunIcon />, dark: <MoonIcon /> }
  const actions: Entry[] = [
    ...(['light', 'dark', 'system'] as const)
      .filter((choice) => choice !== appearance.choice)
      .map((choice) => ({
        id: `theme-${choice}`,
        name: t(`shell.palette.theme.${choice}`),
        also: `${t(`shell.palette.theme.${choice}`, { lng: other })} theme 主题`,
        icon: themeIcons[choice],
        run: () => appearance.setChoice(choice),
      })),
    { id: 'language', name: t('shell.palette.language'), also: 'language 语言 english chinese 中文 英文', icon: <LanguageIcon />, run: () => setLanguage(other) },
    { id: 'tour', name: t('shell.palette.tour'), also: `${t('shell.palette.tour', { lng: other })} help 帮助`, icon: <TourIcon />, run: startTour },
  ]
  const fresh = asked !== '' && asked === text.trim()
  const people: Entry[] = fresh
    ? (customers.data?.items ?? []).slice(0, FOUND_MAX).map((one) => ({
        id: `customer-${one.id}`,
        name: `#${one.id}`,
        icon: <CustomersIcon />,
        note: [one.userId ?? t('shared.anonymous'), t('shell.palette.orders', { count: one.orders })].join(' · '),
        run: go(`/customers/${encodeURIComponent(one.id)}`),
      }))
    : []
  const goods: Entry[] = fresh
    ? (items.data?.items ?? []).slice(0, FOUND_MAX).map((one) => ({
        id: `item-${one.itemId}`,
        name: one.title !== undefined && one.title !== '' ? one.title : one.itemId,
        icon: <ItemsIcon />,
        note: [one.itemId, one.priceCents != null && one.currency !== undefined ? format.money(one.priceCents, one.currency, language) : '']
          .filter((part) => part !== '')
          .join(' · '),
        run: go(`/items/${encodeURIComponent(one.itemId)}`),
      }))
    : []
  const sections = [
    { key: 'pages', entries: rank(pages, text) },
    { key: 'customers', entries: people },
    { key: 'items', entries: goods },
    { key: 'actions', entries: rank(actions, text) },
  ].filter((section) => section.entries.length > 0)
  const entries = sections.flatMap((section) => section.entries)
  const chosen = entries.length === 0 ? -1 : Math.min(at, entries.length - 1)
  const waiting = text.trim() !== '' && (!fresh || customers.isFetching || items.isFetching)
  const failed = fresh ? (customers.error ?? items.error) : null

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen])

  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return
    onClose()
    entry.run()
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return // Enter chooses a character in a Chinese input method
    if (event.key === 'Enter') {
      event.preventDefault()
      run(entries[chosen])
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setAt(moved(chosen, event.key, entries.length))
    }
  }
  const status = entries.length > 0 ? t('shell.palette.count', { count: entries.length }) : waiting ? t('shared.states.loading') : t('shell.palette.none')
  return (
    <Dialog label={t('shell.palette.label')} className="palette" onClose={onClose}>
      <div className="palette-body">
        <div className="palette-field">
          <SearchIcon />
          <input
            autoFocus
            type="text"
            role="combobox"
            aria-expanded={entries.length > 0}
            aria-controls={`${id}list`}
            aria-autocomplete="list"
            aria-activedescendant={chosen >= 0 ? `${id}${entries[chosen]?.id}` : undefined}
            aria-label={t('shell.palette.label')}
            placeholder={t('shell.palette.placeholder')}
            autoComplete="off"
            spellCheck={false}
            value={text}
            maxLength={255}
            onChange={(event) => {
              setText(event.target.value)
              setAt(0)
            }}
            onKeyDown={onKey}
          />
          <button type="button" className="palette-close" onClick={onClose}>
            {t('shell.palette.close')}
          </button>
        </div>
        <div className="palette-list" id={`${id}list`} role="listbox" aria-label={t('shell.palette.results')} ref={list} tabIndex={-1}>
          {sections.map((section) => (
            <div key={section.key} role="group" aria-labelledby={`${id}s${section.key}`}>
              <div className="palette-section" id={`${id}s${section.key}`}>{t(`shell.palette.sections.${section.key}`)}</div>
              {section.entries.map((entry) => {
                const index = entries.indexOf(entry)
                return (
                  <div
                    key={entry.id}
                    id={`${id}${entry.id}`}
                    role="option"
                    aria-selected={index === chosen}
                    className="palette-entry"
                    onPointerMove={() => setAt(index)}
                    onClick={() => run(entry)}
                  >
                    {entry.icon}
                    <span className="palette-name">{entry.name}</span>
                    {entry.note !== undefined && <span className="palette-note">{entry.note}</span>}
                  </div>
                )
              })}
            </div>
          ))}
        </div>
        {entries.length === 0 && !waiting && failed === null && (
          <div className="palette-none">
            <p className="state-title">{t('shell.palette.noneTitle', { q: text.trim() })}</p>
            <p className="less">{t('shell.palette.noneText')}</p>
          </div>
        )}
        {failed !== null && <p className="palette-failed">{errorText(failed)}</p>}
        <footer className="palette-foot" aria-hidden="true">
          <span><kbd>↑</kbd><kbd>↓</kbd> {t('shell.palette.keys.move')}</span>
          <span><kbd>↵</kbd> {t('shell.palette.keys.open')}</span>
          <span><kbd>Esc</kbd> {t('shell.palette.keys.close')}</span>
          {waiting && <span className="palette-waiting">{t('shared.states.loading')}</span>}
        </footer>
        <p className="visually-hidden" role="status">{status}</p>
      </div>
    </Dialog>
  )
}
