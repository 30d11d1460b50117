// Walks through the console in a real browser, in both languages, and looks at it.
//   node e2e/run.mjs                        against the mock, all views
//   BASE_URL=http://127.0.0.1:8700 ZHUN_ADMIN_PASSWORD=… node e2e/run.mjs   against an engine
// Fails on: a console error, a breach of the content security policy, a finding of axe that is serious
// or critical, a page that scrolls sideways at 390 px, a missing control. Screenshots: out/screens/.
import { readFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { start } from '../mock/server.mjs'

const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const root = fileURLToPath(new URL('../../', import.meta.url))
const screens = process.env.SCREENS ?? join(root, 'out/screens')
mkdirSync(screens, { recursive: true })

const words = (language, folder) => JSON.parse(readFileSync(new URL(`../src/${folder}/${language}.json`, import.meta.url), 'utf8'))
const failures = []
let passed = 0
function check(ok, what) {
  if (ok) passed += 1
  else {
    failures.push(what)
    console.log(`  FAIL ${what}`)
  }
}

const real = process.env.BASE_URL
const mock = real === undefined ? await start() : undefined
const base = real ?? mock.url
const password = process.env.ZHUN_ADMIN_PASSWORD ?? mock?.password
if (password === undefined) throw new Error('set ZHUN_ADMIN_PASSWORD')

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage']

/** A fresh browser page that remembers everything it should not have to say. */
async function open(browser, { width = 1440, height = 960, language = 'zh', dark = false, from = base, expectErrors = false }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: language === 'zh' ? 'zh-CN' : 'en-GB', reducedMotion: 'reduce' })
  await context.addInitScript((lng) => {
    localStorage.setItem('zhun.language', lng)
    window.__csp = []
    document.addEventListener('securitypolicyviolation', (event) => window.__csp.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`))
  }, language)
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const errors = []
  page.on('console', (message) => {
    // The browser itself writes a line for each answer >= 400; a wrong password is one.
    const refused = message.text().startsWith('Failed to load resource') && (expectErrors || /api\/v1\/login/.test(message.location().url))
    if ((message.type() === 'error' || message.type() === 'warning') && !refused) errors.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => errors.push(`exception: ${error.message}`))
  const look = async (name, { axe = true } = {}) => {
    await page.waitForTimeout(350)
    await page.screenshot({ path: join(screens, `${name}.png`) })
    check(errors.length === 0, `${name}: console is quiet (${errors.splice(0).join(' | ')})`)
    const csp = await page.evaluate(() => window.__csp.splice(0))
    check(csp.length === 0, `${name}: policy is kept (${csp.join(' | ')})`)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    check(wide <= 0, `${name}: nothing sticks out sideways (${wide} px)`)
    if (!axe) return
    await page.evaluate(axeSource)
    const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
    const serious = result.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
    const minor = result.violations.filter((one) => !serious.includes(one))
    for (const one of minor) console.log(`  note ${name}: ${one.impact} ${one.id}: ${one.nodes[0]?.html.slice(0, 120)}`)
    check(serious.length === 0, `${name}: axe (${serious.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((n) => n.html.slice(0, 140) + ' ' + (n.any[0]?.message ?? '')).join(' ; ')}`).join(' | ')})`)
  }
  return { page, context, look, go: (path) => page.goto(from + path, { waitUntil: 'domcontentloaded' }) }
}

async function signIn(page, w) {
  await page.getByLabel(w.session.user, { exact: true }).fill('admin')
  await page.getByLabel(w.session.password, { exact: true }).fill(password)
  await page.getByRole('button', { name: w.session.submit }).click()
  await page.getByRole('heading', { level: 1, name: w.overview.title }).waitFor()
}

async function walk(browser, language) {
  const w = Object.fromEntries(['session', 'overview', 'customers', 'recommend', 'shell', 'shared'].map((folder) => [folder, words(language, folder)]))
  const at = (name) => `${name}-${language}`
  console.log(`language ${language}`)
  const { page, context, look, go } = await open(browser, { language })

  const loaded = []
  page.on('response', (response) => {
    if (/\/assets\//.test(response.url())) loaded.push(response.body().then((body) => gzipSync(body, { level: 9 }).length).catch(() => 0))
  })
  await go('/')
  await page.getByRole('heading', { name: w.session.title }).waitFor()
  await look(at('signin'))
  await page.getByLabel(w.session.user, { exact: true }).fill('admin')
  await page.getByLabel(w.session.password, { exact: true }).fill('wrong password here')
  await page.getByRole('button', { name: w.session.submit }).click()
  await page.getByText(w.session.errors.wrong).waitFor()
  await look(at('signin-wrong'))
  await signIn(page, w)
  await page.locator('.event').first().waitFor()
  const bytes = (await Promise.all(loaded)).reduce((sum, one) => sum + one, 0)
  console.log(`  first load, sign-in and overview: ${Math.round(bytes / 1000)} kB compressed`)
  check(bytes > 10_000 && bytes < 350_000, `${language}: first load is ${bytes} bytes`)
  await page.reload({ waitUntil: 'domcontentloaded' }) // the session outlives a reload

  await page.getByRole('heading', { name: w.overview.daily.title }).waitFor()
  await page.locator('.event').first().waitFor()
  await page.locator('.wire-open').waitFor()
  await page.waitForTimeout(2500)
  await look(at('overview'))
  await page.getByRole('button', { name: w.overview.events.pause }).click()
  const before = await page.locator('.event').first().innerText()
  await page.waitForTimeout(2500)
  check(before === (await page.locator('.event').first().innerText()), `${language}: paused events stand still`)
  await page.getByRole('button', { name: w.overview.events.resume }).click()
  if (mock) {
    await page.waitForTimeout(300)
    check(before !== (await page.locator('.event').first().innerText()), `${language}: resumed events move on`)
  }
  const chart = page.getByRole('group', { name: w.overview.daily.title })
  await chart.focus()
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowLeft')
  check((await chart.locator('.chart-tip').innerText()).length > 0, `${language}: the chart is read with the keyboard`)
  await look(at('overview-keyboard'))
  await page.getByRole('button', { name: w.shared.chart.showTable }).last().click()
  await page.getByRole('table', { name: w.overview.daily.title }).waitFor()
  await look(at('overview-table'))

  await page.getByRole('link', { name: w.shell.nav.customers, exact: true }).click()
  await page.getByRole('heading', { level: 1, name: w.customers.title }).waitFor()
  await page.locator('.table-rows tbody tr').first().waitFor()
  await look(at('customers'))
  await page.getByLabel(w.customers.search.label).fill('nobody-has-this-id')
  await page.getByRole('button', { name: w.customers.search.submit }).click()
  await page.getByText(w.customers.list.noneTitle.replace('{{q}}', 'nobody-has-this-id')).waitFor()
  await look(at('customers-none'))
  await page.getByLabel(w.customers.search.label).fill('')
  const wanted = process.env.CUSTOMER ?? (mock ? 'u12349' : undefined)
  if (wanted !== undefined) {
    await page.getByLabel(w.customers.search.label).fill(wanted)
    await page.getByRole('button', { name: w.customers.search.submit }).click()
    await page.waitForURL((url) => url.search.includes(wanted))
    await page.waitForTimeout(600)
  }
  await page.locator('.table-rows tbody a').first().click()
  await page.getByRole('heading', { name: w.customers.one.portrait }).waitFor()
  await page.locator('.shown').first().waitFor()
  await page.locator('.timeline-event').first().waitFor()
  await look(at('customer'))
  const customerPath = new URL(page.url()).pathname
  check(await page.locator('.shown-reason').first().innerText().then((text) => text.trim().length > 3), `${language}: a recommendation says why`)
  await page.getByRole('group', { name: w.recommend.placement }).getByRole('button').nth(1).click()
  await page.waitForURL(/placement=/)
  await page.waitForTimeout(500)
  await look(at('customer-product'))
  await page.screenshot({ path: join(screens, `${at('customer-whole')}.png`), fullPage: true })

  await page.getByRole('button', { name: language === 'zh' ? 'EN' : '中文' }).click()
  await page.getByRole('heading', { name: words(language === 'zh' ? 'en' : 'zh', 'recommend').title }).waitFor()
  await page.getByRole('button', { name: language === 'zh' ? '中文' : 'EN' }).click()
  await page.getByRole('button', { name: w.shell.account.signOut }).click()
  await page.getByRole('heading', { name: w.session.title }).waitFor()
  const after = await context.request.get(`${base}/api/v1/system`)
  check(after.status() === 401, `${language}: signing out ends the session (${after.status()})`)
  await go('/')
  await page.getByRole('heading', { name: w.session.title }).waitFor()
  await context.close()

  for (const [name, shape] of [['narrow', { width: 390, height: 844 }], ['dark', { dark: true }], ['narrow-dark', { width: 390, height: 844, dark: true }], ['middle', { width: 1100, height: 800 }]]) {
    if (name === 'narrow-dark' && language === 'en') continue
    const other = await open(browser, { language, ...shape })
    await other.go('/')
    await other.page.getByRole('heading', { name: w.session.title }).waitFor()
    await other.look(at(`${name}-signin`))
    await signIn(other.page, w)
    await other.page.locator('.event').first().waitFor()
    await other.look(at(`${name}-overview`))
    await other.page.screenshot({ path: join(screens, `${at(`${name}-overview-whole`)}.png`), fullPage: true })
    await other.go('/customers')
    await other.page.locator('.table-rows tbody tr').first().waitFor()
    await other.look(at(`${name}-customers`))
    await other.go(customerPath)
    await other.page.locator('.shown').first().waitFor()
    await other.look(at(`${name}-customer`))
    await other.page.screenshot({ path: join(screens, `${at(`${name}-customer-whole`)}.png`), fullPage: true })
    await other.context.close()
  }

  // The states that a healthy engine does not show.
  for (const mode of mock ? ['empty', 'error'] : []) {
    const ill = await start(0, { mode, password })
    const other = await open(browser, { language, from: ill.url, expectErrors: true })
    await other.go('/')
    await signIn(other.page, w)
    await other.page.waitForTimeout(1200)
    await other.look(at(`${mode}-overview`))
    await other.go('/customers')
    await other.page.locator('.state').first().waitFor()
    await other.look(at(`${mode}-customers`))
    await other.go('/customers/99999')
    await other.page.locator('.state').first().waitFor()
    await other.look(at(`${mode}-customer`))
    await other.go('/no-such-page')
    await other.page.getByRole('heading', { name: w.shell.notFound.title }).waitFor()
    await other.look(at(`${mode}-nowhere`))
    await other.context.close()
    await ill.stop()
  }
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags })
try {
  for (const language of ['zh', 'en']) await walk(browser, language)
} catch (error) {
  failures.push(String(error))
  console.log(error)
} finally {
  await browser.close()
  await mock?.stop()
}
console.log(`${passed} checks passed, ${failures.length} failed; screenshots in ${screens}`)
process.exit(failures.length === 0 ? 0 : 1)
