// What answers: the learnt recommender that is deployed, its versions with a way back, and the history.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Card } from '../shared/View'
import { useWords } from '../shared/words'
import { saysOf, type ModelVersion, type Models } from './models'

const CHANGES_SHOWN = 8

function Says({ models }: { models: Models }) {
  const { t, language } = useWords()
  const says = saysOf(models)
  const version = models.versions.find((one) => one.version === models.deployed.version)
  return (
    <p className="models-says" role="status">
      {t(`models.serving.${says}`, { model: version?.model ?? '', version: models.deployed.version, since: models.changes[0] === undefined ? '' : format.date(models.changes[0].at, language, 'moment') })}
      {models.deployed.why !== null && <span className="less"> {models.deployed.why}</span>}
    </p>
  )
}

function Version({ one, models, may, deploy, busy }: { one: ModelVersion; models: Models; may: boolean; deploy: (version: number) => void; busy: boolean }) {
  const { t, language } = useWords()
  const answers = one.version === models.deployed.version
  const act = t(one.version < models.deployed.version ? 'models.serving.back' : 'models.serving.deploy')
  const ahead = one.league === null ? t('models.serving.notPlayed') : t('models.serving.byLeague', { verdict: t(`models.verdicts.${one.league.verdict}`), by: format.signedPoints(one.league.ahead, language) })
  return (
    <tr>
      <th scope="row">{t('models.serving.version', { version: one.version })} <code>{one.model}</code></th>
      <td>{format.date(one.at, language, 'moment')}</td>
      <td className="number">{format.count(one.purchases, language)}</td>
      <td className="number">{format.count(one.items, language)}</td>
      <td className="number wide-only">{format.bytes(one.bytes, language)}</td>
      <td className="wide-only">{ahead}</td>
      <td>
        {answers ? <span className="chip models-ahead">{t('models.serving.answers')}</span> : may && (
          <Button loading={busy} onClick={() => deploy(one.version)} aria-label={t('models.serving.toVersion', { act, version: one.version })}>{act}</Button>
        )}
      </td>
    </tr>
  )
}

export function Serving({ models, may }: { models: Models; may: boolean }) {
  const { t, language } = useWords()
  const client = useQueryClient()
  const after = { onSuccess: () => client.invalidateQueries({ queryKey: ['models'] }) }
  const deploy = useMutation({ mutationFn: (version: number) => call('post', '/api/v1/models/{version}/deploy', { path: { version } }), ...after })
  const off = useMutation({ mutationFn: () => call('post', '/api/v1/models/off', {}), ...after })
  const learn = useMutation({ mutationFn: () => call('post', '/api/v1/models/train', { body: { model: 'auto', deploy: true } }), ...after })
  const automatic = useMutation({ mutationFn: (on: boolean) => call('put', '/api/v1/models/automatic', { body: { automatic: on } }), ...after })
  const failed = deploy.isError || off.isError || learn.isError || automatic.isError
  const buttons = may && (
    <span className="models-buttons">
      <label className="models-check"><input type="checkbox" checked={models.automatic} onChange={(change) => automatic.mutate(change.target.checked)} />{t('models.serving.automatic')}</label>
      {models.deployed.version !== 0 && <Button loading={off.isPending} onClick={() => off.mutate()}>{t('models.serving.off')}</Button>}
      <Button loading={learn.isPending || models.learning} onClick={() => learn.mutate()}>{t('models.serving.learn')}</Button>
    </span>
  )
  return (
    <Card id="models-serving" title={t('models.serving.title')} extra={buttons}>
      <Says models={models} />
      {models.outcome?.why != null && <p className="models-says less">{t('models.serving.outcome', { at: format.date(models.outcome.at, language, 'moment'), model: models.outcome.model, why: models.outcome.why })}</p>}
      {failed && <p className="models-says models-warn" role="alert">{t('models.serving.failed')}</p>}
      {models.versions.length > 0 && (
        <div className="table-wrap" role="group" aria-label={t('models.serving.versions')} tabIndex={0}>
          <table className="table models-versions">
            <thead>
              <tr>
                <th scope="col">{t('models.serving.versions')}</th>
                <th scope="col">{t('models.serving.learnt')}</th>
                <th scope="col" className="number">{t('models.serving.purchases')}</th>
                <th scope="col" className="number">{t('models.serving.items')}</th>
                <th scope="col" className="number wide-only">{t('models.serving.size')}</th>
                <th scope="col" className="wide-only">{t('models.serving.said')}</th>
                <th scope="col">{t('models.serving.now')}</th>
              </tr>
            </thead>
            <tbody>{models.versions.map((one) => <Version key={one.version} one={one} models={models} may={may} deploy={deploy.mutate} busy={deploy.isPending && deploy.variables === one.version} />)}</tbody>
          </table>
        </div>
      )}
      {models.changes.length > 0 && (
        <>
          <h3 className="models-history">{t('models.serving.history')}</h3>
          <ul className="models-changes">
            {models.changes.slice(0, CHANGES_SHOWN).map((one) => (
              <li key={`${one.at} ${one.version}`}>
                <span className="less">{format.date(one.at, language, 'moment')}</span> {one.version === 0 ? t('models.serving.counts') : t('models.serving.version', { version: one.version })} · {t(`models.serving.why.${one.why}`)}
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  )
}
