// The four states of every view: loading, error (what to do), empty (the next step), full.
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from './Controls'
import { CallError } from './client'
import { AlertIcon, EmptyIcon } from './icons'
import { useWords } from './words'

export function useErrorText(): (error: unknown) => string {
  const { t } = useWords()
  return (error) => {
    if (!(error instanceof CallError)) return t('shared.errors.unreachable')
    const known = t(`shared.errors.${error.code}`, { status: error.status, defaultValue: '' })
    if (known !== '') return known
    return error.detail ?? t('shared.errors.unexpected', { status: error.status })
  }
}

export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useWords()
  return (
    <div className="loading" role="status" aria-label={t('shared.states.loading')}>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} className={`loading-line loading-line-${at % 4}`} />
      ))}
    </div>
  )
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  return (
    <div className="state" role="alert">
      <span className="state-icon state-icon-bad">
        <AlertIcon size={22} />
      </span>
      <p className="state-title">{t('shared.states.errorTitle')}</p>
      <p className="state-text">{text(error)}</p>
      {retry !== undefined && <Button onClick={retry}>{t('shared.states.retry')}</Button>}
    </div>
  )
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <span className="state-icon">
        <EmptyIcon size={22} />
      </span>
      <p className="state-title">{title}</p>
      {children !== undefined && <div className="state-text">{children}</div>}
    </div>
  )
}

export function View<T>(props: {
  query: UseQueryResult<T, Error>
  empty?: ((data: T) => boolean) | undefined
  whenEmpty?: ReactNode
  lines?: number
  children: (data: T) => ReactNode
}) {
  const { query } = props
  if (query.data !== undefined) {
    return props.empty?.(query.data) === true ? props.whenEmpty : props.children(query.data)
  }
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  return <Loading lines={props.lines ?? 4} />
}

export function Card(props: { title: ReactNode; level?: 2 | 3; extra?: ReactNode; note?: ReactNode; className?: string; children: ReactNode; id?: string }) {
  const Heading = props.level === 3 ? 'h3' : 'h2'
  return (
    <section className={`card ${props.className ?? ''}`} aria-labelledby={props.id}>
      <header className="card-head">
        <div className="card-titles">
          <Heading className="card-title" id={props.id}>
            {props.title}
          </Heading>
          {props.note !== undefined && <span className="card-note">{props.note}</span>}
        </div>
        {props.extra !== undefined && <div className="card-extra">{props.extra}</div>}
      </header>
      {props.children}
    </section>
  )
}
