// The slots of the shop: what each is called, what fills it, and who said so.
import { Link } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { usePlacementList } from './usePlacements'
import './placements.css'

/** Built in, changed, or of the workspace's own. */
export function Origin({ one }: { one: { builtIn: boolean; defined: boolean } }) {
  const { t } = useWords()
  const key = !one.defined ? 'builtIn' : one.builtIn ? 'changed' : 'own'
  return <span className={one.defined ? 'chip chip-accent' : 'chip'}>{t(`placements.origin.${key}`)}</span>
}

function Row({ one }: { one: Schema<'Placement'> }) {
  const { t, language } = useWords()
  return (
    <li className="placement-row">
      <div className="placement-what">
        <Link to={`/placements/${encodeURIComponent(one.id)}`}>{one.name[language]}</Link>
        <code>{one.id}</code>
        {one.fault !== undefined && <span className="placement-bad"><AlertIcon size={14} /> {t(one.builtIn ? 'placements.faultBuiltIn' : 'placements.fault', { fault: one.fault })}</span>}
      </div>
      <span className="placement-strategy">{t(`recommend.strategies.${one.strategy}`, { defaultValue: one.strategy })}</span>
      <span className="placement-origin"><Origin one={one} /></span>
      <span className={one.rules === 0 ? 'less' : ''}>{one.rules === 0 ? t('placements.noRules') : t('placements.ruleCount', { count: one.rules, n: format.count(one.rules, language) })}</span>
      <span className={one.public ? '' : 'less'}>{t(one.public ? 'placements.public' : 'placements.notPublic')}</span>
    </li>
  )
}

export default function PlacementsPage() {
  const { t } = useWords()
  const may = mayDefine(useSession().data?.role)
  const list = usePlacementList()
  return (
    <Page title={t('placements.title')} help="placements" extra={may ? <Link className="placement-new" to="/placements/new">{t('placements.add')}</Link> : undefined}>
      <Card id="placements" title={t('placements.list')} note={t('placements.listNote')}>
        <View query={list} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('placements.empty.title')}>{t('placements.empty.text')}</Empty>}>
          {(found) => <ul className="placement-list" aria-label={t('placements.title')}>{found.items.map((one) => <Row key={one.id} one={one} />)}</ul>}
        </View>
      </Card>
    </Page>
  )
}
