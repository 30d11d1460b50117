// What would have been earned had all got another arm: asked of the decisions that were made, and refused in words where these cannot know.
import { useState } from 'react'
import { Button } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { Card, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { meanText, type Experiment, type ReplayReport } from './experiments'
import { useReplay } from './useExperiments'

const DAYS = ['1', '7', '30', '90'] as const

function Answer({ report, currency }: { report: ReplayReport; currency: string }) {
  const { t, language } = useWords()
  const text = (value: number) => meanText(report.metric, value, currency, language)
  const rows = ([['actual', report.actual], ['dr', report.dr], ['snips', report.snips], ['ips', report.ips], ['clipped', report.clippedIps]] as const).flatMap(([key, one]) => (one === null ? [] : [{ key, one }]))
  return (
    <div className="replay-answer">
      {report.refusal !== null && (
        <p className="replay-refused" role="alert"><AlertIcon size={15} /> <b>{t('experiments.replay.refused')}</b> {t(`experiments.replay.why.${report.refusal.code}`, { arm: report.refusal.arm ?? '', n: format.count(Math.round(report.effectiveCustomers), language) })}</p>
      )}
      {rows.length > 0 && (
        <div className="table-wrap" role="group" aria-label={t('experiments.replay.title')} tabIndex={0}>
          <table className="table">
            <thead><tr><th scope="col">{report.metric.title[language]}</th><th scope="col" className="number">{t('experiments.replay.value')}</th><th scope="col" className="number">{t('experiments.replay.interval')}</th></tr></thead>
            <tbody>
              {rows.map(({ key, one }) => (
                <tr key={key} className={key === 'dr' ? 'replay-main' : undefined}>
                  <th scope="row">{t(`experiments.replay.ways.${key}`)}</th>
                  <td className="number">{text(one.estimate)}</td>
                  <td className="number">{t('experiments.effect.between', { low: text(one.low), high: text(one.high) })}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="experiment-foot less">
        <span>{t('experiments.replay.rests', { n: format.count(report.customers, language), worth: format.count(Math.round(report.effectiveCustomers), language), covered: format.percent(report.covered, language) })}</span>
        {report.open > 0 && <span>{t('experiments.replay.open', { n: format.count(report.open, language) })}</span>}
      </p>
    </div>
  )
}

export function Replay({ one }: { one: Experiment }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const [arm, setArm] = useState(one.arms.at(-1)?.name ?? '')
  const [days, setDays] = useState<string>('7')
  const [explore, setExplore] = useState('')
  const ask = useReplay()
  const submit = () => {
    const to = Date.now()
    ask.mutate({ experiment: one.name, target: explore === '' ? { arm } : { arm, explore: Number(explore) }, from: new Date(to - Number(days) * 86_400_000).toISOString(), to: new Date(to).toISOString() })
  }
  return (
    <Card id="experiment-replay" title={t('experiments.replay.title')} note={t('experiments.replay.note')}>
      <form className="replay-form" onSubmit={(event) => { event.preventDefault(); submit() }}>
        <Choose label={t('experiments.replay.arm')} value={arm} options={one.arms.map((each) => ({ value: each.name, name: each.name }))} onChange={setArm} />
        <Choose label={t('experiments.replay.span')} value={days} options={DAYS.map((each) => ({ value: each, name: t('experiments.replay.days', { n: each }) }))} onChange={setDays} />
        <Field label={t('experiments.replay.explore')} hint={t('experiments.replay.exploreHint')}><input className="input" type="number" min={0} max={1} step="any" value={explore} onChange={(event) => setExplore(event.target.value)} /></Field>
        <Button kind="primary" type="submit" loading={ask.isPending}>{t('experiments.replay.ask')}</Button>
      </form>
      {ask.isError && <p className="experiment-warn replay-error" role="alert">{errorText(ask.error)}</p>}
      {ask.data !== undefined && <Answer report={ask.data} currency={one.currency ?? ''} />}
    </Card>
  )
}
