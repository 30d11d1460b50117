// What a placement would show to whom, and why; beside it, what anyone would be shown. All of it stands in the address.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call, type Schema } from '../shared/client'
import { CheckIcon, ChevronIcon } from '../shared/icons'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { useSystem } from '../shell/useSystem'
import { movesOf, sharedOf } from './compare'
import { PreviewForm, useCustomer } from './PreviewForm'
import { formOf, previewOf, withForm, type Form } from './previewAddress'
import { Shelf } from './Shelf'
import './recommend.css'

function usePreview(ask: Schema<'PreviewRequest'>, enabled = true) {
  return useQuery({
    queryKey: ['preview', ask],
    queryFn: ({ signal }) => call('post', '/api/v1/preview', { body: ask, signal }),
    placeholderData: keepPreviousData,
    enabled,
  })
}

/** What each number on the cards means. */
function Meanings() {
  const { t } = useWords()
  const rows: [string, string][] = [
    [t('recommend.score'), t('recommend.preview.meaning.score')],
    [t('recommend.propensity'), t('recommend.preview.meaning.propensity')],
    [t('recommend.evidenceTerm'), t('recommend.preview.meaning.evidence')],
    [t('recommend.strategy'), t('recommend.preview.meaning.strategy')],
    [t('recommend.model'), t('recommend.preview.meaning.model')],
    [t('recommend.took'), t('recommend.preview.meaning.took')],
  ]
  return (
    <details className="meanings card">
      <summary>
        <ChevronIcon size={13} /> {t('recommend.preview.meaning.title')}
      </summary>
      <dl>
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function Results({ form, placement, onCompare }: { form: Form; placement: Schema<'Placement'>; onCompare: (compare: boolean) => void }) {
  const { t } = useWords()
  const zone = useSystem().data?.timeZone
  const comparing = form.compare && form.customer !== ''
  const mine = usePreview(previewOf(form, placement, zone))
  const anyone = usePreview(previewOf(form, placement, zone, true), comparing)
  const customer = useCustomer(form.customer)
  const none = <Empty title={t('recommend.emptyTitle')}>{t('recommend.empty')}</Empty>
  const both = comparing && mine.data !== undefined && anyone.data !== undefined ? { mine: mine.data.items, anyone: anyone.data.items } : undefined
  return (
    <div className="preview-results">
      {form.customer !== '' && customer.data?.consents.personalization === false && <p className="preview-note">{t('recommend.preview.consentNote')}</p>}
      {form.customer !== '' && (
        <div className="preview-bar">
          <button type="button" className="text-button compare" aria-pressed={comparing} onClick={() => onCompare(!form.compare)}>
            {comparing && <CheckIcon size={14} />} {t('recommend.preview.compare')}
          </button>
          <span className="less" role="status">{both !== undefined && t('recommend.preview.compareNote', { count: both.mine.length, shared: sharedOf(both.mine, both.anyone) })}</span>
        </div>
      )}
      <div className={comparing ? 'preview-lists preview-two' : 'preview-lists'}>
        <Card
          id="preview-mine"
          title={form.customer === '' ? t('recommend.preview.forAnyone') : t('recommend.preview.forCustomer', { id: form.customer })}
        >
          <View query={mine} lines={12} empty={(answer) => answer.items.length === 0} whenEmpty={none}>
            {(answer) => <Shelf answer={answer} compact={comparing} moves={both && movesOf(both.mine, both.anyone)} />}
          </View>
        </Card>
        {comparing && (
          <Card id="preview-anyone" title={t('recommend.preview.forAnyone')}>
            <View query={anyone} lines={12} empty={(answer) => answer.items.length === 0} whenEmpty={none}>
              {(answer) => <Shelf answer={answer} compact moves={both && movesOf(both.anyone, both.mine)} />}
            </View>
          </Card>
        )}
      </div>
      <Meanings />
    </div>
  )
}

export default function PreviewPage() {
  const { t } = useWords()
  const [search, setAddress] = useAddress()
  const form = formOf(search)
  const placements = useQuery({
    queryKey: ['placements'],
    queryFn: ({ signal }) => call('get', '/api/v1/placements', { query: { limit: 100 }, signal }),
    staleTime: 60_000,
  })
  const list = placements.data?.items ?? []
  const chosen = list.find((one) => one.id === form.placement) ?? list[0]
  return (
    <Page title={t('recommend.preview.title')} help="recommend">
      <View query={placements} lines={10} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('recommend.noPlacements')} />}>
        {() =>
          chosen === undefined ? null : (
            <div className="preview">
              <PreviewForm form={form} placements={list} chosen={chosen} onChange={(changes) => setAddress((old) => withForm(old, changes))} />
              <Results form={form} placement={chosen} onCompare={(compare) => setAddress((old) => withForm(old, { compare }), { replace: true })} />
            </div>
          )
        }
      </View>
    </Page>
  )
}
