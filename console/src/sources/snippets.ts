// How a sender is pointed at this engine, ready to paste: its address and a write key, nothing else to fill in.

export const senders = ['zhun', 'segmentBrowser', 'segmentNode', 'rudderBrowser', 'rudderNode', 'sensors', 'curl'] as const
export type Sender = (typeof senders)[number]

export const KEY_PLACE = 'YOUR_WRITE_KEY'

/** What a person would write between single quotes in JavaScript, HTML and a shell: keys and addresses have nothing else. */
const plain = (text: string) => text.replace(/[^\w.:/\-[\]]/g, '')

const texts: Record<Sender, (address: string, key: string) => string> = {
  zhun: (address, key) => `<script>
  window.zhun = window.zhun || [];
  zhun.push(['load', '${key}', { host: '${address}' }]);
  zhun.push(['page']);
</script>
<script async src="${address}/zhun.js"></script>`,
  segmentBrowser: (address, key) => `import { AnalyticsBrowser } from '@segment/analytics-next'

const analytics = AnalyticsBrowser.load({
  writeKey: '${key}',
  cdnURL: '${address}',
})
analytics.page()`,
  segmentNode: (address, key) => `import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: '${key}', host: '${address}' })
analytics.track({
  userId: 'u1',
  event: 'Product Viewed',
  properties: { product_id: '85123A' },
})`,
  rudderBrowser: (address, key) => `import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'

const rudder = new RudderAnalytics()
rudder.load('${key}', '${address}', { configUrl: '${address}' })
rudder.page()`,
  rudderNode: (address, key) => `import RudderAnalytics from '@rudderstack/rudder-sdk-node'

const rudder = new RudderAnalytics('${key}', { dataPlaneUrl: '${address}' })
rudder.track({
  userId: 'u1',
  event: 'Product Viewed',
  properties: { product_id: '85123A' },
})`,
  sensors: (address, key) => `import sensors from 'sa-sdk-javascript'

sensors.init({
  server_url: '${address}/sa?token=${key}',
  use_client_time: true,
})
sensors.quick('autoTrack')`,
  curl: (address, key) => `curl ${address}/v1/track -u '${key}:' \\
  -H 'Content-Type: application/json' \\
  -d '{"userId":"u1","event":"Product Viewed","properties":{"product_id":"85123A"}}'`,
}

export function snippetOf(sender: Sender, address: string, key: string): string {
  return texts[sender](plain(address), plain(key.trim()) || KEY_PLACE)
}

export function senderOf(search: URLSearchParams): Sender {
  return senders.find((one) => one === search.get('sdk')) ?? 'zhun'
}
