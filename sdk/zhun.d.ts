/** Types of zhun.js, the browser SDK. `window.zhun` is a `Zhun` once the script has come, and an array before. */

export type Json = string | number | boolean | null | undefined | Json[] | { [name: string]: Json }
export interface Properties {
  [name: string]: Json
}

/** What a customer may be asked. Other names are kept and sent as they are. */
export interface Purposes {
  /** Events are recorded and sent, and an anonymous id is kept. */
  analytics?: boolean
  /** Questions for recommendations carry the anonymous id. */
  personalization?: boolean
  /** Messages. Always false under Global Privacy Control. */
  marketing?: boolean
  /** Passing data on. Always false under Global Privacy Control. */
  sharing?: boolean
  [purpose: string]: boolean | undefined
}

/** What the customer said, as it goes with every event in `context.consent`. */
export interface Consent {
  categoryPreferences: Purposes
  /** Of the text that was shown. */
  version?: string
  /** ISO 8601. */
  updatedAt?: string
  /** The browser sends Global Privacy Control. */
  gpc?: true
}

export interface LoadOptions {
  /** The engine's address, such as `https://engine.shop.example`. Default: where the script came from. */
  host?: string
  /** 'required': nothing is sent or stored before `analytics` is granted; each purpose needs a yes of its own. Default: until refused. */
  consent?: 'required'
  /** Of the consent text. A yes to another version does not count; a no does. */
  consentVersion?: string
  /** false: non-personalised mode for this page, whatever `personalize` said; true: not. Default: what `personalize` said. */
  personalized?: boolean
  /** Send when so many events wait. Default 10. */
  flushAt?: number
  /** Send after so many milliseconds. Default 2000. */
  flushMs?: number
  /** Domain of the cookie, to share an id over subdomains. Default: this host only. */
  cookieDomain?: string
}

export interface Recommended {
  itemId: string
  /** From 1. */
  rank: number
  score: number
  propensity: number
  reason?: { code: string; text: { en: string; zh: string } }
  item?: { title: string; category: string; brand: string; priceCents?: number; currency?: string; imageUrl?: string; url?: string }
}

export interface Answer {
  decisionId: string
  placement: string
  personalized: boolean
  strategy: string
  items: Recommended[]
}

export interface RecommendOptions {
  /** How many. Default 10. */
  n?: number
  /** The item the page is about. */
  itemId?: string
  /** Item ids in the cart. */
  cart?: (string | number)[]
  /** Item ids never to show now. */
  exclude?: (string | number)[]
  /** Where to draw. Without it, only the answer is given, and nothing is reported. */
  into?: Element | string
  /** Draw it yourself into the emptied container. Whatever carries `data-zhun-item="ID"` is watched for views and clicks. */
  render?: (answer: Answer, into: HTMLElement) => void
  /** Name of the list, its name when it is personal, the question that opens a reason, and the buttons there. Default: by the page's `lang`. */
  words?: [list: string, personal: string, why: string, notInterested?: string, undo?: string]
}

export interface About {
  /** Of a brand or category: an item of it, or its `name`. */
  itemId?: string
  /** Of the list the item stood in; `why` needs it. */
  decisionId?: string
  /** Default item; of `undo`: any. */
  scope?: 'item' | 'brand' | 'category'
  name?: string
}

export interface Feedback {
  kind: string
  /** false: it stood already, or there was nothing to take back. */
  changed: boolean
  scope?: 'item' | 'brand' | 'category'
  itemId?: string
  title?: string
  name?: string
  /** What changed. */
  text?: { en: string; zh: string }
  /** false: personalisation is off, so it is kept for later. */
  applies: boolean
  /** Of `why`. */
  reason?: { code: string; text: { en: string; zh: string } }
}

export interface Zhun {
  /** The second and later calls do nothing. */
  load(writeKey: string, options?: LoadOptions): void
  track(event: string, properties?: Properties): void
  identify(userId: string | number, traits?: Properties): void
  identify(traits: Properties): void
  page(name?: string, properties?: Properties): void
  page(properties: Properties): void
  group(groupId: string, traits?: Properties): void
  alias(userId: string, previousId?: string): void
  /** After signing out: a new anonymous id, no user id. What waits keeps its ids. */
  reset(): void
  /** Calls back when loaded. */
  ready(fn: (zhun: Zhun) => void): void
  /** Without arguments: what was said, or undefined. With: keep and send it. */
  consent(purposes?: Purposes, version?: string): Consent | undefined
  /** false: forget the ids, store only this choice, ask for recommendations without ids. */
  personalize(on: boolean): void
  /** Send what waits now. */
  flush(): void
  /** The answer, or null where none came. */
  recommend(placement: string, options?: RecommendOptions): Promise<Answer | null>
  /** What the customer says of what he is shown; null where it was not taken, or nobody may know who he is. */
  feedback(kind: 'not_interested' | 'block' | 'undo' | 'why' | 'useful', about?: About): Promise<Feedback | null>
  /** Works before the script has come, too: `zhun.push(['track', 'Product Viewed', {product_id: 'p1'}])`. */
  push(...calls: [name: string, ...given: unknown[]][]): void
  id(): { anonymousId?: string; userId?: string }
  /** Events lost on this page: over 100 or 256 KB waiting, over 32 KB each, or refused by the engine. */
  readonly dropped: number
}

declare global {
  interface Window {
    zhun: Zhun
  }
}
