// Journeys: in which state, who enters, how many are on the way; what one is, and two to begin with.
import { Link } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { examples, starts, type Journey } from './journey'
import { useJourneys } from './useJourneys'
import './journeys.css'

function Row({ one }: { one: Journey }) {
  const { t, language } = useWords()
  const event = useEventName()
  const n = (value: number) => format.count(value, language)
  const { entry, counts } = one
  return (
    <li className="journey-row">
      <div className="journey-what">
        <Link className="journey-name" to={`/journeys/${one.name}`}>{one.title?.[language] || one.name}</Link> <code>{one.name}</code>
        {one.fault !== undefined && <p className="journey-bad"><AlertIcon size={14} /> {t('journeys.fault', { fault: one.fault })}</p>}
        {entry !== undefined && <p className="less">{entry.kind === 'event' ? t('journeys.entry.event', { event: event(entry.event ?? '') }) : t('journeys.entry.segment', { segment: entry.segment })} · {t('journeys.nodes', { count: one.nodes ?? 0 })} · {t('journeys.control', { share: format.percent(one.control ?? 0, language) })}</p>}
      </div>
      <span><span className={`chip journey-${one.state}`}>{t(`journeys.states.${one.state}`)}</span> <span className="less">{t('journeys.version', { version: one.version })}</span></span>
      {one.activeFrom !== null ? (
        <dl className="journey-sums">
          <div><dt>{t('journeys.counts.in')}</dt><dd>{n(counts.in)}</dd></div>
          <div><dt>{t('journeys.counts.left')}</dt><dd>{n(counts.left)}</dd></div>
          <div><dt>{t('journeys.counts.control')}</dt><dd>{n(counts.control)}</dd></div>
        </dl>
      ) : <span className="less">{one.edited?.at != null && t('journeys.edited', { at: format.date(one.edited.at, language, 'moment') })}</span>}
    </li>
  )
}

/** Two journeys that are there to be changed. */
function Starts() {
  const { t } = useWords()
  return (
    <ul className="journey-starts">
      {starts.map((one) => (
        <li key={one}>
          <Link to={`/journeys/new?from=${one}`}><b>{t(`journeys.starts.${one}.name`)}</b></Link>
          <p>{t(`journeys.starts.${one}.text`)}</p>
          <p className="less">{t('journeys.nodes', { count: Object.keys(examples[one].nodes).length })}</p>
        </li>
      ))}
    </ul>
  )
}

export default function JourneysPage() {
  const { t } = useWords()
  const may = mayDefine(useSession().data?.role)
  return (
    <Page title={t('journeys.title')} help="journeys">
      <Card id="journeys" title={t('journeys.list')} note={t('journeys.listNote')}>
        <View query={useJourneys()} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('journeys.empty.title')}>{t('journeys.empty.text')}</Empty>}>
          {(found) => <ul className="journey-list" aria-label={t('journeys.title')}>{found.items.map((one) => <Row key={one.name} one={one} />)}</ul>}
        </View>
      </Card>
      {may && <Card id="journey-new" className="journey-fresh" title={t('journeys.new')} note={t('journeys.newNote')}><Starts /></Card>}
    </Page>
  )
}
