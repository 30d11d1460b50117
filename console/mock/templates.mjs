// The templates of the mock: two that say something in both languages, one that fell out of force; a preview that fills in names and knows one fault.
const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString()
const autumn = {
  title: 'Autumn', purpose: 'marketing', language: 'zh',
  languages: {
    zh: { subject: '{{ customer.firstName | default: "您" }}，秋季满减开始了', text: '满 50 减 5。{{ unsubscribeUrl }}', html: '<h1 style="color:#0b6e5f">秋天到了</h1>\n<p>{{ customer.firstName }}，满 50 减 5。</p>\n<p><a href="{{ unsubscribeUrl }}">退订</a></p>' },
    en: { subject: '{{ customer.firstName | default: "Hello" }}, autumn is here', text: '5 off from 50. {{ unsubscribeUrl }}', html: '<h1 style="color:#0b6e5f">Autumn is here</h1>\n<p>{{ customer.firstName }}, 5 off from 50.</p>\n<p><a href="{{ unsubscribeUrl }}">Unsubscribe</a></p>' },
  },
}
const paid = { title: 'Order paid', purpose: 'transactional', language: 'zh', languages: { zh: { text: '订单 {{ data.order }} 已付款。' }, en: { text: 'Order {{ data.order }} is paid.' } }, sample: { order: '1001' } }
const kept = new Map([
  ['autumn', { definition: autumn, former: { ...autumn, title: 'Autumn, first draft' }, at: ago(2) }],
  ['order-paid', { definition: paid, at: ago(60) }],
  ['welcome', { definition: { purpose: 'transactional', languages: { en: { text: '{% if %}' } } }, at: ago(300), fault: 'languages.en.text: line 1, column 1: if needs a condition' }],
])

const rowOf = (name) => {
  const { definition: d, at, fault } = kept.get(name)
  return fault === undefined ? { name, title: d.title ?? '', purpose: d.purpose ?? 'marketing', language: d.language ?? Object.keys(d.languages)[0], languages: Object.keys(d.languages), definedAt: at } : { name, fault, definedAt: at }
}
const detailOf = (name) => ({ ...rowOf(name), definition: kept.get(name).definition, ...(kept.get(name).former === undefined ? {} : { former: kept.get(name).former }) })

/** Where an output or a tag has no end, as the engine says it. */
function faultOf(definition, problem) {
  for (const [language, parts] of Object.entries(definition.languages ?? {})) {
    for (const [part, text] of Object.entries(parts)) {
      const at = text.search(/\{\{(?![^{]*\}\})|\{%(?![^{]*%\})/)
      if (at < 0) continue
      const before = text.slice(0, at).split('\n')
      return problem(400, 'bad_template', `line ${before.length}, column ${before.at(-1).length + 1}: the output has no end`, `languages.${language}.${part}`)
    }
  }
  return Object.keys(definition.languages ?? {}).length === 0 ? problem(400, 'bad_field', 'is missing: a template says something in at least one language', 'languages') : undefined
}

const names = { 12349: 'Anne', 12352: '<b>' }
function rendered(definition, ask) {
  const language = definition.languages[ask.language] === undefined ? (definition.language ?? Object.keys(definition.languages)[0]) : ask.language
  const data = ask.data ?? definition.sample ?? {}
  const values = { 'customer.firstName': names[ask.customerId] ?? '', 'customer.id': ask.customerId ?? '', unsubscribeUrl: 'https://shop.example/p/unsubscribe' }
  const say = (text, part) =>
    text.replace(/\{\{\s*([\w.]+)\s*(?:\|\s*default:\s*["']([^"']*)["']\s*)?(?:\|[^}]*)?\}\}/g, (_, name, otherwise = '') => {
      const value = String(values[name] ?? (name.startsWith('data.') ? data[name.slice(5)] : undefined) ?? '') || otherwise
      return part === 'html' ? value.replaceAll('<', '&lt;') : value
    })
  const parts = Object.fromEntries(Object.entries(definition.languages[language]).map(([part, text]) => [part, say(text, part)]))
  const divided = Object.entries(definition.languages[language]).find(([, text]) => text.includes('divided_by: 0'))
  return {
    language, ...(ask.channel === undefined ? {} : { to: '+44-700-900-000' }), ...parts, errors: divided === undefined ? 0 : 1,
    ...(divided === undefined ? {} : { fault: { code: 'template_error', field: `languages.${language}.${divided[0]}`, detail: 'line 1, column 4: divided by 0' } }),
  }
}

/** The answer of a path, null where there is nothing to say, or undefined. */
export function answerTemplates(method, path, body, { empty, problem }) {
  if (path === '/api/v1/templates') return { items: empty ? [] : [...kept.keys()].sort().map(rowOf), next: null }
  if (path === '/api/v1/templates/preview') {
    const definition = body.definition ?? kept.get(body.template)?.definition
    if (definition === undefined) return problem(404, 'not_found', 'no such template, or no such channel', 'template')
    if (Number(body.customerId) > 90_000) return problem(404, 'not_found', 'no customer has this id', 'userId')
    return faultOf(definition, problem) ?? rendered(definition, body)
  }
  const [, name] = /^\/api\/v1\/templates\/([A-Za-z0-9_-]{1,64})$/.exec(path) ?? []
  if (name === undefined) return undefined
  if (method === 'PUT') {
    const fault = faultOf(body, problem)
    if (fault !== undefined) return fault
    const was = kept.get(name)
    kept.set(name, { definition: body, ...(was === undefined ? {} : { former: was.definition }), at: new Date().toISOString() })
    return detailOf(name)
  }
  if (empty || !kept.has(name)) return problem(404, 'not_found', 'there is no template of this name: GET /api/v1/templates lists them')
  if (method === 'DELETE') {
    kept.delete(name)
    return null
  }
  return detailOf(name)
}
