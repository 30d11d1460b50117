// What is tried, and what came of it: a line an experiment, with how it stands and what its first metric says.
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Acts, Gone } from './Acts'
import { shortOf, titleOf, type Experiment } from './experiments'
import { StateChip } from './StateChip'
import { useExperiments, useResult } from './useExperiments'
import { Verdict } from './Verdict'
import './experiments.css'

const STEP = 20 // lines at a time: each asks for its result

/** What the first metric says, in a few words. */
function Short({ one }: { one: Experiment }) {
  const { t, language } = useWords()
  const result = useResult(one.name, one.state !== 'draft' && one.trusted !== false).data
  if (one.state === 'draft') return <span className="less">{t('experiments.short.draft')}</span>
  if (one.trusted === false) return <span className="experiment-mismatch"><AlertIcon size={14} /> {t('experiments.short.mismatch')}</span>
  const first = result?.metrics[0]
  if (result === undefined || first === undefined) return <span className="less">…</span>
  const short = shortOf(result)
  return (
    <span className="experiment-short">
      <span className="less">{first.title[language]}</span>
      {short.kind === 'decided' ? short.arms.map(({ arm, verdict }) => <Verdict key={arm} verdict={verdict} arm={short.arms.length > 1 || result.arms.length > 2 ? arm : undefined} />) : short.kind === 'open' ? <Verdict verdict="open" /> : <span>{t('experiments.short.none')}</span>}
    </span>
  )
}

function Row({ one, may, onGone }: { one: Experiment; may: boolean; onGone: () => void }) {
  const { t, language } = useWords()
  return (
    <li className="experiment-row">
      <div className="experiment-what">
        <Link to={`/experiments/${one.name}`}>{titleOf(one)}</Link>
        <span className="less">{one.arms.map((arm) => arm.name).join(' · ')}</span>
        {one.fault !== undefined && <span className="experiment-warn">{t('experiments.fault', { fault: one.fault })}</span>}
      </div>
      <StateChip state={one.state} />
      <div className="experiment-exposed"><b>{format.count(one.exposed, language)}</b> <span className="less">{t('experiments.exposed')}</span></div>
      <Short one={one} />
      {may ? <Acts one={one} onGone={onGone} /> : <span />}
    </li>
  )
}

function List({ items, may, onGone }: { items: readonly Experiment[]; may: boolean; onGone: (one: Experiment) => void }) {
  const { t } = useWords()
  const [shown, setShown] = useState(STEP)
  const newest = [...items].reverse()
  return (
    <>
      <ul className="experiment-list" aria-label={t('experiments.title')}>
        {newest.slice(0, shown).map((one) => <Row key={one.name} one={one} may={may} onGone={() => onGone(one)} />)}
      </ul>
      {newest.length > shown && <div className="experiment-more"><Button onClick={() => setShown(shown + STEP)}>{t('shared.more')}</Button></div>}
    </>
  )
}

export default function ExperimentsPage() {
  const { t } = useWords()
  const may = mayDefine(useSession().data?.role)
  const list = useExperiments()
  const [gone, setGone] = useState<Experiment>()
  return (
    <Page title={t('experiments.title')} help="experiments" extra={may ? <Link className="experiment-new" to="/experiments/new">{t('experiments.empty.add')}</Link> : undefined}>
      <Card id="experiments" title={t('experiments.list')} note={t('experiments.listNote')}>
        {gone !== undefined && <Gone one={gone} onBack={() => setGone(undefined)} />}
        <View
          query={list}
          empty={(found) => found.items.length === 0}
          whenEmpty={<Empty title={t('experiments.empty.title')}>{t('experiments.empty.text')}</Empty>}
        >
          {(found) => <List items={found.items} may={may} onGone={setGone} />}
        </View>
      </Card>
    </Page>
  )
}
