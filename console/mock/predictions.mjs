// What the mock predicts: one good model, one withheld; a training takes one look.
let version = 3
let asked = 0

function model(name, windowDays, offered, why, auc, rfmAuc) {
  const bins = Array.from({ length: 10 }, (_, at) => {
    const predicted = 0.02 + 0.055 * at
    const cameTrue = Math.max(0, predicted + 0.02 * Math.sin(at * 2.1))
    return { customers: 434, predicted, cameTrue, low: Math.max(0, cameTrue - 0.025), high: cameTrue + 0.028 }
  })
  return { name, windowDays, offered, why, testedAsOf: ['2026-10-22'], asked: 4_340, did: 1_168, expected: 1_161.2, auc, rfmAuc, calibrationError: 0.013, calibrationErrorByChance: 0.012, brier: 0.151, rfmBrier: 0.158, bins }
}

function models(none) {
  const training = asked > 0
  if (training && --asked === 0) version++
  return {
    version: none ? 0 : version, trainedAt: none ? null : new Date(Date.now() - 3_600_000).toISOString(), tookMs: 41_200, customers: none ? 0 : 4_340 + version, training, clv: !none,
    items: none ? [] : [model('buy_7d', 7, true, null, 0.756, 0.723), model('buy_30d', 30, true, null, 0.747, 0.733), model('lapse', 84, false, 'it is no better than the RFM rule', 0.721, 0.735)],
    spend: none ? null : { offered: true, testedAsOf: '2026-08-23', asked: 4_120, inside: 3_326, wide: 3_004, wideInside: 2_405, expected: 812_300.5, came: 798_040.2 },
    nextCategory: none ? null : { offered: true, why: null, categories: 24, windowDays: 30, testedAsOf: ['2026-10-22', '2026-09-22', '2026-08-23'], asked: 3_210, right: 1_402, rightMostFrequent: 1_180, rightMostPopular: 620, calibrationError: 0.014, calibrationErrorByChance: 0.012 },
  }
}

/** The answer of a path, or undefined. */
export function answerPredictions(method, path, none) {
  if (path === '/api/v1/predictions') return models(none)
  if (path === '/api/v1/predictions/train' && method === 'POST') {
    asked = 1
    return models(none)
  }
  if (/^\/api\/v1\/customers\/\d+\/predictions$/.test(path)) {
    return { predictions: none ? null : { version, until: new Date(Math.ceil(Date.now() / 86_400_000) * 86_400_000).toISOString(), items: [{ name: 'buy_7d', windowDays: 7, probability: 0.18 }, { name: 'buy_30d', windowDays: 30, probability: 0.47 }], clvDays: 365, clv: 640.4, spend: { days: 90, expected: 212.6, low: 0, high: 388.9 }, nextCategories: [{ category: '女装', probability: 0.46 }, { category: '茶叶', probability: 0.21 }, { category: '鞋靴', probability: 0.08 }] } }
  }
  return undefined
}
