/* zhun.js -- the browser's side of zhun: what a customer does goes to the engine, what to show comes back.
 *
 * Promises
 *   delivery   an event is kept in localStorage under its messageId until the engine has said 200. It may be sent
 *              twice (by two tabs, or by a page that was left while it asked); the engine keeps it once.
 *   consent    with {consent: 'required'} nothing is sent or stored until analytics is granted. What was said about
 *              each purpose goes with every event; Global Privacy Control is a no to marketing and sharing.
 *   switch     with {personalized: false} nothing is stored, and questions for recommendations carry no id.
 *   safety     no eval, no innerHTML, no inline style: 'self' and the engine's host are enough for a policy.
 * Not here     sessions, ad pixels, fingerprints: an event says what the shop told us and the page it happened on.
 * ES2018, no dependency. See README.md beside this file.
 */
(function () {
  'use strict'

  const EVENTS_MAX = 100 // waiting events of a browser; over it the oldest go and are counted
  const BYTES_MAX = 256 * 1024 // of them together: a twentieth of what a site may store
  const EVENT_BYTES_MAX = 32768 // the engine takes no larger one
  const CHUNK_BYTES_MAX = 60000 // one request; browsers let 64 KiB finish after the page is gone
  const BACKOFF_MS_MIN = 1000 // doubled after each failure, with jitter
  const BACKOFF_MS_MAX = 60000
  const RETRY_AFTER_S_MAX = 300 // a longer pause is a mistake of whoever asked for it
  const REQUEST_MS_MAX = 15000
  const ID_SECONDS = 31536000 // a year
  const SEEN_PART = 0.5 // of an item is visible: it was shown
  const SEEN_MS = 500 // and the ones seen within it make one event

  const win = window, doc = document, script = doc.currentScript
  const doNotShare = navigator.globalPrivacyControl === true
  const STORED = 'zhun_e.' // one key an event: tabs add and remove without a lock

  let options // of load; undefined before
  let off = false // non-personalised mode
  let said // {categoryPreferences, version, updatedAt}: what the customer chose, or undefined
  let anonymousId, userId
  let waiting = [] // events, oldest first: {key, text, bytes, busy}
  let dropped = 0, failures = 0, quietUntil = 0, sending = 0, timer
  const early = [] // calls before load
  let loaded
  const whenLoaded = new Promise((done) => (loaded = done))

  /* ---- what the browser keeps ---- */

  const attempt = (act) => {
    try {
      return act()
    } catch (e) {} // storage may be full, forbidden or absent: then memory is all there is
  }
  const read = (name) => attempt(() => localStorage.getItem(name))
  const forget = (name) => attempt(() => localStorage.removeItem(name))
  const write = (name, text) => attempt(() => (localStorage.setItem(name, text), true))
  const readCookie = () => (doc.cookie.match(/(?:^|; )zhun_id=([^;]+)/) || [])[1]
  const writeCookie = (value, seconds) => {
    doc.cookie = `zhun_id=${value}; path=/; max-age=${seconds}; samesite=lax` + (options.cookieDomain ? '; domain=' + options.cookieDomain : '') +
      (location.protocol === 'https:' ? '; secure' : '')
  }
  const uuid = () => '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16))

  /* ---- consent, and the switch ---- */

  const allows = (purpose) => {
    const choice = said && said.categoryPreferences[purpose]
    return options.consent === 'required' ? choice === true : choice !== false
  }
  const isUndecided = () => options.consent === 'required' && (!said || said.categoryPreferences.analytics === undefined)
  const mayStore = () => !off && allows('analytics')
  const isPersonal = () => !off && allows('analytics') && allows('personalization')

  function consentNow() {
    if (!said && !doNotShare) return undefined // nothing was said: nothing is enforced
    const now = Object.assign({}, said)
    if (doNotShare) {
      now.gpc = true
      now.categoryPreferences = Object.assign({}, now.categoryPreferences, { marketing: false, sharing: false })
    }
    return now
  }

  function consent(purposes, version) {
    if (purposes) {
      const known = storedId() // before the others hear of it: they forget it at once
      said = { categoryPreferences: Object.assign({}, said && said.categoryPreferences, purposes), version: version || options.consentVersion, updatedAt: new Date().toISOString() }
      write('zhun_consent', JSON.stringify(said))
      if (allows('analytics')) {
        settle()
        track('Segment Consent Preference Updated')
      } else if (!isUndecided()) refuse(known)
    }
    return consentNow()
  }

  /* A no: what waits is gone, and so are the names. A browser the engine knows tells it, as the last thing. */
  function refuse(known) {
    const user = userId
    drop()
    if (known) {
      put('track', { event: 'Segment Consent Preference Updated', anonymousId: known, userId: user })
      flush()
    }
  }

  function drop() {
    adopt()
    waiting.forEach(remove)
    waiting = []
    forgetNames()
    userId = undefined
  }

  function forgetNames() {
    anonymousId = uuid() // what comes next on this page is of nobody known
    writeCookie('', 0)
    forget('zhun_id')
    forget('zhun_user')
  }

  /* What was said on other pages and in other tabs. */
  function recall() {
    off = options.personalized === false || (options.personalized === undefined && read('zhun_off') === '1')
    said = attempt(() => JSON.parse(read('zhun_consent'))) || undefined
    if (said && !said.categoryPreferences) said = undefined
    if (said && options.consentVersion && said.version !== options.consentVersion) keepRefusals()
  }

  /* Another text needs another yes; a no stays a no. */
  function keepRefusals() {
    const choices = said.categoryPreferences
    Object.keys(choices).forEach((purpose) => choices[purpose] && delete choices[purpose])
  }

  function personalize(on) {
    if (on === !off) return
    off = !on
    if (on) {
      forget('zhun_off')
      settle()
    } else {
      forgetNames()
      adopt()
      waiting.forEach(remove) // they wait in memory
      write('zhun_off', '1') // the choice is remembered, and nothing else
    }
  }

  /* ---- who ---- */

  const storedId = () => readCookie() || read('zhun_id')

  /* Another tab may have signed in or out. */
  function refreshNames() {
    if (!mayStore()) return
    const user = read('zhun_user')
    anonymousId = storedId() || anonymousId
    if (user !== undefined) userId = user || undefined // undefined: no storage, so memory knows best
  }

  function keepNames() {
    writeCookie(anonymousId, ID_SECONDS)
    if (readCookie() !== anonymousId) write('zhun_id', anonymousId)
    if (userId) write('zhun_user', userId)
    else forget('zhun_user')
  }

  /* Names and events of this page move to where they may be. */
  function settle() {
    if (!mayStore()) return
    anonymousId = storedId() || anonymousId
    userId = userId || read('zhun_user') || undefined
    keepNames()
    waiting.forEach(keep)
    adopt()
    later()
  }

  function identify(id, traits) {
    if (typeof id !== 'string' && typeof id !== 'number') (traits = id), (id = undefined)
    if (id !== undefined && id !== '') {
      id = '' + id
      refreshNames()
      if (userId && userId !== id) anonymousId = uuid() // somebody else at the same browser is not the same customer
      userId = id
      if (mayStore()) keepNames()
    }
    put('identify', { traits: traits || {} })
  }

  function reset() {
    userId = undefined
    anonymousId = uuid()
    if (mayStore()) keepNames()
  }

  /* ---- events ---- */

  function context() {
    const campaign = {}
    new URLSearchParams(location.search).forEach((value, name) => {
      if (name.slice(0, 4) === 'utm_') campaign[name === 'utm_campaign' ? 'name' : name.slice(4)] = value
    })
    return {
      library: { name: 'zhun.js', version: '0.1.0' },
      page: pageNow(),
      campaign: Object.keys(campaign).length ? campaign : undefined,
      locale: navigator.language,
      timezone: attempt(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
      userAgent: navigator.userAgent,
      consent: consentNow(),
    }
  }
  const pageNow = () => ({ path: location.pathname, referrer: doc.referrer, search: location.search, title: doc.title, url: location.href })

  function put(type, fields) {
    refreshNames()
    const messageId = uuid(), at = new Date()
    const event = Object.assign({ type, messageId, timestamp: at.toISOString(), anonymousId, userId, context: context() }, fields)
    const text = JSON.stringify(event)
    add({ key: STORED + at.getTime() + '.' + messageId, text, bytes: new Blob([text]).size })
    if (waiting.length >= options.flushAt) flush()
    else later()
  }
  const keep = (event) => mayStore() && write(event.key, event.text)
  const remove = (event) => forget(event.key)

  function add(event) {
    if (event.bytes > EVENT_BYTES_MAX) {
      dropped++
      return
    }
    waiting.push(event)
    let bytes = waiting.reduce((sum, one) => sum + one.bytes, 0)
    while (waiting.length > EVENTS_MAX || bytes > BYTES_MAX) {
      const oldest = waiting.shift()
      bytes -= oldest.bytes
      remove(oldest)
      dropped++
    }
    keep(event)
  }

  /* What earlier pages and other tabs left. A tab that still sends one of them does no harm: see the promises. */
  function adopt() {
    const mine = {}
    waiting.forEach((event) => (mine[event.key] = 1))
    const left = (attempt(() => Object.keys(localStorage)) || []).filter((key) => key.indexOf(STORED) === 0 && !mine[key]).sort()
    const fresh = waiting
    waiting = []
    left.forEach((key) => {
      const text = read(key)
      if (attempt(() => JSON.parse(text).messageId)) add({ key, text, bytes: new Blob([text]).size })
      else forget(key) // half written, or not ours: it would spoil its batch
    })
    fresh.forEach(add)
  }

  const recorded = (type, fields) => {
    if (isUndecided() || allows('analytics')) put(type, fields)
  }
  const track = (event, properties) => recorded('track', { event, properties: properties || {} })
  const page = (name, properties) => {
    if (name && typeof name !== 'string') (properties = name), (name = undefined)
    recorded('page', { name, properties: Object.assign(pageNow(), name ? { name } : {}, properties) })
  }

  /* ---- sending ---- */

  function later() {
    if (!timer && waiting.length) timer = setTimeout(flush, Math.max(options.flushMs, quietUntil - Date.now()))
  }

  /* The oldest that are not under way, as much as one request may have. */
  function chunk() {
    const out = []
    let bytes = 200 // of the envelope
    for (const event of waiting) {
      if (event.busy) continue
      if ((bytes += event.bytes + 1) > CHUNK_BYTES_MAX) break
      event.busy = true
      out.push(event)
    }
    return out
  }

  const bodyOf = (events) =>
    `{"writeKey":${JSON.stringify(options.writeKey)},"sentAt":"${new Date().toISOString()}","batch":[${events.map((one) => one.text)}]}`

  function done(events, refused) {
    failures = 0
    if (refused) dropped += events.length // asked again they would be refused again
    events.forEach(remove)
    waiting = waiting.filter((one) => events.indexOf(one) < 0)
  }

  function failed(events, retryAfter) {
    events.forEach((one) => (one.busy = false))
    const pause = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** failures++) * (0.5 + Math.random() / 2)
    quietUntil = Date.now() + (retryAfter > 0 ? Math.min(retryAfter, RETRY_AFTER_S_MAX) * 1000 : pause)
  }

  function flush(leaving) {
    clearTimeout(timer)
    timer = 0
    if (isUndecided() || navigator.onLine === false || (sending && leaving !== true)) return
    if (Date.now() < quietUntil && (leaving !== true || mayStore())) return later()
    const events = chunk()
    if (!events.length) return
    const url = options.host + '/v1/b', body = bodyOf(events)
    if (leaving === true && !('keepalive' in Request.prototype)) {
      navigator.sendBeacon(url, body) // nobody tells how it ended: what is stored is sent again, and kept once
      events.forEach((one) => (one.busy = false))
      return
    }
    const stop = new AbortController()
    const limit = setTimeout(() => stop.abort(), REQUEST_MS_MAX)
    sending++
    fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'text/plain' }, credentials: 'omit', keepalive: true, signal: stop.signal })
      .then(
        (answer) => {
          if (answer.status === 429 || answer.status === 408 || answer.status >= 500) failed(events, +answer.headers.get('Retry-After'))
          else done(events, answer.status >= 400)
          return answer.text() // an answer that nobody reads counts against the 64 KiB under way
        },
        () => failed(events),
      )
      .catch(() => {})
      .then(() => {
        clearTimeout(limit)
        sending--
        if (waiting.length >= options.flushAt) flush()
        later()
      })
    if (leaving === true) flush(true) // the rest, in as many pieces as it takes
  }

  const leave = () => {
    exposures.forEach((report) => report())
    if (options && !isUndecided()) flush(true)
  }

  /* ---- recommendations ---- */

  const exposures = []
  const WORDS = {
    en: ['Recommended', 'Recommended for you', 'Why this?', 'Not interested', 'Undo'],
    zh: ['推荐商品', '为你推荐', '为什么推荐？', '不感兴趣', '撤销'],
  }
  const language = () => ((doc.documentElement.lang || navigator.language).slice(0, 2) === 'zh' ? 'zh' : 'en')
  const safeUrl = (text) => attempt(() => (/^https?:$/.test(new URL(text, location).protocol) ? text : undefined))

  function element(parent, tag, name, text) {
    const made = doc.createElement(tag)
    if (name) made.className = 'zhun-' + name
    if (text) made.textContent = text
    parent.appendChild(made)
    return made
  }

  /* A button that says no to an item, and then takes it back; the engine's words stand beside it. */
  function drawNo(into, itemId, decisionId, words) {
    const button = element(into, 'button', 'no', words[3]), said = element(into, 'span', 'said')
    button.type = 'button'
    said.setAttribute('role', 'status')
    button.onclick = () => {
      const undo = button.textContent === words[4]
      feedback(undo ? 'undo' : 'not_interested', undo ? { itemId } : { itemId, decisionId }).then((answer) => {
        if (!answer) return
        button.textContent = words[undo ? 3 : 4]
        said.textContent = answer.text[language()]
      })
    }
  }

  const price = (item) =>
    attempt(() => {
      const format = new Intl.NumberFormat(doc.documentElement.lang || undefined, { style: 'currency', currency: item.currency })
      return format.format(item.priceCents / 10 ** format.resolvedOptions().maximumFractionDigits)
    })

  function drawList(answer, into, words) {
    if (!answer.items.length) return
    const list = element(into, 'ul', 'list')
    list.setAttribute('aria-label', words[answer.personalized ? 1 : 0])
    answer.items.forEach((one) => {
      const item = one.item || {}, href = item.url && safeUrl(item.url), image = item.imageUrl && safeUrl(item.imageUrl)
      const row = element(list, 'li', 'item')
      row.dataset.zhunItem = one.itemId
      const link = element(row, href ? 'a' : 'span', 'link')
      if (href) link.href = href
      if (image) {
        const picture = element(link, 'img', 'image')
        picture.loading = 'lazy'
        picture.alt = '' // the title stands beside it
        picture.src = image
      }
      element(link, 'span', 'title', item.title || one.itemId)
      if (item.priceCents !== undefined) element(link, 'span', 'price', price(item))
      if (one.reason) {
        const why = element(row, 'details', 'why')
        element(why, 'summary', '', words[2])
        element(why, 'p', '', one.reason.text[language()])
        if (isPersonal()) drawNo(why, one.itemId, answer.decisionId, words)
      }
    })
  }

  /* What was seen and what was clicked, of everything in `into` that carries data-zhun-item. */
  function watch(answer, into) {
    const list_id = answer.placement, decisionId = answer.decisionId
    const products = {}
    answer.items.forEach((one) => {
      products[one.itemId] = { product_id: one.itemId, position: one.rank, name: one.item && one.item.title }
    })
    let seen = [], wait
    const report = () => {
      clearTimeout(wait)
      wait = 0
      if (seen.length) track('Product List Viewed', { list_id, decisionId, products: seen.splice(0) })
    }
    exposures.push(report)
    const observer = new IntersectionObserver(
      (entries) =>
        entries.forEach((entry) => {
          if (!entry.isIntersecting) return
          observer.unobserve(entry.target)
          const product = products[entry.target.dataset.zhunItem]
          if (product) seen.push(product)
          if (product && !wait) wait = setTimeout(report, SEEN_MS)
        }),
      { threshold: SEEN_PART },
    )
    into.querySelectorAll('[data-zhun-item]').forEach((row) => observer.observe(row))
    const clicked = (event) => {
      const row = event.target.closest('[data-zhun-item]')
      const product = row && products[row.dataset.zhunItem]
      if (product && event.button < 2 && !event.target.closest('details')) track('Product Clicked', Object.assign({ list_id, decisionId }, product))
    }
    into.addEventListener('click', clicked)
    into.addEventListener('auxclick', clicked) // the middle button opens a new tab
    return () => {
      report()
      exposures.splice(exposures.indexOf(report), 1)
      observer.disconnect()
      into.removeEventListener('click', clicked)
      into.removeEventListener('auxclick', clicked)
    }
  }

  const endings = new WeakMap() // of a container: how to stop watching what it shows

  function show(answer, ask) {
    const into = typeof ask.into === 'string' ? doc.querySelector(ask.into) : ask.into
    if (!into) return
    if (endings.has(into)) endings.get(into)()
    into.textContent = ''
    into.dataset.zhunPlacement = answer.placement
    into.dataset.zhunDecision = answer.decisionId
    into.dataset.zhunPersonalized = answer.personalized
    if (ask.render) ask.render(answer, into)
    else drawList(answer, into, Object.assign([], WORDS[language()], ask.words))
    endings.set(into, watch(answer, into))
  }

  function recommend(placement, ask) {
    ask = ask || {}
    const query = new URLSearchParams({ writeKey: options.writeKey, n: ask.n || 10 })
    if (ask.itemId) query.set('itemId', ask.itemId)
    if (ask.cart) query.set('cart', ask.cart.join())
    if (ask.exclude) query.set('exclude', ask.exclude.join())
    refreshNames()
    if (isPersonal()) query.set('anonymousId', anonymousId)
    return fetch(`${options.host}/v1/recommend/${encodeURIComponent(placement)}?${query}`, { credentials: 'omit' })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((answer) => {
        if (answer && ask.into) show(answer, ask)
        return answer
      })
      .catch(() => null) // a page without recommendations is still a page
  }

  /* His word on what he is shown; null where it was not taken, or nobody may know who he is. */
  function feedback(kind, about) {
    refreshNames()
    if (!isPersonal()) return Promise.resolve(null)
    const body = JSON.stringify(Object.assign({}, about, { kind, anonymousId })) // a plain text, so that no preflight is needed
    return fetch(`${options.host}/v1/feedback?writeKey=${encodeURIComponent(options.writeKey)}`, { method: 'POST', body, credentials: 'omit' })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null)
  }

  /* ---- the face ---- */

  function load(writeKey, given) {
    if (options) return
    options = Object.assign({ host: script && script.src ? new URL(script.src).origin : location.origin, flushAt: 10, flushMs: 2000 }, given, { writeKey })
    options.host = options.host.replace(/\/$/, '')
    recall()
    anonymousId = (!off && storedId()) || uuid()
    settle()
    addEventListener('pagehide', leave)
    doc.addEventListener('visibilitychange', () => doc.visibilityState === 'hidden' && leave())
    addEventListener('online', () => flush())
    addEventListener('storage', (event) => {
      if (event.key !== 'zhun_consent' && event.key !== 'zhun_off') return
      recall() // another tab said yes or no
      if (isUndecided() || allows('analytics')) off ? forgetNames() : settle()
      else drop()
    })
    early.splice(0).forEach((call) => act(call[0], call[1]))
    loaded()
  }

  const acts = {
    load,
    track,
    page,
    identify: (id, traits) => (isUndecided() || allows('analytics') ? identify(id, traits) : undefined),
    group: (groupId, traits) => recorded('group', { groupId, traits: traits || {} }),
    alias: (id, previousId) => recorded('alias', { userId: id, previousId: previousId || userId || anonymousId }),
    reset,
    consent,
    personalize,
    flush,
    ready: (fn) => fn(zhun),
  }
  const act = (name, given) => {
    if (!options && name !== 'load') return void early.push([name, given])
    return acts[name] && acts[name](...given)
  }

  const before = win.zhun || []
  const zhun = {
    push: (...calls) => calls.forEach((call) => (/^(recommend|feedback)$/.test(call[0]) ? zhun[call[0]](call[1], call[2]) : act(call[0], call.slice(1)))),
    recommend: (placement, ask) => whenLoaded.then(() => recommend(placement, ask)),
    feedback: (kind, about) => whenLoaded.then(() => feedback(kind, about)),
    id: () => ({ anonymousId, userId }),
    get dropped() {
      return dropped
    },
  }
  Object.keys(acts).forEach((name) => (zhun[name] = (...given) => act(name, given)))
  if (before.load) return // loaded twice: the first stays
  win.zhun = zhun
  if (script && script.dataset.writeKey) load(script.dataset.writeKey, { consent: script.dataset.consent })
  zhun.push(...before)
})()
