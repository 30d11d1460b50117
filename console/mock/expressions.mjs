// Expressions as trees. No language is spoken here: texts that the engine has drawn are known, and so is what was printed before; any other is one name.
import { readFileSync } from 'node:fs'
import * as shop from './shop.mjs'

const drawn = new Map(Object.entries(JSON.parse(readFileSync(new URL('../src/builder/trees.json', import.meta.url), 'utf8'))))
const names = new Map() // texts that are no tree, by the name that stands for them

const levels = { '||': 1, '&&': 2, in: 3, '==': 3, '!=': 3, '<': 3, '<=': 3, '>': 3, '>=': 3, '+': 4, '-': 4 }
const isLow = (node, level) => node.op !== undefined && (levels[node.op] ?? 9) <= level

function print(node) {
  const inner = (it, level) => (isLow(it, level) ? `(${print(it)})` : print(it))
  const list = (items) => items.map(print).join(', ')
  if ('value' in node) return JSON.stringify(node.value)
  if ('double' in node) return node.double.toFixed(1)
  if ('name' in node) return names.get(node.name) ?? node.name
  if ('field' in node) return `${print(node.of)}.${node.field}`
  if ('has' in node) return `has(${print(node.of)}.${node.has})`
  if ('list' in node) return `[${list(node.list)}]`
  if ('call' in node) return `${node.on === undefined ? '' : `${print(node.on)}.`}${node.call}(${list(node.args)})`
  if ('macro' in node) return `${print(node.on)}.${node.macro}(${node.vars[0]}, ${list(node.args)})`
  if (node.op === '!') return `!${inner(node.args[0], 8)}`
  if (node.op === '[]' || node.op === '[?]') return `${print(node.args[0])}${node.op.slice(0, -1)}${print(node.args[1])}]`
  return node.args.map((one) => inner(one, levels[node.op] ?? 9)).join(` ${node.op} `)
}

/** A name that is misspelt in the walk. */
function faultOf(expression) {
  const wrong = expression.indexOf('ordrs')
  return wrong < 0 ? {} : { fault: { text: "Customer has no field 'ordrs'; did you mean 'orders'?", line: 1, column: wrong + 1 } }
}

export function answerExpressions(method, path, body, empty, problem) {
  if (path === '/api/v1/expressions/names') {
    const count = (of) => [...shop.items.reduce((all, item) => all.set(item[of], (all.get(item[of]) ?? 0) + 1), new Map())].filter(([name]) => name).map(([name, many]) => ({ name, count: many })).sort((a, b) => b.count - a.count)
    if (empty) return { events: [], categories: [], brands: [], traits: [], customers: 0 }
    return {
      events: [['Product Viewed', 412_300], ['Product Added', 88_120], ['Order Completed', 18_532], ['Product Searched', 9_110], ['直播间停留', 4_096]].map(([name, many]) => ({ name, count: many })),
      categories: count('category'), brands: count('brand'),
      traits: [
        { name: 'city', count: 2_811, type: 'text', values: [{ value: '深圳', count: 812 }, { value: '广州', count: 640 }, { value: 'London', count: 377 }] },
        { name: 'age', count: 1_920, type: 'number', values: [{ value: 31, count: 77 }] },
        { name: 'vip', count: 310, type: 'bool', values: [{ value: true, count: 310 }] },
        { name: 'interests', count: 120, type: 'list', values: [] },
      ],
      customers: 4_372,
    }
  }
  if (path === '/api/v1/tags' && method === 'GET') return { customers: 4_372, items: empty ? [] : [['茶友', 310], ['VIP', 77]].map(([tag, customers]) => ({ tag, customers, sources: { customer: 0, staff: customers, import: 0, computed: 0 }, deleted: 0 })), next: null }
  if (path === '/api/v1/computed-traits' && method === 'GET') return { items: empty ? [] : [{ name: 'views_30d', kind: 'count', event: 'Product Viewed', where: '', windowDays: 30 }], next: null }
  if (path !== '/api/v1/expressions') return undefined
  if (body.tree === undefined) {
    if (body.expression.endsWith('==')) return problem(400, 'bad_expression', `line 1, column ${body.expression.length + 1}: the expression ends where a value should stand`)
    const known = drawn.get(body.expression.trim())
    const name = `text${names.size}`
    if (known === undefined) {
      names.set(name, body.expression)
      drawn.set(body.expression.trim(), { name })
    }
    return { expression: body.expression, tree: drawn.get(body.expression.trim()), ...faultOf(body.expression) }
  }
  const expression = print(body.tree)
  drawn.set(expression, body.tree)
  return { expression, tree: body.tree, ...faultOf(expression) }
}
