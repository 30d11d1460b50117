// A fault in one page must not leave a white screen: say what happened and offer a reload.
import { Component, type ReactNode } from 'react'
import { Button } from '../shared/Controls'
import { useWords } from '../shared/words'

function Crash() {
  const { t } = useWords()
  return (
    <main className="state state-page" role="alert">
      <h1 className="state-title">{t('shell.crash.title')}</h1>
      <p className="state-text">{t('shell.crash.text')}</p>
      <Button kind="primary" onClick={() => location.reload()}>
        {t('shell.crash.reload')}
      </Button>
    </main>
  )
}

export class Fence extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false }
  static getDerivedStateFromError() {
    return { broken: true }
  }
  override render() {
    return this.state.broken ? <Crash /> : this.props.children
  }
}
