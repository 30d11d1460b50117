// What a page is for, how it is used, and what its words mean: a drawer beside the page.
import { useId, useState } from 'react'
import { Button } from '../shared/Controls'
import { Dialog } from '../shared/Dialog'
import { CrossIcon, HelpIcon, TourIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import { useFrame } from './frame'

/** A paragraph a line; a line "word: meaning" in the list of terms is set as such. */
function Paragraphs({ text }: { text: string }) {
  return text.split('\n').map((line, at) => <p key={at}>{line}</p>)
}

/** Splits "GMV：下单金额" or "GMV: ordered value" at its first colon. */
export function termOf(line: string): [string, string] | null {
  const found = /^([^:：]{1,40})[:：]\s*(.+)$/.exec(line)
  return found === null ? null : [found[1] ?? '', found[2] ?? '']
}

function Terms({ text }: { text: string }) {
  const rows = text.split('\n').map((line) => [line, termOf(line)] as const)
  if (!rows.every(([, term]) => term !== null)) return <Paragraphs text={text} />
  return (
    <dl className="help-terms">
      {rows.map(([line, term]) => (
        <div key={line}>
          <dt>{term?.[0]}</dt>
          <dd>{term?.[1]}</dd>
        </div>
      ))}
    </dl>
  )
}

export function HelpButton({ folder, title }: { folder: string; title: string }) {
  const { t } = useWords()
  const { startTour } = useFrame()
  const [open, setOpen] = useState(false)
  const id = useId()
  const close = () => setOpen(false)
  return (
    <>
      <button type="button" className="text-button help-button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <HelpIcon size={15} /> {t('shell.help.button')}
      </button>
      {open && (
        <Dialog label={t('shell.help.title', { page: title })} className="drawer" onClose={close}>
          <div className="drawer-body">
            <header className="drawer-head">
              <h2 className="drawer-title">{t('shell.help.title', { page: title })}</h2>
              <button type="button" className="icon-button" aria-label={t('shell.help.close')} onClick={close}>
                <CrossIcon />
              </button>
            </header>
            <div className="drawer-text" role="group" aria-label={title} tabIndex={0}>
              {(['what', 'how', 'terms'] as const).map((part) => (
                <section key={part} aria-labelledby={`${id}${part}`}>
                  <h3 id={`${id}${part}`}>{t(`shell.help.${part}`)}</h3>
                  {part === 'terms' ? <Terms text={t(`${folder}.help.terms`)} /> : <Paragraphs text={t(`${folder}.help.${part}`)} />}
                </section>
              ))}
            </div>
            <footer className="drawer-foot">
              <Button icon={<TourIcon size={16} />} onClick={() => { close(); startTour() }}>
                {t('shell.help.tour')}
              </Button>
              <span className="less">{t('shell.help.keys')}</span>
            </footer>
          </div>
        </Dialog>
      )}
    </>
  )
}
