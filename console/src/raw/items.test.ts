import { expect, it } from 'vitest'
import { itemsOf } from './items'

it.each([
  ['a product', { product_id: '22423', name: 'CAKESTAND' }, [{ itemId: '22423', title: 'CAKESTAND' }]],
  ['an order, each item once', { products: [{ product_id: 'a' }, { sku: 'b', name: 'B' }, { product_id: 'a' }] }, [{ itemId: 'a', title: undefined }, { itemId: 'b', title: 'B' }]],
  ['numbers as ids', { product_id: 7 }, [{ itemId: '7', title: undefined }]],
  ['what is no list of products', { products: 'none' }, []],
  ['a page', { path: '/' }, []],
  ['nothing', undefined, []],
])('itemsOf %s', (_, properties, want) => expect(itemsOf(properties)).toEqual(want))
