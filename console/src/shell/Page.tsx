// The head of a page: its name (also in the tab), a line about it, and what acts on all of it.
import { useEffect, type ReactNode } from 'react'
import { useWords } from '../shared/words'

export function Page(props: { title: string; before?: ReactNode; note?: ReactNode; extra?: ReactNode; children: ReactNode }) {
  const { t } = useWords()
  const brand = t('shell.brand')
  useEffect(() => {
    document.title = `${props.title} · ${brand}`
  }, [props.title, brand])
  return (
    <>
      <header className="page-head">
        <div className="page-titles">
          {props.before}
          <h1 className="page-title">{props.title}</h1>
          {props.note !== undefined && <div className="page-note">{props.note}</div>}
        </div>
        {props.extra !== undefined && <div className="page-extra">{props.extra}</div>}
      </header>
      {props.children}
    </>
  )
}
