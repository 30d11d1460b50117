// Prints the table of src/base/lunar.c: facts of the Chinese calendar, 1950 to 2099, on which two libraries agree.
//
//     npm install lunar-javascript@1.7.7 tyme4ts@1.5.2      in an empty folder
//     node tools/lunar_table.mjs FOLDER
//
// Days on which the libraries differ end it with an error: the table holds only what both say.
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const require = createRequire(resolve(process.argv[2] ?? '.', 'x.js'))
const { Solar } = require('lunar-javascript')
const { SolarDay } = require('tyme4ts')
const DAY = 86400000
const FIRST = 1950, LAST = 2099

// The lunar date of a day, by one library and by the other: [year, month, leap, day].
function one(date) {
  const l = Solar.fromYmd(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()).getLunar()
  return [l.getYear(), Math.abs(l.getMonth()), l.getMonth() < 0, l.getDay(), l.getJieQi()]
}

function other(date) {
  const day = SolarDay.fromYmd(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())
  const l = day.getLunarDay(), month = l.getLunarMonth(), term = day.getTermDay()
  return [month.getYear(), month.getMonth(), month.isLeap(), l.getDay(), term.getDayIndex() === 0 ? term.getSolarTerm().getName() : '']
}

const NAMES = ['小寒', '大寒', '立春', '雨水', '惊蛰', '春分', '清明', '谷雨', '立夏', '小满', '芒种', '夏至',
  '小暑', '大暑', '立秋', '处暑', '白露', '秋分', '寒露', '霜降', '立冬', '小雪', '大雪', '冬至']

const months = new Map() // lunar year -> [{month, leap, days, start}]
const terms = new Map()  // year -> day of the month, for each of the 24
for (let t = Date.UTC(FIRST, 0, 1); t < Date.UTC(LAST + 1, 2, 15); t += DAY) {
  const date = new Date(t), a = one(date), b = other(date)
  if (a.some((x, i) => x !== b[i])) throw new Error(`${date.toISOString()}: ${a} and ${b}`)
  const [year, month, leap, day, term] = a
  if (day === 1) months.set(year, [...(months.get(year) ?? []), { month, leap, days: 0, start: t }])
  const list = months.get(year)
  if (list) list[list.length - 1].days = day
  if (!term) continue
  const solar = date.getUTCFullYear()
  if (!terms.has(solar)) terms.set(solar, [])
  const at = NAMES.indexOf(term)
  if (at !== terms.get(solar).length || Math.floor(at / 2) !== date.getUTCMonth()) throw new Error(`${solar} ${term}`)
  terms.get(solar).push(date.getUTCDate())
}

const least = NAMES.map((_, i) => Math.min(...Array.from({ length: LAST - FIRST + 1 }, (__, y) => terms.get(FIRST + y)[i])))
console.log(`static const uint8_t term_days[24] = { ${least.join(', ')} };`)
console.log('static const struct { uint32_t months; uint64_t terms; } years[] = {')
for (let year = FIRST; year <= LAST; year++) {
  const list = months.get(year)
  const leap = list.find((m) => m.leap)
  let bits = Math.round((list[0].start - Date.UTC(year, 0, 1)) / DAY) << 17
  for (const m of list) if (!m.leap && m.days === 30) bits |= 1 << (m.month - 1)
  if (leap) bits |= leap.month << 12 | (leap.days === 30 ? 1 << 16 : 0)
  let word = 0n
  terms.get(year).forEach((day, i) => {
    if (day - least[i] > 3) throw new Error(`${year}: ${NAMES[i]}`)
    word |= BigInt(day - least[i]) << BigInt(2 * i)
  })
  console.log(`    { 0x${bits.toString(16)}, 0x${word.toString(16)} }, /* ${year} */`)
}
console.log('};')
