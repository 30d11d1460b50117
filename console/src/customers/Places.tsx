// Where somebody usually is: home, work and other cells of about a kilometre.
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { useOrigin } from './Leanings'

type Place = Schema<'PortraitPlace'>

function Row({ name, place }: { name: string; place: Place }) {
  const { t, language } = useWords()
  const origin = useOrigin()
  return (
    <li className="likes-row place">
      <span className="likes-name">{name} <code>{place.value}</code></span>
      <span className="likes-share">{format.percent(place.share, language)}</span>
      <span className="bar" aria-hidden="true"><i style={{ width: `${Math.round(place.share * 100)}%` }} /></span>
      <span className="likes-origin">
        {t('customers.one.likes.place.days', { nights: place.nights, workDays: place.workDays, weekends: place.weekends })} · {origin(place, 'days')}
      </span>
    </li>
  )
}

export function Places({ places }: { places: Schema<'PortraitPlaces'> }) {
  const { t } = useWords()
  const named = new Set([places.home?.value, places.work?.value])
  const others = places.frequent.filter((place) => !named.has(place.value))
  return (
    <>
      <ul>
        {places.home !== null && <Row name={t('customers.one.likes.place.home')} place={places.home} />}
        {places.work !== null && <Row name={t('customers.one.likes.place.work')} place={places.work} />}
        {others.map((place) => <Row key={place.value} name={t('customers.one.likes.place.other')} place={place} />)}
      </ul>
      <p className="likes-origin">{t('customers.one.likes.place.hint')}</p>
    </>
  )
}
