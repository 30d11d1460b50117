// What one customer does not want to see: by his own word, since when; taken back for him, one or all. The lists below follow.
import { useState } from 'react'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { Hint } from '../shared/Hint'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useWords } from '../shared/words'
import { nameOf, thingOf, useFeedback, useTakeBack, type Refused } from './useFeedback'
import './feedback.css'

function Row({ one, busy, onBack }: { one: Refused; busy: boolean; onBack: () => void }) {
  const { t, language } = useWords()
  return (
    <li className="refused">
      <span className="refused-name">{nameOf(one)}</span>
      <span className="less">
        {t(`feedback.kinds.${one.kind}`)} · {t(`feedback.scopes.${one.scope}`)}
        {' · '}{t('feedback.since', { at: format.date(one.since, language, 'day') })}
      </span>
      <button type="button" className="text-button" disabled={busy} aria-label={t('feedback.backName', { name: nameOf(one) })} onClick={onBack}>{t('feedback.back')}</button>
    </li>
  )
}

export function CustomerFeedback({ id }: { id: string }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const answer = useFeedback(id)
  const change = useTakeBack(id)
  const [gone, setGone] = useState<string>()
  const back = (one: Refused | null) => change.mutate(one, { onSuccess: () => setGone(one === null ? t('feedback.goneAll') : t('feedback.gone', { name: nameOf(one) })) })
  return (
    <Card id="customer-feedback" title={t('feedback.title')} extra={<Hint label={t('feedback.hintLabel')}>{t('feedback.hint')}</Hint>}>
      {gone !== undefined && <p className="refused-note" role="status">{gone}</p>}
      {change.error !== null && <p className="segment-warn refused-note" role="alert">{errorText(change.error)}</p>}
      <View query={answer} lines={2}>
        {({ items, personalization, counts }) => (
          <>
            {items.length === 0 && <Empty title={t('feedback.emptyTitle')}>{t('feedback.empty')}</Empty>}
            {items.length > 0 && !personalization && <p className="refused-note warn">{t('feedback.off')}</p>}
            {items.length > 0 && (
              <ul className="refused-list" aria-label={t('feedback.title')}>
                {items.map((one) => <Row key={`${one.kind} ${one.scope} ${thingOf(one)}`} one={one} busy={change.isPending} onBack={() => back(one)} />)}
              </ul>
            )}
            {items.length > 1 && <p className="refused-note"><Button loading={change.isPending} onClick={() => back(null)}>{t('feedback.backAll')}</Button></p>}
            {counts.useful + counts.why > 0 && <p className="refused-note less">{t('feedback.counts', { useful: format.count(counts.useful, language), why: format.count(counts.why, language) })}</p>}
          </>
        )}
      </View>
    </Card>
  )
}
