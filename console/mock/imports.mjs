// Files that are brought in: a mock that looks at the first lines itself, with one table whose dates may be read in two ways.
const imports = [
  { id: '2', name: 'products_export.csv', format: 'shopify-csv', state: 'undone', source: '1', sourceName: 'web', begunAt: '2026-11-19T03:10:00.000Z', changedAt: '2026-11-19T03:10:04.000Z', bytes: 37_876, lines: 219, accepted: 219, duplicate: 0, rejected: 0, rejectsBytes: 0, events: 0, items: 219, undoneAt: '2026-11-19T04:00:00.000Z' },
  { id: '1', name: 'online_retail.csv.gz', format: 'orders-csv', state: 'done', source: '2', sourceName: 'office', begunAt: '2026-11-18T08:00:00.000Z', changedAt: '2026-11-18T08:00:09.000Z', bytes: 7_618_426, lines: 541_909, accepted: 536_641, duplicate: 5_268, rejected: 0, rejectsBytes: 0, events: 536_641, items: 0 },
]
const uploads = new Map()
let last = 0

const column = (name, is, kind, samples, more = {}) => ({ name, is, kind, filled: 40, blank: 0, samples, ...more })

function preview(one, options) {
  const map = options.map ?? { columns: { order_id: '订单编号', customer_id: '买家会员名', item_id: '商品ID', quantity: '购买数量', unit_price: '单价(元)', ordered_at: '下单时间', title: '商品名称' }, currency: 'CNY', decimal: '.' }
  const is = Object.fromEntries(Object.entries(map.columns ?? {}).map(([ours, theirs]) => [theirs, ours]))
  const columns = [
    column('订单编号', null, 'text', ['A1001', 'A1002', 'A1003']), column('买家会员名', null, 'text', ['茶香四溢', '小北', 'momo2019'], { blank: 2 }), column('商品ID', null, 'whole', ['77881', '77882', '77890']),
    column('商品名称', null, 'text', ['龙井新茶 250g', '白瓷茶杯', '竹制茶盘']), column('购买数量', null, 'whole', ['1', '2', '-1']), column('单价(元)', null, 'amount', ['128.00', '¥1,299.00', '36.5']),
    column('订单总金额', null, 'amount', ['128.00', '2,598.00']), column('下单时间', null, 'date', ['03/04/2026 08:15', '05/04/2026 21:40', '06/04/2026 10:02'], { dates: '%d/%m/%Y %H:%M', otherDates: '%m/%d/%Y %H:%M' }), column('备注', null, 'blank', [], { filled: 0, blank: 40 }),
  ].map((each) => ({ ...each, is: is[each.name] ?? null }))
  const problems = []
  for (const needed of ['order_id', 'customer_id', 'item_id', 'quantity', 'unit_price', 'ordered_at']) if (!columns.some((each) => each.is === needed)) problems.push({ level: 'error', code: 'missing_column', is: needed, detail: `no column is chosen for ${needed}` })
  if (!map.currency) problems.push({ level: 'error', code: 'no_currency', detail: 'no currency' })
  if (!map.dates?.length) problems.push({ level: 'error', code: 'ambiguous_dates', column: '下单时间', is: 'ordered_at', detail: 'either' })
  problems.push({ level: 'note', code: 'guests', column: '买家会员名', is: 'customer_id', rows: 2, detail: 'guests' })
  if (!map.zone) problems.push({ level: 'note', code: 'no_zone', column: '下单时间', is: 'ordered_at', detail: 'no zone' })
  const ready = problems.every((each) => each.level !== 'error')
  const event = (n) => ({ type: 'track', event: 'Order Completed', messageId: `A100${n}/0/1`, userId: ['茶香四溢', '小北', 'momo2019'][n % 3], timestamp: `2026-04-0${n + 3}T00:15:00.000Z`, properties: { order_id: `A100${n}`, currency: map.currency, products: [{ product_id: `7788${n}`, name: ['龙井新茶 250g', '白瓷茶杯', '竹制茶盘'][n % 3], price: 128 + n, quantity: n + 1 }] } })
  return { format: options.format ?? 'orders-csv', encoding: 'GB18030', byteOrderMark: false, separator: ',', ready, rows: 40, whole: true, columns, map, problems, events: ready ? [0, 1, 2].map(event) : [], rejects: ready ? ["17\tquantity 'x' is not a whole number"] : [] }
}

function upload(one) {
  const { id, name, bytes, received } = one
  if (one.began === undefined) return { id, name, bytes, received, chunkBytes: 1_000_000, state: received === bytes ? 'ready' : 'uploading' }
  const share = Math.min(1, (Date.now() - one.began) / 1500)
  const counts = { doneBytes: Math.round(bytes * share), totalBytes: bytes, lines: Math.round(40 * share), accepted: Math.round(38 * share), duplicate: share === 1 ? 1 : 0, rejected: share === 1 ? 1 : 0, resumedLines: 0 }
  if (share < 1) return { id, name, bytes, received, chunkBytes: 1_000_000, state: 'importing', ...counts, hasRejects: false }
  if (one.number === undefined) {
    one.number = String(imports.length + 1)
    imports.unshift({ id: one.number, name, format: one.format, state: 'done', source: '1', sourceName: one.source ?? 'web', begunAt: new Date(one.began).toISOString(), changedAt: new Date().toISOString(), bytes, lines: 40, accepted: 38, duplicate: 1, rejected: 1, rejectsBytes: 90, events: 38, items: 0 })
  }
  return { id, name, bytes, received, chunkBytes: 1_000_000, state: 'done', ...counts, hasRejects: true, import: one.number, firstReject: "line 17: quantity 'x' is not a whole number" }
}

function listed() {
  for (const one of imports) {
    if (one.began === undefined || one.state !== 'undoing') continue
    one.undoing = { records: Math.min(1000, Date.now() - one.began), of: 1000, ready: false }
    if (Date.now() - one.began > 2000) Object.assign(one, { state: 'undone', undoing: undefined })
  }
  return imports
}

/** undefined: not one of these routes; null: no content. */
export function answerImports(method, path, query, body, size, empty, problem) {
  if (path === '/api/v1/imports') return { items: empty ? [] : listed(), next: null }
  const undo = /^\/api\/v1\/imports\/(\d+)\/undo$/.exec(path)
  if (undo) {
    const one = imports.find((each) => each.id === undo[1])
    if (one === undefined || one.state !== 'done') return problem(409, 'undone', 'this import was undone already')
    Object.assign(one, { state: 'undoing', began: Date.now(), undoneAt: new Date().toISOString() })
    return { resumed: false, import: one }
  }
  if (path === '/api/v1/uploads') {
    const one = { id: String(++last), name: body.name, bytes: body.bytes, received: 0 }
    uploads.set(one.id, one)
    return upload(one)
  }
  const part = /^\/api\/v1\/uploads\/(\d+)(\/\w+)?$/.exec(path)
  if (!part) return undefined
  const one = uploads.get(part[1])
  if (one === undefined) return problem(404, 'not_found', 'no such upload')
  if (part[2] === '/preview') return preview(one, body)
  if (part[2] === '/import') Object.assign(one, { began: Date.now(), format: body.format, source: body.source })
  if (method === 'PUT') one.received = Math.max(one.received, Number(query.get('offset')) + size)
  if (method === 'DELETE') {
    uploads.delete(one.id)
    return null
  }
  return upload(one)
}
