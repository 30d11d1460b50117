// The scene of the mock: a year whose holidays are said and one whose are not; tea goes in the evening and in the rain.

const parts = {
  hour: ['night', 'morning', 'noon', 'afternoon', 'evening', 'late'], day: ['working', 'weekend', 'holiday'], season: ['spring', 'summer', 'autumn', 'winter'], temp: ['freezing', 'cold', 'mild', 'warm', 'hot'],
  sky: ['clear', 'cloudy', 'rain', 'heavy_rain', 'snow', 'fog', 'haze', 'wind', 'heat', 'cold'], device: ['mobile', 'desktop', 'tablet'], where: ['home', 'work', 'way', 'elsewhere'],
}
const buckets = Object.entries(parts).flatMap(([part, names]) => names.map((bucket) => ({ part, bucket })))
const unseen = ['hot', 'snow', 'fog', 'haze', 'wind', 'heat', 'tablet'] // and the cold wave
const effects = { Tea: { evening: 1.42, late: 1.3, morning: 0.7, rain: 1.61, cold: 1.2, home: 1.15 }, Lunch: { noon: 1.9, evening: 0.62, working: 1.2, weekend: 0.7, work: 1.6 }, Umbrellas: { rain: 2, heavy_rain: 1.7, clear: 0.55, way: 1.4 } }

const row = (category, acts) => ({
  category, acts,
  cells: buckets.map(({ part, bucket }) => {
    const none = unseen.includes(bucket) || (part === 'sky' && bucket === 'cold')
    return { views: none ? 0 : Math.round(acts / 12), buys: none ? 0 : Math.round(acts / 60), effect: none ? 1 : effects[category][bucket] ?? 1 }
  }),
})

const holidays = { '2026-12-31': false, '2027-01-01': true }

function days(from, count) {
  const first = Date.parse(from)
  return Array.from({ length: count }, (_, i) => {
    const at = new Date(first + i * 86_400_000)
    const date = at.toISOString().slice(0, 10)
    const weekday = at.getUTCDay() || 7
    const weekly = weekday > 5 ? 'weekend' : 'working'
    return {
      date, weekday, kind: date === '2027-01-01' ? 'holiday' : date === '2026-12-26' ? 'working' : weekly, listedAs: date in holidays ? '元旦' : '', lunar: { year: 2026, month: 10, day: 15, leap: false },
      term: date === '2026-12-22' ? { zh: '冬至', en: 'Winter Solstice' } : null,
      festivals: date === '2026-12-12' ? [{ zh: '双12', en: 'Double 12', shopping: true }] : date === '2027-01-01' ? [{ zh: '元旦', en: "New Year's Day", shopping: false }] : [],
      window: date >= '2026-12-06' && date <= '2026-12-12' ? '双12' : '',
    }
  })
}

/** The answer of a path, or undefined. */
export function answerScene(method, path, query, none) {
  if (method !== 'GET') return undefined
  if (path === '/api/v1/calendar') return { years: [{ year: 2026, isSaid: true }, { year: 2027, isSaid: false }], items: days(query.get('from') ?? '2026-11-23', Number(query.get('days') ?? 60)) }
  if (path !== '/api/v1/scene') return undefined
  const items = none ? [] : [row('Tea', 8_420), row('Lunch', 5_130), row('Umbrellas', 960)]
  return { categories: items.length, kind: 'working', cities: 2, buckets, items }
}
