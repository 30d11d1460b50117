// How many take part: it may change while an experiment runs.
import { useId, useState } from 'react'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { Card, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { changeOf, type Experiment } from './experiments'
import { useSet } from './useExperiments'

export function Share({ one }: { one: Experiment }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const id = useId()
  const [percent, setPercent] = useState(Math.round(one.share * 100))
  const set = useSet()
  const changed = percent !== Math.round(one.share * 100)
  return (
    <Card id="experiment-share" title={t('experiments.share.title')} note={t('experiments.share.note')}>
      <div className="experiment-share">
        <label htmlFor={id}>{t('experiments.share.label')}</label>
        <input id={id} type="range" min={1} max={100} value={percent} onChange={(event) => setPercent(Number(event.target.value))} />
        <output htmlFor={id}>{format.percent(percent / 100, language)}</output>
        <Button disabled={!changed} loading={set.isPending} onClick={() => set.mutate({ name: one.name, body: { ...changeOf(one), share: percent / 100 } })}>{t('experiments.share.save')}</Button>
      </div>
      {percent < Math.round(one.share * 100) && <p className="experiment-foot experiment-warn">{t('experiments.share.less')}</p>}
      {set.error !== null && <p className="experiment-foot experiment-warn" role="alert">{errorText(set.error)}</p>}
    </Card>
  )
}
