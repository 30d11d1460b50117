// One kept segment: how many, how that went, whom one may reach, what it shares with others, who they are.
import { Link, useParams } from 'react-router-dom'
import { mayDefine, maySeeCustomers } from '../session/rights'
import { useSession } from '../session/useSession'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { BackIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { History } from './History'
import { titleOf } from './kept'
import { ListIds } from './ListIds'
import { Members } from './Members'
import { Reach } from './Reach'
import { useKept, useTitles } from './useKept'
import './segments.css'

type Detail = Schema<'SegmentDetail'>

function Overlap({ one }: { one: Detail }) {
  const { t, language } = useWords()
  const titles = useTitles()
  if (one.overlap.length === 0) return <p className="less">{t('segments.one.overlapNone')}</p>
  return (
    <ul className="segment-bars">
      {[...one.overlap].sort((a, b) => b.both - a.both).map(({ name, both }) => (
        <li key={name}>
          <Link to={`/segments/${name}`}>{titles.get(name) ?? name}</Link>
          <span className="segment-bar" aria-hidden="true"><span style={{ width: `${(100 * both) / Math.max(1, one.size)}%` }} /></span>
          <span className="number">{format.count(both, language)} <span className="less">{format.percent(one.size > 0 ? both / one.size : 0, language)}</span></span>
        </li>
      ))}
    </ul>
  )
}

function Size({ one }: { one: Detail }) {
  const { t, language } = useWords()
  const share = format.percent(one.customers > 0 ? one.size / one.customers : 0, language)
  return (
    <Card id="segment-size" title={t('segments.one.size')}>
      <div className="segment-sum">
        <p className="segment-count">{format.count(one.size, language)}</p>
        <p>{t('segments.one.sum', { share, customers: format.count(one.customers, language) })}</p>
        <p className="less">{t('segments.one.defined', { at: format.date(one.definedAt, language, 'moment') })}</p>
        {one.fault !== undefined && <p className="segment-warn">{t('segments.kept.fault', { fault: one.fault })}</p>}
        <h3 className="segment-head">{t('segments.one.expression')}</h3>
        <pre className="segment-expression" tabIndex={0} aria-label={t('segments.one.expression')}>{one.expression}</pre>
        {one.kind === 'rule' && <p><Link to={`/segments?${new URLSearchParams({ q: one.expression, edit: one.name })}`}>{t('segments.one.edit')}</Link></p>}
        <p><Link to={`/groups?segment=${one.name}`}>{t('segments.one.portrait')}</Link></p>
      </div>
    </Card>
  )
}

export default function SegmentPage() {
  const { t } = useWords()
  const { name = '' } = useParams()
  const role = useSession().data?.role
  const sees = maySeeCustomers(role)
  const segment = useKept(name)
  const one = segment.data
  return (
    <Page
      title={one === undefined ? name : titleOf(one)}
      before={
        <Link className="back" to="/segments">
          <BackIcon size={15} /> {t('segments.one.back')}
        </Link>
      }
      help="segments"
      note={one === undefined || (one.title === '' && one.description === '') ? undefined : <>{one.title !== '' && <code>{one.name}</code>}{one.description !== '' && <span>{one.description}</span>}</>}
    >
      <View query={segment} lines={12}>
        {(found) => (
          <div className="segment-page">
            <div className="segment-column">
              <Size one={found} />
              <Card id="segment-reach" title={t('segments.reach.title')}>
                <div className="segment-reach"><Reach reach={found.reach} of={found.size} /></div>
              </Card>
            </div>
            <div className="segment-column">
              <History one={found} />
              <Card id="segment-overlap" title={t('segments.one.overlap')} note={t('segments.one.overlapNote')}>
                <div className="segment-reach"><Overlap one={found} /></div>
              </Card>
            </div>
            {found.kind === 'list' && mayDefine(role) && <ListIds name={found.name} />}
            <Card id="segment-members" className="segment-wide" title={t('segments.one.members')} note={t('segments.one.membersNote')}>
              {sees ? <Members name={found.name} /> : <Empty title={t('segments.one.membersHidden')} />}
            </Card>
          </div>
        )}
      </View>
    </Page>
  )
}
