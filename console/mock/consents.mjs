// What a customer allowed and refused, made up: a yes, a question, a change of mind, no to every channel.
const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
const channels = ['email', 'sms', 'push', 'wechat', 'wecom', 'onsite', 'whatsapp', 'call', 'post', 'ads']
const items = [
  { at: ago(1), said: Object.fromEntries(channels.map((one) => [`marketing.${one}`, false])), asked: [], version: '2026-11', source: 'settings page' },
  { at: ago(12), said: { personalization: false, sharing: true }, asked: [], version: '2026-11', source: 'settings page' },
  { at: ago(30), said: {}, asked: ['marketing.wechat'], version: '2026-10', source: 'mini program' },
  { at: ago(200), said: { 'marketing.email': true, 'marketing.sms': true }, asked: [], version: '2025-06', source: 'checkout', proof: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
]
const silent = { personalization: true, analytics: true, sharing: false, minor: false, marketing: {}, times: {} }

/** The answer of a path, or undefined. */
export function answerConsents(method, path, { empty }) {
  if (method === 'POST' && /^\/api\/v1\/customers\/\d+\/link$/.test(path)) return { purpose: 'preferences', path: `/p/${'AbCdEf12_-'.repeat(7)}`, until: ago(-30) }
  if (!/^\/api\/v1\/customers\/\d+\/consents$/.test(path)) return undefined
  if (empty) return { consents: silent, items: [], limit: 64 }
  const consents = { ...silent, personalization: false, sharing: true, minor: true, marketing: Object.fromEntries(channels.map((one) => [one, false])), version: '2026-11', source: 'settings page' }
  return { consents, items, limit: 64 }
}
