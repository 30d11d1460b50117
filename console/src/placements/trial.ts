// What a draft is tried with, as it stands in the address, and what the answer says of each item. No id of a person stands there.
import type { Schema } from '../shared/client'
import { countOf, momentOf } from '../recommend/previewAddress'
import type { Definition } from './draft'

export type Tried = Schema<'PlacementTried'>

export interface Setting {
  customer: string // internal number; '' is anyone
  itemId: string
  cart: string
  city: string
  device: string
  weather: string
  temp: string
  time: string // as a datetime-local field writes it, in the workspace's time zone; '' is now
  n: string
}
const names = ['customer', 'itemId', 'cart', 'city', 'device', 'weather', 'temp', 'time', 'n'] as const satisfies readonly (keyof Setting)[]

export const N_USUAL = 8 // a shelf
export const skies = ['clear', 'cloudy', 'rain', 'heavy_rain', 'snow', 'fog', 'haze', 'wind', 'heat', 'cold'] as const
export const devices = ['mobile', 'desktop', 'tablet'] as const

export function settingOf(search: URLSearchParams): Setting {
  const read = Object.fromEntries(names.map((name) => [name, search.get(name) ?? ''])) as unknown as Setting // exactly its names
  return { ...read, customer: /^[0-9]{1,20}$/.test(read.customer) ? read.customer : '' }
}

export function withSetting(search: URLSearchParams, changes: Partial<Setting>): URLSearchParams {
  const next = new URLSearchParams(search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name)
    else next.set(name, value)
  }
  return next
}

export function askOf(definition: Definition, placement: string, setting: Setting, zone: string | undefined): Schema<'PlacementPreviewRequest'> {
  const context: Schema<'RecommendContext'> = {}
  if (setting.itemId !== '') context.itemId = setting.itemId
  const cart = setting.cart.split(/[,，\s]+/).filter((one) => one !== '')
  if (cart.length > 0) context.cart = cart
  if (setting.city !== '') context.city = setting.city
  if (setting.device !== '') context.device = setting.device
  const temp = setting.temp === '' ? NaN : Number(setting.temp)
  if (setting.weather !== '' || Number.isFinite(temp)) context.weather = { ...(setting.weather === '' ? {} : { condition: setting.weather }), ...(Number.isFinite(temp) ? { temp_c: temp } : {}) }
  const time = momentOf(setting.time, zone)
  if (time !== undefined) context.time = time
  return { definition, n: countOf(setting.n) ?? N_USUAL, context, ...(placement === '' ? {} : { placement }), ...(setting.customer === '' ? {} : { customerId: setting.customer }) }
}

/** Why an item is not in the draft's list though it would be without rules and dials. */
export type Why = { kind: 'hidden'; rule: number } | { kind: 'notIncluded' } | { kind: 'lowered'; factor: number } | { kind: 'displaced' }
export function whyLeft(one: Tried): Why {
  if (one.hidden) return one.hiddenBy === undefined ? { kind: 'notIncluded' } : { kind: 'hidden', rule: one.hiddenBy }
  return one.factor < 1 ? { kind: 'lowered', factor: one.factor } : { kind: 'displaced' }
}
