// One journey: its graph to look at and to change, what may be done in its state, what came of it, who changed it when.
import { Link, useNavigate, useParams } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import * as format from '../shared/format'
import { AlertIcon, BackIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { definitionOf, examples, starts, textOf, type Detail } from './journey'
import { JourneyReport } from './JourneyReport'
import { useJourney } from './useJourneys'
import { Workbench } from './Workbench'
import './journeys.css'

function History({ history }: { history: Detail['history'] }) {
  const { t, language } = useWords()
  return (
    <Card id="journey-history" title={t('journeys.history')}>
      <ol className="journey-history">
        {history.map(({ act, version, note, by }, i) => (
          <li key={i}><span className="less">{by?.at != null && format.date(by.at, language, 'moment')}</span> <b>{t(`journeys.did.${act}`)}</b> {t('journeys.byWho', { who: by?.name ?? t(`journeys.who.${by?.kind ?? 'machine'}`), version })}{note !== '' && <> · {note}</>}</li>
        ))}
      </ol>
    </Card>
  )
}

function Opened({ detail }: { detail: Detail }) {
  const { t } = useWords()
  const definition = definitionOf(detail.definition)
  return (
    <div className="journey-page">
      {definition === undefined ? (
        <Card id="journey-canvas" title={t('journeys.canvas.title')}><div className="journey-pad"><p className="journey-bad"><AlertIcon size={14} /> {t('journeys.cannotDraw')}</p><pre className="journey-code">{textOf(detail.definition)}</pre></div></Card>
      ) : <Workbench key={detail.name} detail={detail} start={definition} />}
      {detail.activeFrom !== null && <JourneyReport detail={detail} />}
      <History history={detail.history} />
    </div>
  )
}

function Kept({ name }: { name: string }) {
  const { t, language } = useWords()
  const query = useJourney(name)
  const detail = query.data
  return (
    <Page
      title={detail?.title?.[language] || name} help="journeys"
      before={<Link className="back" to="/journeys"><BackIcon size={15} /> {t('journeys.title')}</Link>}
      note={detail !== undefined && <><code>{name}</code><span className={`chip journey-${detail.state}`}>{t(`journeys.states.${detail.state}`)}</span><span>{t('journeys.version', { version: detail.version })}</span></>}
    >
      <View query={query} lines={10}>{(found) => <Opened detail={found} />}</View>
    </Page>
  )
}

function Fresh() {
  const { t } = useWords()
  const navigate = useNavigate()
  const [address] = useAddress()
  const from = starts.find((one) => one === address.get('from')) ?? 'cart'
  const may = mayDefine(useSession().data?.role)
  return (
    <Page title={t('journeys.new')} help="journeys" note={t(`journeys.starts.${from}.name`)} before={<Link className="back" to="/journeys"><BackIcon size={15} /> {t('journeys.title')}</Link>}>
      <div className="journey-page">{may ? <Workbench key={from} detail={undefined} start={examples[from]} onKept={(name) => void navigate(`/journeys/${name}`, { replace: true })} /> : <p className="less">{t('journeys.mayNot')}</p>}</div>
    </Page>
  )
}

export default function JourneyPage() {
  const { name } = useParams()
  return name === undefined ? <Fresh /> : <Kept key={name} name={name} />
}
