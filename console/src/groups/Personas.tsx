// Kinds of customers found among a group: in words, with how sure they are, and a rule to keep.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { Wrong } from '../segments/Wrong'
import { call, type Schema } from '../shared/client'
import * as format from '../shared/format'
import { Choose } from '../shared/Fields'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, Loading } from '../shared/View'
import { useWords } from '../shared/words'
import type { Asked } from './groups'

const counts = ['2', '3', '4', '5', '6', '7', '8']

function Persona({ one, at }: { one: Schema<'Persona'>; at: number }) {
  const { t, language } = useWords()
  const marks = one.marks.filter((mark) => Math.abs(mark.z) >= 0.4)
  return (
    <Card id={`persona-${at}`} title={one.text[language]} note={t('groups.personas.size', { customers: format.count(one.customers, language), share: format.percent(one.share, language) })}>
      <div className="persona">
        <ul className="persona-marks">
          {marks.map((mark) => (
            <li key={`${mark.feature} ${mark.name ?? ''}`}>
              <span>{mark.name === undefined ? t(`groups.features.${mark.feature}`) : t(`groups.features.of_${mark.feature}`, { name: mark.name })}</span>
              <span className={`persona-bar ${mark.z > 0 ? 'persona-more' : 'persona-less'}`} aria-hidden="true"><span style={{ width: `${Math.min(50, 20 * Math.abs(mark.z))}%`, [mark.z > 0 ? 'left' : 'right']: '50%' }} /></span>
              <span className="number">{format.decimal(mark.typical, language)} <span className="less">{t('groups.personas.all', { all: format.decimal(mark.ofAll, language) })}</span></span>
            </li>
          ))}
        </ul>
        {one.rule === null ? <p className="less">{t('groups.personas.noRule')}</p> : (
          <>
            <pre className="segment-expression" tabIndex={0} aria-label={t('groups.personas.rule')}>{one.rule.expression}</pre>
            <p className="less">{t('groups.personas.ruleTest', { precision: format.percent(one.rule.precision, language), recall: format.percent(one.rule.recall, language) })}</p>
            <p className="persona-links">
              <Link to={`/segments?${new URLSearchParams({ q: one.rule.expression })}`}>{t('groups.personas.keep')}</Link>
              <Link to={`/groups?${new URLSearchParams({ q: one.rule.expression })}`}>{t('groups.personas.portrait')}</Link>
            </p>
          </>
        )}
      </div>
    </Card>
  )
}

export function Personas({ asked }: { asked: Asked | undefined }) {
  const { t, language } = useWords()
  const [search, setAddress] = useAddress()
  const wanted = counts.find((one) => one === search.get('kinds')) ?? ''
  const body = { ...asked, ...(wanted === '' ? {} : { groups: Number(wanted) }) }
  const answer = useQuery({ queryKey: ['groups', 'personas', body], queryFn: ({ signal }) => call('post', '/api/v1/reports/personas', { body, signal }), retry: false, staleTime: 60_000 })
  const choose = (
    <Choose
      label={t('groups.personas.kinds')} value={wanted} options={[{ value: '', name: t('groups.personas.best') }, ...counts.map((value) => ({ value, name: value }))]}
      onChange={(kinds) => setAddress((now) => { now.delete('kinds'); if (kinds !== '') now.set('kinds', kinds); return now })}
    />
  )
  if (answer.isError) return <div className="card"><Wrong expression={asked?.expression ?? ''} error={answer.error} /></div>
  if (answer.data === undefined) return <div className="card"><Loading lines={10} /></div>
  const { data } = answer
  return (
    <div className="group-grid">
      <Card id="personas-sure" className="group-wide" title={t('groups.personas.title')} note={asked === undefined ? t('groups.personas.buyers') : undefined} extra={choose}>
        {data.tooFew ? <Empty title={t('groups.personas.tooFew')}>{t('groups.personas.tooFewText', { count: data.drawnMin, drawn: format.count(data.drawn, language) })}</Empty> : (
          <div className="group-sums">
            <p><b className="group-count">{data.items.length}</b> {t('groups.personas.found', { customers: format.count(data.customers, language) })}</p>
            <p><span className="less">{t('groups.personas.silhouette')}</span><b>{format.decimal(data.silhouette, language)}</b></p>
            <p><span className="less">{t('groups.personas.stability')}</span><b>{format.decimal(data.stability, language)}</b></p>
            <p className={data.clear ? '' : 'segment-warn'}>{t(data.clear ? 'groups.personas.clear' : 'groups.personas.unclear')}</p>
          </div>
        )}
      </Card>
      {data.items.map((one, at) => <Persona key={at} one={one} at={at} />)}
    </div>
  )
}
