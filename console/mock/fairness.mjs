// Fairness and variety, made up: small merchants hardly seen, niche customers shown best-sellers, and the mean customer's list narrowing by day.
const DAY = 86_400_000
const day = (back) => new Date(Date.UTC(2026, 10, 22) - back * DAY).toISOString().slice(0, 10)
const between = (value, wide, of) => ({ value, low: value - wide, high: value + wide, of })
const known = (empty, value) => (empty ? null : value)

function head(query, empty) {
  const days = Number(query.get('days') || 28)
  const placement = query.get('placement')
  return { ...(placement ? { placement } : {}), ...(empty ? {} : { from: day(days - 1), to: day(0) }), customerShare: days > 28 ? 0.5 : 1, itemShare: 1 }
}

function fairness(query, empty) {
  const less = (query.get('placement') ?? '').length % 5 // each placement a little different
  const exposure = (slots, gini, coverage, longTail) => ({ items: 1_240, shownItems: empty ? 0 : Math.round(1_240 * coverage), slots: empty ? 0 : slots, gini: known(empty, gini), coverage: empty ? 0 : coverage, longTail: known(empty, longTail) })
  const group = (name, customers, longTail, lift, js, click) => ({
    group: name, customers: empty ? 0 : customers, slots: empty ? 0 : customers * 38, gini: known(empty, 0.8), longTail: known(empty, between(longTail, 0.012, customers)), lift: known(empty, lift),
    js: known(empty, between(js, 0.018, customers)), steck: known(empty, between(js * 1.9, 0.05, customers)), clickRate: known(empty, click), buyRate: known(empty, click / 9),
  })
  const merchants = (kind, brands, itemShare, slotShare, boughtShare) => ({
    merchants: kind, brands, items: Math.round(1_240 * itemShare), slots: empty ? 0 : Math.round(166_000 * slotShare), clicked: empty ? 0 : Math.round(9_100 * slotShare), bought: empty ? 0 : Math.round(2_700 * boughtShare),
    itemShare, slotShare: known(empty, slotShare), boughtShare: known(empty, boughtShare),
  })
  return {
    ...head(query, empty),
    personal: exposure(166_140 >> less, 0.81 + less / 50, 0.44 - less / 25, 0.312 - less / 60), anybody: exposure(20_300 >> less, 0.69, 0.35, 0.36),
    groups: [group('all', 4_372, 0.312, 0.18, 0.21, 0.055), group('new', 812, 0.224, 0.05, 0.23, 0.041), group('active', 3_560, 0.331, 0.21, 0.2, 0.058), group('niche', 702, 0.402, 0.92, 0.34, 0.036), group('diverse', 2_106, 0.318, 0.2, 0.19, 0.057), group('blockbuster', 702, 0.196, -0.03, 0.15, 0.066)],
    merchants: [merchants('large', 14, 0.58, 0.83, 0.8), merchants('small', 96, 0.42, 0.17, 0.2)],
  }
}

function bubble(query, empty) {
  const length = empty ? 0 : Number(query.get('days') || 28)
  const span = (slots, narrow, gap) => ({
    slots, controlSlots: Math.round(slots / 8), clicked: Math.round(slots / 18), bought: Math.round(slots / 60), shownBits: known(empty, 2.94 - narrow / 4), controlBits: known(empty, 2.86), clickedBits: known(empty, 2.4 - narrow / 2),
    boughtBits: known(empty, 2.55 - narrow / 6), customers: Math.round(slots / 40), topShare: known(empty, 0.21 + narrow / 5), gap: known(empty, gap), newClicked: known(empty, 0.18 - narrow / 8), newBought: known(empty, 0.12 - narrow / 20),
  })
  const days = Array.from({ length }, (_, i) => {
    const narrow = (0.8 * i) / length + 0.06 * Math.sin(i * 2.1)
    return { day: day(length - 1 - i), ...span(Math.round(5_900 + 600 * Math.sin(i)), narrow, i < 6 ? null : 0.05 + narrow / 12), customerBits: 1.92 - narrow }
  })
  const categories = [['Kitchen', 0.24, 0.17], ['Garden', 0.2, 0.12], ['Toys', 0.14, 0.16], ['Bags', 0.12, 0.19], ['Lights', 0.1, 0.11], ['Stationery', 0.08, 0.13], ['Christmas', 0.07, 0.05], ['', 0.05, 0.07]]
  return {
    ...head(query, empty), days,
    all: { ...span(length * 5_900, 0.4, 0.084), steck: known(empty, 0.13), customerBits: known(empty, between(1.5, 0.03, 4_011)), jaccard: known(empty, between(0.31, 0.02, 1_000)) },
    categories: empty ? [] : categories.map(([category, shown, bought]) => ({ category, shown, control: 0.125, clicked: (shown + bought) / 2, bought })),
  }
}

/** What pairs pay; other pairs with another seed. */
function prices(query, empty) {
  const seed = Number(query.get('seed') ?? 1), pairs = empty ? 0 : 2000, [firstOrder, offer] = empty ? [0, 0] : [118 + (seed % 9), 241 - (seed % 7)]
  return {
    seed, customers: empty ? 0 : 4372, items: empty ? 0 : 3684, offers: empty ? 0 : 3, pairs, same: pairs - firstOrder - offer, firstOrder, offer, other: 0, shown: [],
    unlike: [['tenure', 0.99], ['orders', 0.81], ['spending', 0.998], ['events', 0.97], ['lastSeen', 0.96]].map(([name, share]) => ({ in: name, pairs: Math.round(pairs * share), other: 0 })),
  }
}

/** The answer of a path, or undefined. */
export function answerFairness(method, path, query, empty) {
  if (method !== 'GET') return undefined
  if (path === '/api/v1/reports/fairness') return fairness(query, empty)
  if (path === '/api/v1/reports/prices') return prices(query, empty)
  return path === '/api/v1/reports/bubble' ? bubble(query, empty) : undefined
}
