// What one experiment says: whether its arms can be compared, each metric with its interval, how that went, who was exposed, how it is set up.
import { Link, useParams } from 'react-router-dom'
import { mayDefine, maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import * as format from '../shared/format'
import { BackIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Acts } from './Acts'
import { Arms, Mismatch } from './Arms'
import { Bandit } from './Bandit'
import { Effects } from './Effects'
import { titleOf, type Result } from './experiments'
import { Exposed } from './Exposed'
import { History } from './History'
import { Replay } from './Replay'
import { SetUp } from './SetUp'
import { Share } from './Share'
import { StateChip } from './StateChip'
import { Uplift } from './Uplift'
import { useResult } from './useExperiments'
import './experiments.css'

function Full({ result }: { result: Result }) {
  const { t } = useWords()
  const role = useSession().data?.role
  const { experiment } = result
  const begun = experiment.state !== 'draft'
  return (
    <div className="experiment-page">
      {experiment.fault !== undefined && <p className="experiment-warn" role="alert">{t('experiments.fault', { fault: experiment.fault })}</p>}
      {!begun && <Card id="experiment-draft" title={t('experiments.one.draft')}><Empty title={t('experiments.one.draftTitle')}>{t('experiments.one.draftText')}</Empty></Card>}
      {!result.trusted && <Mismatch result={result} />}
      {begun && result.trusted && result.bandit !== null && <Bandit result={result} bandit={result.bandit} />}
      {begun && <Arms result={result} />}
      {begun && result.trusted && (
        <>
          <Effects result={result} />
          <History result={result} />
        </>
      )}
      {begun && result.trusted && !experiment.holdout && <Uplift key={experiment.name} result={result} />}
      {begun && !experiment.holdout && <Replay one={experiment} />}
      {begun && mayDefine(role) && experiment.state !== 'stopped' && !experiment.holdout && <Share key={experiment.share} one={experiment} />}
      {begun && (
        <Card id="experiment-exposed" title={t('experiments.one.exposed')} note={t('experiments.one.exposedNote')}>
          {maySeeCustomers(role) ? <Exposed one={experiment} /> : <Empty title={t('experiments.one.exposedHidden')} />}
        </Card>
      )}
      <SetUp one={experiment} open={!begun} />
    </div>
  )
}

export default function ExperimentPage() {
  const { t, language } = useWords()
  const { name = '' } = useParams()
  const may = mayDefine(useSession().data?.role)
  const query = useResult(name)
  const one = query.data?.experiment
  return (
    <Page
      title={one === undefined ? name : titleOf(one)}
      before={
        <Link className="back" to="/experiments">
          <BackIcon size={15} /> {t('experiments.title')}
        </Link>
      }
      help="experiments"
      note={
        one === undefined ? undefined : (
          <>
            <StateChip state={one.state} />
            {one.title !== '' && <code>{one.name}</code>}
            {one.startedAt > 0 && <span>{t('experiments.one.started', { at: format.date(one.startedAt, language, 'moment') })}</span>}
            {one.stoppedAt > 0 && <span>{t('experiments.one.stopped', { at: format.date(one.stoppedAt, language, 'moment') })}</span>}
          </>
        )
      }
      extra={may && one !== undefined ? <>{one.state === 'draft' && <Link to={`/experiments/${one.name}/edit`}>{t('experiments.edit.open')}</Link>}<Acts one={one} /></> : undefined}
    >
      {one !== undefined && one.hypothesis !== '' && <p className="experiment-hypothesis">{one.hypothesis}</p>}
      <View query={query} lines={12}>{(result) => <Full result={result} />}</View>
    </Page>
  )
}
