// The tracking plan: the schema of events as they came, and the rules made of it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from '../shared/Controls'
import { call, type Schema } from '../shared/client'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { ruleOf } from './plan'
import './quality.css'

type Event = Schema<'PlanEvent'>

function Properties({ event }: { event: Event }) {
  const { t, language } = useWords()
  return (
    <div className="table-wrap" role="group" aria-label={t('quality.plan.properties')} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('quality.plan.property')}</th>
            <th scope="col">{t('quality.plan.types')}</th>
            <th scope="col" className="wide-only">{t('quality.plan.specified')}</th>
            <th scope="col" className="wide-only">{t('quality.plan.example')}</th>
            <th scope="col" className="wide-only">{t('quality.plan.seen')}</th>
          </tr>
        </thead>
        <tbody>
          {event.properties.map((one) => (
            <tr key={one.name}>
              <th scope="row"><code>{one.name}</code></th>
              <td>{Object.entries(one.types).map(([type, count]) => <span key={type} className="chip">{t(`quality.types.${type}`)} {format.count(count, language)}</span>)}</td>
              <td className="wide-only">{one.specified.map((type) => t(`quality.types.${type}`)).join(', ')}</td>
              <td className="wide-only quality-detail">{one.example}</td>
              <td className="wide-only">{one.lastSeenAt !== null && format.ago(one.lastSeenAt, Date.now(), language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Rule({ event }: { event: Event }) {
  const { t } = useWords()
  const errorText = useErrorText()
  const client = useQueryClient()
  const keep = useMutation({
    mutationFn: (rule: Schema<'PlanRule'> | null) => call('put', '/api/v1/tracking-plan', { body: { source: event.source, event: event.event, rule } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tracking-plan'] }),
  })
  const locked = event.rule?.locked === true
  return (
    <div className="plan-rule">
      <p>{locked ? t(`quality.plan.locked.${event.rule?.onViolation ?? 'mark'}`) : t('quality.plan.open')}</p>
      <div className="plan-actions">
        {locked ? (
          <>
            <Button loading={keep.isPending} onClick={() => keep.mutate({ ...(event.rule ?? ruleOf(event, 'mark')), onViolation: event.rule?.onViolation === 'reject' ? 'mark' : 'reject' })}>
              {t(event.rule?.onViolation === 'reject' ? 'quality.plan.toMark' : 'quality.plan.toReject')}
            </Button>
            <Button kind="text" loading={keep.isPending} onClick={() => keep.mutate(null)}>{t('quality.plan.unlock')}</Button>
          </>
        ) : (
          <Button kind="primary" loading={keep.isPending} disabled={event.properties.length > 64} onClick={() => keep.mutate(ruleOf(event, 'mark'))}>{t('quality.plan.lock')}</Button>
        )}
      </div>
      {keep.isError && <p className="quality-alert" role="alert">{errorText(keep.error)}</p>}
    </div>
  )
}

export default function PlanPage() {
  const { t, language } = useWords()
  const eventName = useEventName()
  const [search, setAddress] = useAddress()
  const plan = useQuery({ queryKey: ['tracking-plan'], queryFn: ({ signal }) => call('get', '/api/v1/tracking-plan', { signal }) })
  const keyOf = (one: Event) => `${one.source}/${one.event}`
  const put = (value: string) => setAddress((old) => {
    const next = new URLSearchParams(old)
    next.set('event', value)
    return next
  }, { replace: true })
  return (
    <Page title={t('quality.plan.title')} help="quality">
      <Card id="plan" title={t('quality.plan.events')} note={t('quality.plan.note')}>
        <View query={plan} lines={8} empty={(list) => list.items.length === 0} whenEmpty={<Empty title={t('quality.plan.emptyTitle')}>{t('quality.plan.empty')}</Empty>}>
          {(list) => {
            const open = list.items.find((one) => keyOf(one) === search.get('event')) ?? list.items[0]
            return (
              <>
                <div className="plan-choose">
                  <Choose label={t('quality.plan.event')} value={open === undefined ? '' : keyOf(open)} onChange={put}
                    options={list.items.map((one) => ({ value: keyOf(one), name: `${eventName(one.event)} · ${one.source} · ${format.count(one.count, language)}` }))} />
                  {open !== undefined && (
                    <p className="plan-facts">
                      {open.ecommerce && <span className="chip chip-accent">{t('quality.plan.ecommerce')}</span>}
                      {t('quality.plan.facts', { count: open.count, violations: open.violations })}
                    </p>
                  )}
                </div>
                {open !== undefined && <Rule event={open} />}
                {open !== undefined && <Properties event={open} />}
              </>
            )
          }}
        </View>
      </Card>
    </Page>
  )
}
