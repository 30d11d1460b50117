// The league of the mock: one ahead, two bars, one that lacks a library; playing it takes two looks. Two versions were learnt, the second answers.

const iso = (ms) => new Date(ms).toISOString()
const ago = (days) => Date.now() - days * 86_400_000
let asked = 0
let rounds = 1

const place = (model, verdict, ndcg, parameters, seconds) => ({
  model, meaning: model, verdict, why: null, ndcg, recall: ndcg * 0.62, precision: ndcg * 0.9, hit: ndcg * 4.4, mrr: ndcg * 2, coverage: 0.3 + ndcg, gini: 0.9, popularity: 300, ahead: ndcg - 0.0863, aheadLow: ndcg - 0.0863 - 0.0021,
  trials: Object.keys(parameters).length * 6, bytes: 9_000_000, parameters, seconds,
})

const version = (number, model, days, ahead) => ({
  version: number, model, hash: `89f0c4d2a1b35e7${number}`, bytes: 2_214_000, at: iso(ago(days)), tookMs: 6_100, customers: 4_104, items: 3_640, purchases: 398_012 + 2_400 * number, pairs: 361_000, positions: [812_000 + 9_000 * number],
  parameters: { lam: 300 }, league: { verdict: 'ahead', ndcg: 0.0863 + ahead, ahead, aheadLow: ahead - 0.0021, questions: 1_277 }, by: 'engine', byNumber: 0,
})
const change = (number, days, why) => ({ version: number, at: iso(ago(days)), why, by: why === 'league' ? 'engine' : 'user', byNumber: why === 'league' ? 0 : 1 })
const versions = [version(2, 'ease', 0.3, 0.0133), version(1, 'rp3beta', 1.3, 0.0027)]
let changes = [change(2, 0.3, 'league'), change(1, 1.3, 'league')]
let automatic = true

/** Deploying and switching off, which are done at once. */
function deploy(method, path, body) {
  const number = path === '/api/v1/models/off' ? 0 : Number(path.split('/')[4])
  if (path === '/api/v1/models/automatic') automatic = body.automatic
  else if (method === 'POST') changes = [change(number, 0, number === 0 ? 'off' : 'asked'), ...changes]
}

const state = (none) => ({
  learning: false, outcome: null, automatic, deployed: { version: none ? 0 : changes[0].version, state: none || changes[0].version === 0 ? 'none' : 'serving', why: null }, versions: none ? [] : versions, changes: none ? [] : changes,
})

/** The answer of a path, or undefined. */
export function answerModels(method, path, none, body) {
  if (path === '/api/v1/models/train' && method === 'POST') asked = 2
  else if (/^\/api\/v1\/models\/(\d+\/deploy|off|automatic)$/.test(path)) deploy(method, path, body)
  else if (path !== '/api/v1/models') return undefined
  const training = asked > 0
  if (training && method === 'GET') {
    asked -= 1
    if (asked === 0) rounds += 1
  }
  if (none) return { training, ...state(true), league: null }
  return {
    training,
    ...state(false),
    league: {
      at: iso(ago(4 / rounds)), tookMs: 18_400 * rounds, from: iso(ago(373)), validFrom: iso(ago(60)), testFrom: iso(ago(30)), to: iso(ago(0)), customers: 3_921, items: 3_619, purchases: 397_884, drawn: false, questions: 1_277, questionsMin: 100, k: 10, why: null,
      places: [
        place('ease', 'ahead', 0.0996, { lam: 300, recency: 0 }, 6.1), place('rp3beta', 'ahead', 0.089, { alpha: 0.3, beta: 0.3, top: 50, side: 'candidate' }, 3.2), place('itemknn', 'bar', 0.0863, { weight: 'cosine', top: 200, shrink: 0 }, 4.4),
        place('vsknn', 'not_ahead', 0.0862, { k: 500, m: 5_000, last: 200 }, 8.8), place('popular', 'bar', 0.0335, {}, 0.1), { model: 'gfcf', meaning: 'gfcf', verdict: 'absent', why: 'gfcf needs dense linear algebra, and there is none', trials: 0, bytes: 0 },
      ],
    },
  }
}
