// The catalog of metrics: what experiments are decided by, in words and as a number; one's own are made, changed and retired here.
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { useExperiments } from '../experiments/useExperiments'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, Failed, Loading, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import { Detail, useAbout } from './Detail'
import { Edit } from './Edit'
import { changeOf, spans, unitOf, usesOf, type Metric, type Span } from './metrics'
import { useMetricList, useMetricRetire, useMetricSet } from './useMetrics'
import '../experiments/experiments.css'
import '../views/views.css'
import './metrics.css'

/** What was just done, with the way back. */
interface Done {
  act: 'made' | 'changed' | 'gone'
  metric: Metric
  before?: Metric
}

function Back({ done, onBack }: { done: Done; onBack: () => void }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const set = useMetricSet()
  const retire = useMetricRetire()
  const undo = () => {
    if (done.act === 'made') retire.mutate(done.metric.name, { onSuccess: onBack })
    else set.mutate({ name: done.metric.name, body: changeOf(done.before ?? done.metric) }, { onSuccess: onBack })
  }
  const error = set.error ?? retire.error
  return (
    <div className="metric-done" role="status">
      <span>{t(`metrics.done.${done.act}`, { title: done.metric.title[language] })}</span>
      <Button loading={set.isPending || retire.isPending} onClick={undo}>{t('metrics.done.undo')}</Button>
      {error !== null && <span className="metric-warn">{errorText(error)}</span>}
    </div>
  )
}

function Table({ items, chosen, span }: { items: readonly Metric[]; chosen: string; span: Span }) {
  const { t, language } = useWords()
  const about = useAbout()
  const experiments = useExperiments().data?.items ?? []
  return (
    <div className="table-wrap" role="group" aria-label={t('metrics.list')} tabIndex={0}>
      <table className="table metrics-table">
        <thead>
          <tr>
            <th scope="col">{t('metrics.name')}</th>
            <th scope="col" className="wide-only">{t('metrics.what')}</th>
            <th scope="col">{t('metrics.unit')}</th>
            <th scope="col" className="number">{t('metrics.inExperiments')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((metric) => {
            const uses = usesOf(metric.name, experiments).length
            return (
              <tr key={metric.name}>
                <th scope="row">
                  <Link to={`/measures?${new URLSearchParams({ metric: metric.name, days: span })}`} aria-current={metric.name === chosen ? 'true' : undefined}>{metric.title[language]}</Link>
                  {!metric.builtin && <span className="chip">{t('metrics.isOwn')}</span>}
                </th>
                <td className="wide-only">{about(metric, 'what')}</td>
                <td>{t(`metrics.units.${unitOf(metric)}`)}</td>
                <td className="number">{uses === 0 ? '–' : format.count(uses, language)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

export default function MetricsPage() {
  const { t } = useWords()
  const errorText = useErrorText()
  const [search, setAddress] = useAddress()
  const may = mayDefine(useSession().data?.role)
  const list = useMetricList()
  const retire = useMetricRetire()
  const [editing, setEditing] = useState<'new' | Metric>()
  const [done, setDone] = useState<Done>()
  const items = list.data?.items ?? []
  const asked = search.get('metric')
  const metric = items.find((one) => one.name === asked) ?? items[0]
  const span = spans.find((one) => one === search.get('days')) ?? '30'
  const show = (next: { metric?: string; days?: string }) => setAddress((now) => new URLSearchParams({ metric: next.metric ?? metric?.name ?? '', days: next.days ?? now.get('days') ?? span }))
  const finish = (now: Metric) => {
    setDone(editing === 'new' || editing === undefined ? { act: 'made', metric: now } : { act: 'changed', metric: now, before: editing })
    setEditing(undefined)
    show({ metric: now.name })
  }
  const own = may && metric !== undefined && !metric.builtin
  return (
    <Page
      title={t('metrics.title')} help="metrics"
      extra={<><Views page="metrics" />{may && <Button kind="primary" onClick={() => setEditing('new')}>{t('metrics.edit.new')}</Button>}</>}
    >
      <div className="metrics">
        <Card id="metrics-list" title={t('metrics.list')} note={t('metrics.listNote')}>
          {done !== undefined && <Back key={`${done.act} ${done.metric.name}`} done={done} onBack={() => setDone(undefined)} />}
          {retire.error !== null && <p className="metric-done metric-warn" role="alert">{errorText(retire.error)}</p>}
          {list.data !== undefined ? <Table items={items} chosen={metric?.name ?? ''} span={span} /> : list.isError ? <Failed error={list.error} retry={() => void list.refetch()} /> : <Loading lines={8} />}
          {asked !== null && list.data !== undefined && metric?.name !== asked && <Empty title={t('metrics.absent', { name: asked })} />}
        </Card>
        {metric !== undefined && (
          <Detail
            metric={metric} span={span} onSpan={(days) => show({ days })}
            onEdit={own ? () => setEditing(metric) : undefined}
            onRetire={own ? () => retire.mutate(metric.name, { onSuccess: () => setDone({ act: 'gone', metric }) }) : undefined}
          />
        )}
      </div>
      {editing !== undefined && <Edit metric={editing === 'new' ? undefined : editing} taken={items.map((one) => one.name)} onClose={() => setEditing(undefined)} onDone={finish} />}
    </Page>
  )
}
