// The head of a page: its name (also in the tab), a line about it, the days it shows, help, and what acts on all of it.
import { useEffect, type ReactNode } from 'react'
import { RangeBar } from '../shared/range/RangeBar'
import { useWords } from '../shared/words'
import { HelpButton } from './Help'

export function Page(props: {
  title: string
  before?: ReactNode
  note?: ReactNode
  extra?: ReactNode
  /** The folder whose words explain the page: its help.what, help.how and help.terms. */
  help?: string
  /** The page shows the days of the address, and follows useRange(). */
  range?: boolean
  children: ReactNode
}) {
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
        <div className="page-extra">
          {props.range === true && <RangeBar />}
          {props.extra}
          {props.help !== undefined && <HelpButton folder={props.help} title={props.title} />}
        </div>
      </header>
      {props.children}
    </>
  )
}
