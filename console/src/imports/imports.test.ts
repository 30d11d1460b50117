import { expect, test } from 'vitest'
import { choose, datesOf, exampleOf, put, rowsOf, sendFile, shareOf, type Preview, type Upload } from './imports'

test('a column has one meaning, and a meaning one column', () => {
  const map = { columns: { order_id: 'No', title: 'Name' } }
  expect(choose(map, 'Nr', 'order_id').columns).toEqual({ title: 'Name', order_id: 'Nr' })
  expect(choose(map, 'Name', 'brand').columns).toEqual({ order_id: 'No', brand: 'Name' })
  expect(choose(map, 'No', '').columns).toEqual({ title: 'Name' })
})

test('what is emptied is left to the engine', () => {
  expect(put({ currency: 'CNY' }, 'currency', '')).toEqual({})
  expect(put({}, 'dates', '%d/%m/%Y')).toEqual({ dates: ['%d/%m/%Y'] })
})

test('both readings of a date stand to choose', () => {
  const preview = { map: {}, columns: [{ name: 'D', is: 'ordered_at', kind: 'date', filled: 1, blank: 0, samples: [], dates: '%d/%m/%Y', otherDates: '%m/%d/%Y' }] } as unknown as Preview
  expect(datesOf(preview).slice(0, 3)).toEqual(['%d/%m/%Y', '%m/%d/%Y', 'iso8601'])
  expect(exampleOf('%d/%m/%Y %H:%M')).toBe('31/12/2026 20:05')
  expect(exampleOf('%Y年%m月%d日')).toBe('2026年12月31日')
})

test('the first lines are read', () => {
  const events = [{ type: 'track', event: 'Order Completed', userId: 'u', timestamp: '2026-01-02T00:00:00.000Z', properties: { currency: 'CNY', products: [{ product_id: 'k', name: 'Tea', price: 12.5, quantity: 2 }] } }]
  expect(rowsOf({ events } as unknown as Preview)[0]).toEqual({ key: 'e0', what: 'Order Completed', who: 'u', item: 'k · Tea', amount: '2 × 12.5 CNY', when: '2026-01-02T00:00:00.000Z' })
  expect(rowsOf({ items: [{ itemId: 'k', title: 'Tea', priceCents: 250, currency: 'CNY', stock: 3 }] } as unknown as Preview)[0]?.amount).toBe('2.5 CNY')
})

test('a file goes in parts, and a lost part again', async () => {
  const file = new Blob(['x'.repeat(25)])
  const upload = { id: '1', name: 'a', bytes: 25, received: 0, chunkBytes: 10, state: 'uploading' } as Upload
  const sent: number[] = []
  let lost = 1
  const send = async (_: string, offset: number, part: Blob) => {
    if (offset === 10 && lost-- > 0) throw new Error('lost')
    return { ...upload, received: offset + part.size }
  }
  const done = await sendFile(file, upload, (at) => sent.push(at), new AbortController().signal, send)
  expect(done.received).toBe(25)
  expect(sent).toEqual([10, 20, 25])
  await expect(sendFile(file, upload, () => undefined, new AbortController().signal, async () => { throw new Error('gone') })).rejects.toThrow('gone')
})

test('a share is between nothing and all', () => {
  expect([shareOf(1, 2), shareOf(3, 2), shareOf(1, 0), shareOf(undefined, 5)]).toEqual([0.5, 1, 0, 0])
})
