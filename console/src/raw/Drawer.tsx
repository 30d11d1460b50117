// A panel over the right side of the page, with a title and a way out.
import type { ReactNode } from 'react'
import { Dialog } from '../shared/Dialog'
import { CrossIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import './raw.css'

export function Drawer({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const { t } = useWords()
  return (
    <Dialog label={title} className="drawer" onClose={onClose}>
      <div className="drawer-body">
        <header className="drawer-head">
          <h2 className="drawer-title">{title}</h2>
          <button type="button" className="icon-button" aria-label={t('raw.close')} title={t('raw.close')} onClick={onClose}>
            <CrossIcon />
          </button>
        </header>
        {/* What scrolls must take the focus, or the keyboard cannot scroll it. */}
        <div className="drawer-text" role="group" aria-label={title} tabIndex={0}>{children}</div>
      </div>
    </Dialog>
  )
}
