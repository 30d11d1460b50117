// What the walks share: a browser page that remembers what it should not have to say, a count of checks, a way in.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

export const words = (language, folder) => JSON.parse(readFileSync(new URL(`../src/${folder}/${language}.json`, import.meta.url), 'utf8'))
const folders = ['account', 'attribution', 'audit', 'baskets', 'builder', 'campaigns', 'channels', 'consents', 'customers', 'debugger', 'delivery', 'experiments', 'fairness', 'feedback', 'funnels', 'groups', 'imports', 'items', 'journeys', 'live', 'members', 'messages', 'metrics', 'models', 'offers', 'overview', 'paths', 'placements', 'predictions', 'privacy', 'quality', 'raw', 'recommend', 'reports', 'retention', 'scene', 'segments', 'session', 'shared', 'shell', 'sources', 'standing', 'system', 'tags', 'templates', 'views']
/** All words of a language, by folder. */
export const allWords = (language) => Object.fromEntries(folders.map((folder) => [folder, words(language, folder)]))

export const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage']

/** A text with places for values, as a pattern. */
export const pattern = (text) => new RegExp(text.split(/\{\{\w+\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+'))

/** Whether something comes true soon: an address changes before the page that is drawn from it. */
export async function until(holds, ms = 20_000) {
  for (const end = Date.now() + ms; ; await new Promise((done) => setTimeout(done, 50))) {
    if (await holds()) return true
    if (Date.now() > end) return false
  }
}

export function toolsFor({ browser, base, password, mock, screens }) {
  const failures = []
  let passed = 0
  const check = (ok, what) => {
    if (ok) passed += 1
    else {
      failures.push(what)
      console.log(`  FAIL ${what}`)
    }
  }

  /** A fresh browser page. `cookies`: of a session that is open already. */
  async function open(_browser, { width = 1440, height = 960, language = 'zh', dark = false, from = base, expectErrors = false, cookies = undefined } = {}) {
    const context = await browser.newContext({
      viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: language === 'zh' ? 'zh-CN' : 'en-GB', reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    if (cookies !== undefined) await context.addCookies(cookies)
    await context.addInitScript(
      ([lng, signedIn]) => {
        if (window.origin === 'null') return // a frame that may do nothing has no storage
        localStorage.setItem('zhun.language', lng)
        localStorage.setItem('zhun.tour', 'seen') // the tour has a walk of its own
        if (signedIn) localStorage.setItem('zhun.signedIn', '1')
        window.__csp = []
        document.addEventListener('securitypolicyviolation', (event) => window.__csp.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`))
      },
      [language, cookies !== undefined],
    )
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    const errors = []
    page.on('console', (message) => {
      // The browser itself writes a line for each answer >= 400; a wrong password is one.
      const refused = message.text().startsWith('Failed to load resource') && (expectErrors || /api\/v1\/login/.test(message.location().url))
      const kept = message.text().startsWith("Blocked script execution in 'about:srcdoc'") // the frame of a preview does what it is for
      if ((message.type() === 'error' || message.type() === 'warning') && !refused && !kept) errors.push(`${message.type()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => errors.push(`exception: ${error.message}`))

    /** A picture, and what must hold of every page at every moment. */
    const look = async (name, { axe = true, full = false } = {}) => {
      await page.waitForTimeout(300)
      await page.screenshot({ path: join(screens, `${name}.png`), fullPage: full })
      check(errors.length === 0, `${name}: console is quiet (${errors.splice(0).join(' | ')})`)
      const csp = await page.evaluate(() => window.__csp.splice(0))
      check(csp.length === 0, `${name}: policy is kept (${csp.join(' | ')})`)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      check(wide <= 0, `${name}: nothing sticks out sideways (${wide} px)`)
      const bare = await page.evaluate(() => {
        // A key that has no words shows itself: "items.list.title".
        const found = document.body.innerText.match(/\b(account|audit|baskets|builder|campaigns|channels|customers|debugger|delivery|experiments|fairness|funnels|items|journeys|live|members|messages|metrics|offers|overview|paths|placements|raw|recommend|reports|retention|segments|session|shared|shell|system|templates|views)\.[a-z]\w*(\.\w+)*/g) ?? []
        return [...new Set(found)].filter((one) => !one.endsWith('.json'))
      })
      check(bare.length === 0, `${name}: every text has words (${bare.join(', ')})`)
      if (!axe) return
      await page.evaluate(axeSource)
      const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
      const serious = result.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
      for (const one of result.violations.filter((one) => !serious.includes(one))) console.log(`  note ${name}: ${one.impact} ${one.id}: ${one.nodes[0]?.html.slice(0, 120)}`)
      check(serious.length === 0, `${name}: axe (${serious.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 140)} ${n.any[0]?.message ?? ''}`).join(' ; ')}`).join(' | ')})`)
    }
    return { page, context, look, go: (path) => page.goto(from + path, { waitUntil: 'domcontentloaded' }) }
  }

  /** Fills in the sign-in page that is shown. */
  async function signIn(page, w) {
    await page.getByLabel(w.session.user, { exact: true }).fill('admin')
    await page.getByLabel(w.session.password, { exact: true }).fill(password)
    await page.getByRole('button', { name: w.session.submit }).click()
    await page.locator('main.main').waitFor()
  }

  const sessions = new Map()
  /** The cookies of one session an engine: walks share it, for engines limit how often one may sign in. */
  async function sessionOf(from) {
    const known = sessions.get(from)
    if (known !== undefined) return known
    const context = await browser.newContext()
    const answer = await context.request.post(`${from}/api/v1/login`, { data: { user: 'admin', password } })
    if (!answer.ok()) throw new Error(`sign-in at ${from}: ${answer.status()}`)
    const cookies = await context.cookies()
    await context.close()
    sessions.set(from, cookies)
    return cookies
  }
  /** A page where somebody has signed in already. */
  const enter = async (options = {}) => open(browser, { ...options, cookies: await sessionOf(options.from ?? base) })

  return { browser, base, mock, password, screens, check, open, enter, signIn, words, counts: () => ({ passed, failures }) }
}

/** Chromium: Debian's, or the one named. */
export function chromiumPath() {
  const path = process.env.CHROMIUM ?? '/usr/bin/chromium'
  if (!existsSync(path)) throw new Error(`no browser at ${path}: install chromium, or set CHROMIUM`)
  return path
}
