// What looks wrong among the events: how much of it, why, where it comes from; and a person's word that it is true.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { Button } from '../shared/Controls'
import { call, type Schema } from '../shared/client'
import { Choose } from '../shared/Fields'
import * as format from '../shared/format'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, useErrorText, View } from '../shared/View'
import { useEventName, useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Views } from '../views/Views'
import './quality.css'

type Quality = Schema<'Quality'>
type Reason = Schema<'QualityReason'>

function Days({ quality }: { quality: Quality }) {
  const { t, language } = useWords()
  const sums = quality.days.map((one) => Object.values(one.counts).reduce((sum, count) => sum + count, 0))
  const most = Math.max(1, ...sums)
  return (
    <ol className="quality-days" aria-label={t('quality.days.title')}>
      {quality.days.map((one, at) => (
        <li key={one.day} title={`${format.date(one.day, language, 'day')}: ${format.count(sums[at] ?? 0, language)}`}>
          <span className="quality-bar" style={{ height: `${Math.max(2, Math.round((100 * (sums[at] ?? 0)) / most))}%` }} />
          <span className="unseen">{format.date(one.day, language, 'day')}: {format.count(sums[at] ?? 0, language)}</span>
        </li>
      ))}
    </ol>
  )
}

function Samples({ reason }: { reason: Reason }) {
  const { t, language } = useWords()
  const eventName = useEventName()
  const errorText = useErrorText()
  const client = useQueryClient()
  const samples = useQuery({ queryKey: ['quality', 'samples', reason], queryFn: ({ signal }) => call('get', '/api/v1/quality/samples', { query: { reason }, signal }) })
  const believe = useMutation({
    mutationFn: (position: string) => call('post', '/api/v1/quality/true', { body: { reason, position } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['quality'] }),
  })
  return (
    <Card id="quality-samples" title={t('quality.samples.title', { reason: t(`quality.reasons.${reason}`) })} note={t('quality.samples.note')}>
      {believe.isError && <p className="quality-alert" role="alert">{errorText(believe.error)}</p>}
      <View query={samples} lines={4} empty={(list) => list.items.length === 0} whenEmpty={<Empty title={t('quality.samples.empty')} />}>
        {(list) => (
          <div className="table-wrap" role="group" aria-label={t('quality.samples.title', { reason: t(`quality.reasons.${reason}`) })} tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('quality.samples.event')}</th>
                  <th scope="col">{t('quality.samples.detail')}</th>
                  <th scope="col" className="wide-only">{t('quality.samples.customer')}</th>
                  <th scope="col" className="wide-only">{t('quality.samples.at')}</th>
                  <th scope="col">{t('quality.samples.word')}</th>
                </tr>
              </thead>
              <tbody>
                {list.items.map((one) => (
                  <tr key={one.position}>
                    <th scope="row">{eventName(one.event)}</th>
                    <td className="quality-detail">{one.detail}</td>
                    <td className="wide-only"><Link to={`/customers/${one.customerId}`}>{one.customerId}</Link></td>
                    <td className="wide-only">{one.receivedAt !== null && format.date(one.receivedAt, language, 'moment')}</td>
                    <td>
                      {one.isTrue ? <span className="chip chip-accent">{t('quality.samples.isTrue')}</span>
                        : <Button kind="text" loading={believe.isPending && believe.variables === one.position} aria-label={t('quality.samples.believeName', { event: eventName(one.event), detail: one.detail })} onClick={() => believe.mutate(one.position)}>{t('quality.samples.believe')}</Button>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </View>
    </Card>
  )
}

function Reasons({ quality, chosen, onChoose }: { quality: Quality; chosen: string; onChoose: (reason: Reason) => void }) {
  const { t, language } = useWords()
  return (
    <div className="table-wrap" role="group" aria-label={t('quality.reasonsTitle')} tabIndex={0}>
      <table className="table table-rows quality-reasons">
        <thead>
          <tr>
            <th scope="col">{t('quality.reason')}</th>
            <th scope="col" className="num">{t('quality.count')}</th>
            <th scope="col" className="num wide-only">{t('quality.customers')}</th>
            <th scope="col" className="wide-only">{t('quality.learning')}</th>
          </tr>
        </thead>
        <tbody>
          {quality.reasons.map((one) => (
            <tr key={one.reason} onClick={() => onChoose(one.reason)}>
              <th scope="row">
                <button type="button" className="cell-button" aria-current={one.reason === chosen || undefined} onClick={(event) => { event.stopPropagation(); onChoose(one.reason) }}>{t(`quality.reasons.${one.reason}`)}</button>
              </th>
              <td className="num">{format.count(one.count, language)}</td>
              <td className="num wide-only">{one.customers > 0 ? format.count(one.customers, language) : ''}</td>
              <td className="wide-only">{one.apart ? t('quality.apart') : t('quality.said')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export default function QualityPage() {
  const { t, language } = useWords()
  const eventName = useEventName()
  const [search, setAddress] = useAddress()
  const days = search.get('days') ?? '30'
  const chosen = search.get('reason') ?? ''
  const put = (name: string, value: string) => setAddress((old) => {
    const next = new URLSearchParams(old)
    next.set(name, value)
    return next
  }, { replace: true })
  const quality = useQuery({ queryKey: ['quality', days], queryFn: ({ signal }) => call('get', '/api/v1/quality', { query: { days: Number(days) || 30 }, signal }), refetchInterval: 10_000 })
  const known = quality.data?.reasons.find((one) => one.reason === chosen)
  return (
    <Page title={t('quality.title')} help="quality" extra={<><Views page="quality" /><Choose label={t('quality.days.label')} value={days} options={['7', '30', '90', '400'].map((value) => ({ value, name: t('quality.days.last', { count: Number(value) }) }))} onChange={(value) => put('days', value)} /></>}>
      <div className="quality">
        <Card id="quality-reasons" title={t('quality.reasonsTitle')} note={t('quality.note')}>
          <View query={quality} lines={8} empty={(all) => all.events === 0} whenEmpty={<Empty title={t('quality.emptyTitle')}>{t('quality.empty')}</Empty>}>
            {(all) => (
              <>
                <p className="quality-sum">{t('quality.sum', { apart: format.count(all.apart, language), events: format.count(all.events, language), customers: format.count(all.customers, language) })}</p>
                <Days quality={all} />
                <Reasons quality={all} chosen={chosen} onChoose={(reason) => put('reason', reason)} />
              </>
            )}
          </View>
        </Card>
        {known !== undefined && <Samples reason={known.reason} />}
        {quality.data !== undefined && quality.data.rows.length > 0 && (
          <Card id="quality-rows" title={t('quality.rows.title')}>
            <div className="table-wrap" role="group" aria-label={t('quality.rows.title')} tabIndex={0}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{t('quality.rows.event')}</th>
                    <th scope="col">{t('quality.reason')}</th>
                    <th scope="col" className="wide-only">{t('quality.rows.source')}</th>
                    <th scope="col" className="num">{t('quality.count')}</th>
                  </tr>
                </thead>
                <tbody>
                  {[...quality.data.rows].sort((a, b) => b.count - a.count).slice(0, 50).map((one) => (
                    <tr key={`${one.source} ${one.event} ${one.reason}`}>
                      <th scope="row">{eventName(one.event)}</th>
                      <td>{t(`quality.reasons.${one.reason}`)}</td>
                      <td className="wide-only">{one.source}</td>
                      <td className="num">{format.count(one.count, language)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Card>
        )}
      </div>
    </Page>
  )
}
