// Numbers, money and times for people. Everything goes through Intl; nothing is glued by hand.
export type Language = 'zh' | 'en'

const locales: Record<Language, string> = { zh: 'zh-CN', en: 'en-GB' }

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>()
function kept<F extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(key: string, make: () => F): F {
  const found = cache.get(key)
  if (found !== undefined) return found as F // the key names the kind
  const made = make()
  cache.set(key, made)
  return made
}

export function count(value: number, language: Language): string {
  return kept(`n${language}`, () => new Intl.NumberFormat(locales[language])).format(value)
}

export function compact(value: number, language: Language): string {
  return kept(
    `c${language}`,
    () => new Intl.NumberFormat(locales[language], { notation: 'compact', maximumFractionDigits: 1 }),
  ).format(value)
}

/** A rate reads best with about three digits: 0.4, 12.5, 1,204. */
export function rate(value: number, language: Language): string {
  const digits = value >= 100 ? 0 : 1
  return kept(`r${language}${digits}`, () => new Intl.NumberFormat(locales[language], { maximumFractionDigits: digits })).format(value)
}

export function decimal(value: number, language: Language, digits = 2): string {
  return kept(
    `d${language}${digits}`,
    () => new Intl.NumberFormat(locales[language], { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  ).format(value)
}

export function percent(share: number, language: Language): string {
  return kept(`p${language}`, () => new Intl.NumberFormat(locales[language], { style: 'percent', maximumFractionDigits: 0 })).format(share)
}

/** Any number, with two digits at most. */
export function amount(value: number, language: Language): string {
  return kept(`am${language}`, () => new Intl.NumberFormat(locales[language], { maximumFractionDigits: 2 })).format(value)
}

/** A difference of two numbers, with its sign and three digits that say something: +0.0123, -4.51. */
export function signedNumber(value: number, language: Language): string {
  return kept(`sn${language}`, () => new Intl.NumberFormat(locales[language], { maximumSignificantDigits: 3, signDisplay: 'exceptZero' })).format(value)
}

/** A share with one digit where it is small enough to matter: 3.2%, 14%. */
export function share(value: number, language: Language): string {
  const digits = Math.abs(value) < 0.1 ? 2 : 1
  return kept(`s${language}${digits}`, () => new Intl.NumberFormat(locales[language], { style: 'percent', maximumFractionDigits: digits })).format(value)
}

/** A change with its sign: +12.4%, -3%, 0%. Above ten-fold, digits after the point say nothing. */
export function signedPercent(value: number, language: Language): string {
  const digits = Math.abs(value) < 10 ? 1 : 0
  return kept(
    `sp${language}${digits}`,
    () => new Intl.NumberFormat(locales[language], { style: 'percent', maximumFractionDigits: digits, signDisplay: 'exceptZero' }),
  ).format(value)
}

/** A difference of two shares, in points of a hundred: +0.3. */
export function signedPoints(difference: number, language: Language): string {
  return kept(
    `pp${language}`,
    () => new Intl.NumberFormat(locales[language], { maximumFractionDigits: 2, signDisplay: 'exceptZero' }),
  ).format(difference * 100)
}

/** Digits of a currency's minor unit: 2 for most, 0 for JPY, 3 for BHD. */
export function minorDigits(currency: string): number {
  return (
    kept(`m${currency}`, () => new Intl.NumberFormat('en', { style: 'currency', currency })).resolvedOptions()
      .maximumFractionDigits ?? 2
  )
}

/** `round`: whole units where cents would only be noise. `short`: 1.2M, for axes. */
export function money(minor: number, currency: string, language: Language, style: 'exact' | 'round' | 'short' = 'exact'): string {
  if (!/^[A-Za-z]{3}$/.test(currency)) return decimal(minor / 100, language)
  const major = minor / 10 ** minorDigits(currency)
  const shape: Intl.NumberFormatOptions = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }
  if (style === 'round') Object.assign(shape, { minimumFractionDigits: 0, maximumFractionDigits: 0 })
  if (style === 'short') Object.assign(shape, { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 })
  return kept(`$${currency}${language}${style}`, () => new Intl.NumberFormat(locales[language], shape)).format(major)
}

/** A mean or difference in fractions of the minor unit: one digit more where two would hide it; `sign`: +£0.64. */
export function meanMoney(minor: number, currency: string, language: Language, sign = false): string {
  if (!/^[A-Za-z]{3}$/.test(currency)) return decimal(minor / 100, language)
  const minorUnits = minorDigits(currency)
  const major = minor / 10 ** minorUnits
  const digits = Math.abs(major) < 0.1 && major !== 0 ? minorUnits + 1 : minorUnits
  return kept(
    `mm${currency}${language}${digits}${sign}`,
    () =>
      new Intl.NumberFormat(locales[language], {
        style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: digits, maximumFractionDigits: digits,
        signDisplay: sign ? 'exceptZero' : 'auto',
      }),
  ).format(major)
}

// Times are told in the workspace's time zone; until the engine has named it, in the browser's.
let workspaceZone: string | undefined
export function tellTimesIn(zone: string | undefined): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    workspaceZone = zone
  } catch {
    // A name this browser does not know: its own zone is better than no time at all.
  }
}

