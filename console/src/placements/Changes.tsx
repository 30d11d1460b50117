// What saving would change, line by line, before it is done.
import { Button } from '../shared/Controls'
import { CallError } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import * as format from '../shared/format'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import type { Change } from './draft'
import { useRuleName } from './Rules'

function useChangeText(): (one: Change) => string {
  const { t, language } = useWords()
  const ruleName = useRuleName()
  const days = (n: number) => (n === -1 ? t('placements.hide.ever') : n === 0 ? t('placements.hide.not') : t('placements.changes.days', { n: format.count(n, language) }))
  const said = (text: string) => (text === '' ? t('placements.changes.nothing') : text)
  const stages = (list: readonly string[]) => list.map((one) => t(`placements.stages.${one}.name`, { defaultValue: one })).join(t('placements.changes.then'))
  return (one) => {
    switch (one.part) {
      case 'titleZh': case 'titleEn': return t(`placements.changes.${one.part}`, { from: said(one.from), to: said(one.to) })
      case 'strategy': return t('placements.changes.strategy', { from: t(`recommend.strategies.${one.from}`, { defaultValue: one.from }), to: t(`recommend.strategies.${one.to}`, { defaultValue: one.to }) })
      case 'stages': return t('placements.changes.stages', { from: stages(one.from), to: stages(one.to) })
      case 'hideBoughtDays': return t('placements.changes.hideBoughtDays', { from: days(one.from), to: days(one.to) })
      case 'explore': return t('placements.changes.explore', { from: format.percent(one.from, language), to: format.percent(one.to, language) })
      case 'exploreSlots': case 'exploreTemperature': return t(`placements.changes.${one.part}`, { from: format.amount(one.from, language), to: format.amount(one.to, language) })
      case 'public': return t(one.to ? 'placements.changes.public' : 'placements.changes.notPublic')
      case 'ruleAdded': case 'ruleGone': case 'ruleChanged': return t(`placements.changes.${one.part}`, { rule: ruleName(one.rule, one.at) })
      case 'rulesMoved': return t('placements.changes.rulesMoved')
      default: return t('placements.changes.dial', { name: t(`placements.dials.${one.part}.name`), from: format.amount(one.from, language), to: format.amount(one.to, language) })
    }
  }
}

export function Changes({ changes }: { changes: readonly Change[] }) {
  const text = useChangeText()
  return <ul className="placement-changes">{changes.map((one, at) => <li key={at}>{text(one)}</li>)}</ul>
}

/** Asks before something is done, and says what. */
export function Ask({ title, text, changes, conflicts = 0, confirm, danger = false, busy, error, onDo, onClose }: {
  title: string; text: string; changes?: readonly Change[]; conflicts?: number; confirm: string; danger?: boolean; busy?: boolean; error?: unknown; onDo: () => void; onClose: () => void
}) {
  const { t } = useWords()
  const errorText = useErrorText()
  return (
    <Dialog label={title} className="placement-dialog" onClose={onClose}>
      <h2 className="placement-dialog-title">{title}</h2>
      <div className="placement-dialog-body">
        <p>{text}</p>
        {changes !== undefined && <Changes changes={changes} />}
        {conflicts > 0 && <p className="placement-bad">{t('placements.save.conflicts', { count: conflicts })}</p>}
        {error !== undefined && error !== null && <p className="placement-bad" role="alert">{error instanceof CallError && error.detail !== undefined ? error.detail : errorText(error)}</p>}
        <div className="placement-do">
          <Button onClick={onClose}>{t('placements.cancel')}</Button>
          <Button kind={danger ? 'plain' : 'primary'} className={danger ? 'placement-danger' : ''} loading={busy === true} onClick={onDo}>{confirm}</Button>
        </div>
      </div>
    </Dialog>
  )
}
