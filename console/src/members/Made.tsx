import { Copyable } from '../raw/CopyButton'
import { Button } from '../shared/Controls'
import { useWords } from '../shared/words'

/** A password that was made: shown this once. */
export function Made({ password, onDone }: { password: string; onDone: () => void }) {
  const { t } = useWords()
  return (
    <div className="member-form">
      <p>{t('members.made.text')}</p>
      <p className="member-made"><Copyable text={password} what={t('members.made.password')} /></p>
      <div className="member-do"><Button kind="primary" onClick={onDone}>{t('members.made.done')}</Button></div>
    </div>
  )
}
