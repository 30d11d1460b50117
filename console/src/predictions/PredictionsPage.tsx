// What customers will probably do: each prediction, how it was tested, how true it came; training now.
import { useQuery } from '@tanstack/react-query'
import { Button } from '../shared/Controls'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Reliability } from './Reliability'
import { useTrain } from './useTrain'
import './predictions.css'

const ASK_MS = 2_000 // while a training is under way

export default function PredictionsPage() {
  const { t, language } = useWords()
  const models = useQuery({
    queryKey: ['predictions'],
    queryFn: ({ signal }) => call('get', '/api/v1/predictions', { signal }),
    refetchInterval: (query) => (query.state.data?.training === true ? ASK_MS : false),
  })
  const train = useTrain()
  const data = models.data
  return (
    <Page
      title={t('predictions.title')}
      help="predictions"
      note={data?.trainedAt == null ? undefined : t('predictions.trained', { at: format.date(data.trainedAt, language, 'moment'), customers: format.count(data.customers, language) })}
      extra={
        <Button loading={train.isPending || data?.training === true} onClick={() => train.mutate()}>
          {t('predictions.train')}
        </Button>
      }
    >
      {train.isError && <p className="predictions-warn" role="alert">{t('predictions.failed')}</p>}
      <View query={models} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('predictions.empty.title')}>{t('predictions.empty.text')}</Empty>} lines={10}>
        {(found) => (
          <div className="predictions">
            {found.items.map((one) => (
              <One key={one.name} model={one} />
            ))}
            {found.nextCategory !== null && <NextCategory model={found.nextCategory} />}
          </div>
        )}
      </View>
    </Page>
  )
}

function One({ model }: { model: Schema<'PredictionModel'> }) {
  const { t, language } = useWords()
  const tested = model.testedAsOf.length > 0
  const figures = [
    { key: 'auc', text: format.decimal(model.auc, language, 3), beside: t('predictions.rfm', { value: format.decimal(model.rfmAuc, language, 3) }) },
    { key: 'error', text: format.share(model.calibrationError, language), beside: t('predictions.chance', { value: format.share(model.calibrationErrorByChance, language) }) },
    { key: 'did', text: format.count(model.did, language), beside: t('predictions.expected', { value: format.count(Math.round(model.expected), language), asked: format.count(model.asked, language) }) },
  ]
  return (
    <Card
      id={`prediction-${model.name}`}
      title={t(`predictions.names.${model.name}`, { days: model.windowDays })}
      note={tested ? t('predictions.tested', { days: model.testedAsOf.join(', ') }) : undefined}
      extra={<span className={model.offered ? 'chip prediction-offered' : 'chip'}>{model.offered ? t('predictions.offered') : t('predictions.withheld')}</span>}
    >
      {model.why !== null && <p className="prediction-why">{t('predictions.why', { why: t(`predictions.reasons.${model.why}`, { defaultValue: model.why }) })}</p>}
      {tested && (
        <>
          <dl className="prediction-figures">
            {figures.map((figure) => (
              <div key={figure.key}>
                <dt>{t(`predictions.figures.${figure.key}`)}</dt>
                <dd>
                  <b>{figure.text}</b> <span>{figure.beside}</span>
                </dd>
              </div>
            ))}
          </dl>
          <Reliability bins={model.bins} />
        </>
      )}
    </Card>
  )
}

// Of the next orders of the test: how often the likeliest category was right, beside two rules anybody can follow.
function NextCategory({ model }: { model: Schema<'NextCategoryModel'> }) {
  const { t, language } = useWords()
  const tested = model.asked > 0
  const rows = [
    { key: 'model', right: model.right },
    { key: 'frequent', right: model.rightMostFrequent },
    { key: 'popular', right: model.rightMostPopular },
  ]
  return (
    <Card
      id="prediction-next-category"
      title={t('predictions.next.title')}
      note={tested ? t('predictions.next.tested', { asked: format.count(model.asked, language), days: model.windowDays, dates: model.testedAsOf.join(', ') }) : undefined}
      extra={<span className={model.offered ? 'chip prediction-offered' : 'chip'}>{model.offered ? t('predictions.offered') : t('predictions.withheld')}</span>}
    >
      {model.why !== null && <p className="prediction-why">{t('predictions.why', { why: t(`predictions.reasons.${model.why}`, { defaultValue: model.why }) })}</p>}
      {tested && (
        <>
          <ul className="prediction-list">
            {rows.map((row) => (
              <li key={row.key}>
                <span>{t(`predictions.next.${row.key}`)}</span>
                <span className="prediction-bar"><span style={{ width: `${((100 * row.right) / model.asked).toFixed(1)}%` }} /></span>
                <b className="number">{format.percent(row.right / model.asked, language)}</b>
              </li>
            ))}
          </ul>
          <p className="prediction-why">{t('predictions.next.error', { value: format.share(model.calibrationError, language), chance: format.share(model.calibrationErrorByChance, language) })}</p>
        </>
      )}
    </Card>
  )
}