/** The zone times are told in; undefined: the browser's. */
export function workspaceTimeZone(): string | undefined {
  return workspaceZone
}

type DateStyle = 'dayClock' | 'day' | 'dayShort' | 'time' | 'clock' | 'moment' | 'dayLong'
const dateStyles: Record<DateStyle, Intl.DateTimeFormatOptions> = {
  dayClock: { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { year: 'numeric', month: 'short', day: 'numeric' },
  dayShort: { month: 'short', day: 'numeric' },
  dayLong: { year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' },
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  clock: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  moment: { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
}

export function date(at: string | number, language: Language, style: DateStyle, timeZone = workspaceZone): string {
  const when = new Date(at)
  if (Number.isNaN(when.getTime())) return '–'
  return kept(
    `t${language}${style}${timeZone ?? ''}`,
    () => new Intl.DateTimeFormat(locales[language], { ...dateStyles[style], timeZone }),
  ).format(when)
}

/** A calendar day as the server names it ("2011-12-01"); it belongs to no time zone here. */
export function calendarDay(day: string, language: Language, style: 'day' | 'dayShort' = 'dayShort'): string {
  return date(`${day}T00:00:00Z`, language, style, 'UTC')
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** "3 minutes ago"; the largest unit that fits. */
export function ago(at: string | number, now: number, language: Language): string {
  const distance = new Date(at).getTime() - now
  if (Number.isNaN(distance)) return '–'
  const format = kept(`a${language}`, () => new Intl.RelativeTimeFormat(locales[language], { numeric: 'auto' }))
  for (const [unit, size] of steps) {
    if (Math.abs(distance) >= size) return format.format(Math.trunc(distance / size), unit)
  }
  return format.format(0, 'second')
}

export function bytes(value: number, language: Language): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
  let at = 0
  let left = value
  while (left >= 1000 && at < units.length - 1) {
    left /= 1000
    at += 1
  }
  const unit = units[at] ?? 'byte'
  const digits = left >= 100 || at === 0 ? 0 : 1
  return kept(
    `b${language}${unit}${digits}`,
    () => new Intl.NumberFormat(locales[language], { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: digits }),
  ).format(left)
}

export function milliseconds(value: number, language: Language): string {
  const seconds = value >= 1000
  return kept(
    `ms${language}${seconds}`,
    () =>
      new Intl.NumberFormat(locales[language], {
        style: 'unit',
        unit: seconds ? 'second' : 'millisecond',
        unitDisplay: 'narrow',
        maximumFractionDigits: 1,
      }),
  ).format(seconds ? value / 1000 : value)
}

/** The two largest units of a duration: "3d 4h", "12m". */
export function duration(seconds: number, language: Language): string {
  const parts: [number, 'day' | 'hour' | 'minute' | 'second'][] = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor((seconds % 86_400) / 3_600), 'hour'],
    [Math.floor((seconds % 3_600) / 60), 'minute'],
    [Math.floor(seconds % 60), 'second'],
  ]
  const first = parts.findIndex(([n]) => n > 0)
  const shown = first < 0 ? parts.slice(3) : parts.slice(first, first + 2).filter(([n], i) => i === 0 || n > 0)
  return shown
    .map(([n, unit]) =>
      kept(`u${language}${unit}`, () => new Intl.NumberFormat(locales[language], { style: 'unit', unit, unitDisplay: 'narrow' })).format(n),
    )
    .join(' ')
}

/** Mean order value in minor units; 0 before the first order. */
export function meanOrderCents(revenueCents: number, orders: number): number {
  return orders > 0 ? Math.round(revenueCents / orders) : 0
}
