// The league of recommenders on the shop's own orders: who is best, by how much, and who is ahead of what anybody could do.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { barOf, playersOf, type League, type ModelPlace } from './models'
import { Serving } from './Serving'
import './models.css'

const ASK_MS = 2_000 // while it is played

function Meaning({ place }: { place: ModelPlace }) {
  const { t } = useWords()
  const set = Object.entries(place.parameters ?? {})
  return (
    <>
      <code>{place.model}</code>
      <span className="models-meaning">{t(`models.kinds.${place.model}`, { defaultValue: place.meaning })}</span>
      {set.length > 0 && (
        <details>
          <summary>{t('models.parameters', { count: place.trials })}</summary>
          <p>{set.map(([name, value]) => `${name} ${value}`).join(' · ')}</p>
        </details>
      )}
    </>
  )
}

function Row({ place, best, bar }: { place: ModelPlace; best: number; bar: number | undefined }) {
  const { t, language } = useWords()
  const share = (value: number | undefined) => (value === undefined ? '–' : format.share(value, language))
  const ndcg = place.ndcg ?? 0
  const beside = place.verdict === 'bar' || place.ahead === undefined ? '' : t('models.beside', { by: format.signedPoints(place.ahead, language), low: format.signedPoints(place.aheadLow ?? 0, language) })
  return (
    <tr>
      <th scope="row"><Meaning place={place} /></th>
      <td>
        {place.verdict === 'absent' ? <span className="less">{place.why}</span> : (
          <>
            <span className="models-bar" aria-hidden="true">
              <span style={{ width: `${((100 * ndcg) / best).toFixed(1)}%` }} />
              {bar !== undefined && <i style={{ left: `${((100 * bar) / best).toFixed(1)}%` }} />}
            </span>
            <span className="less">{beside}</span>
          </>
        )}
      </td>
      <td className="number"><b>{share(place.ndcg)}</b></td>
      <td className="number">{share(place.recall)}</td>
      <td className="number">{share(place.hit)}</td>
      <td className="number wide-only">{share(place.coverage)}</td>
      <td className="number wide-only">{place.seconds === undefined ? '–' : t('models.seconds', { n: format.decimal(place.seconds, language, 1) })}</td>
      <td><span className={place.verdict === 'ahead' ? 'chip models-ahead' : 'chip'}>{t(`models.verdicts.${place.verdict}`)}</span></td>
    </tr>
  )
}

function Table({ league }: { league: League }) {
  const { t, language } = useWords()
  const { best, bar } = barOf(league)
  const winner = playersOf(league).find((place) => place.verdict === 'ahead')
  return (
    <Card id="models-league" title={t('models.league')} note={t('models.tested', { from: format.date(league.testFrom, language, 'day'), to: format.date(league.to, language, 'day'), questions: format.count(league.questions, language), k: league.k })}>
      <p className="models-says" role="status">
        {league.questions < league.questionsMin ? t('models.tooFew', { n: format.count(league.questionsMin, language) }) : winner === undefined ? t('models.nobody') : t('models.winner', { model: winner.model, by: format.signedPoints(winner.ahead ?? 0, language) })}
      </p>
      <div className="table-wrap" role="group" aria-label={t('models.league')} tabIndex={0}>
        <table className="table models-table">
          <thead>
            <tr>
              <th scope="col">{t('models.model')}</th>
              <th scope="col">{t('models.compared')}</th>
              <th scope="col" className="number">NDCG</th>
              <th scope="col" className="number">{t('models.recall')}</th>
              <th scope="col" className="number">{t('models.hit')}</th>
              <th scope="col" className="number wide-only">{t('models.coverage')}</th>
              <th scope="col" className="number wide-only">{t('models.took')}</th>
              <th scope="col">{t('models.verdict')}</th>
            </tr>
          </thead>
          <tbody>{league.places.map((place) => <Row key={place.model} place={place} best={best} bar={bar} />)}</tbody>
        </table>
      </div>
      <p className="models-foot less">{t('models.rests', { purchases: format.count(league.purchases, language), customers: format.count(league.customers, language), items: format.count(league.items, language) })} {league.drawn && t('models.drawn')}</p>
    </Card>
  )
}

export default function ModelsPage() {
  const { t, language } = useWords()
  const client = useQueryClient()
  const may = mayDefine(useSession().data?.role)
  const models = useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => call('get', '/api/v1/models', { signal }),
    refetchInterval: (query) => (query.state.data?.training === true || query.state.data?.learning === true ? ASK_MS : false),
  })
  const train = useMutation({ mutationFn: () => call('post', '/api/v1/models/train', {}), onSuccess: () => client.invalidateQueries({ queryKey: ['models'] }) })
  const data = models.data
  const none = <Empty title={t('models.empty.title')}>{data?.league?.why == null ? t('models.empty.text') : t('models.empty.young')}</Empty>
  return (
    <Page
      title={t('models.title')}
      help="models"
      note={data?.league == null ? undefined : t('models.played', { at: format.date(data.league.at, language, 'moment'), took: format.decimal(data.league.tookMs / 1000, language, 1) })}
      extra={may ? <Button loading={train.isPending || data?.training === true} onClick={() => train.mutate()}>{t('models.play')}</Button> : undefined}
    >
      {train.isError && <p className="models-warn" role="alert">{t('models.failed')}</p>}
      <View query={models} lines={10}>
        {(found) => (
          <div className="models-cards">
            <Serving models={found} may={may} />
            {found.league === null || found.league.places.length === 0 ? none : <Table league={found.league} />}
          </div>
        )}
      </View>
    </Page>
  )
}
