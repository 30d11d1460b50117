// Moments as a field of the browser shows them, "2026-03-01T08:00", in a time zone; undefined: that of the browser.

/** How far a zone is ahead of UTC at a moment, in ms. */
function ahead(ms: number, zone: string | undefined): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(ms)
  const of = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(ms / 1000) * 1000
}

/** "" where the text is no moment. */
export function localOf(at: string, zone: string | undefined): string {
  const ms = Date.parse(at)
  if (Number.isNaN(ms)) return ''
  const text = new Date(ms + ahead(ms, zone)).toISOString()
  return text.slice(0, text.slice(17, 19) === '00' ? 16 : 19)
}

/** The moment at which clocks of the zone show this; where they show it twice, one of both. */
export function momentOf(local: string, zone: string | undefined): string {
  const shown = Date.parse(`${local}Z`)
  if (Number.isNaN(shown)) return ''
  const guess = shown - ahead(shown, zone)
  return new Date(shown - ahead(guess, zone)).toISOString().replace('.000Z', 'Z')
}
