// The frame and the overview, walked through: navigation, palette, days, tour, help, theme, language, the narrow menu,
// and the overview in all its states. run.mjs calls frame() with its own tools; what a healthy engine does not
// answer (nothing yet, a refusal, no answer so far) is answered here instead of it.
import { gzipSync } from 'node:zlib'
import { figures, quietFigures } from '../mock/figures.mjs'

/** The reports of the overview; `answer` says what each of them gives. */
async function answerReports(page, answer) {
  for (const key of Object.keys(figures)) {
    const [, path] = key.split(' ')
    await page.route((url) => url.pathname === path, (route) => answer(route, key))
  }
}
const withFigures = (set) => (route, key) => route.fulfill({ json: set[key](new URL(route.request().url())) })

const FIRST_MAX = 350_000 // compressed bytes until the overview's figures can be read

async function walk(ctx, language) {
  const { browser, open, enter, check, words, signIn, mock } = ctx
  const folders = ['session', 'overview', 'shell', 'shared', 'customers']
  const w = Object.fromEntries(folders.map((folder) => [folder, words(language, folder)]))
  const other = Object.fromEntries(folders.map((folder) => [folder, words(language === 'zh' ? 'en' : 'zh', folder)]))
  const at = (name) => `frame-${name}-${language}`
  const says = (what) => `${language}: ${what}`
  const focused = (page) => page.evaluate(() => document.activeElement?.className ?? '')
  console.log(`frame and overview, ${language}`)

  const { page, context, look, go } = await enter({ language })
  if (mock) await answerReports(page, withFigures(figures))
  const charts = []
  const loaded = []
  page.on('response', (response) => {
    if (/\/assets\//.test(response.url())) (/\/charts-/.test(response.url()) ? charts : loaded).push(response.body().then((body) => gzipSync(body, { level: 9 }).length).catch(() => 0))
  })
  const sum = async (sizes) => (await Promise.all(sizes)).reduce((all, one) => all + one, 0)
  await go('/')
  await page.locator('.kpi').first().waitFor()
  await page.locator('.chart-draw svg').first().waitFor()
  const first = await sum(loaded)
  console.log(`  the overview's figures: ${Math.round(first / 1000)} kB compressed; then the charts' library: ${Math.round((await sum(charts)) / 1000)} kB`)
  check(first > 10_000 && first < FIRST_MAX, says(`the overview's figures need ${first} bytes`))
  check(charts.length === 1, says('the charts\' library comes as one file of its own'))
  await look(at('overview'))

  // Navigation: groups, the page one is on, the keyboard.
  const nav = page.getByRole('navigation', { name: w.shell.nav.label })
  check((await nav.getByRole('group').count()) === 6, says('the navigation has six groups'))
  check((await nav.locator('[aria-current="page"]').innerText()).trim() === w.shell.nav.overview, says('the page one is on is marked'))
  await nav.getByRole('link', { name: w.shell.nav.customers, exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: w.customers.title }).waitFor()
  check((await page.evaluate(() => document.activeElement?.id)) === 'main', says('a new page starts with the focus in it'))
  await nav.getByRole('link', { name: w.shell.nav.overview, exact: true }).click()
  await page.locator('.kpi').first().waitFor()

  // Palette: opened by keys, found by arrows, closed with the focus where it was.
  const seek = page.locator('.seek')
  await seek.focus()
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', { name: w.shell.palette.label })
  await field.waitFor()
  check((await page.getByRole('option').count()) >= 9, says('the palette offers pages and commands'))
  await look(at('palette'))
  await page.keyboard.press('ArrowDown')
  const second = await page.locator('[role="option"][aria-selected="true"]').innerText()
  check(second.includes(w.shell.nav.live), says(`an arrow moves the choice (${second.replaceAll('\n', ' ')})`))
  const active = await field.getAttribute('aria-activedescendant')
  check((await page.locator('[role="option"][aria-selected="true"]').getAttribute('id')) === active, says('the field names the chosen entry'))
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  check((await page.locator('[role="option"][aria-selected="true"]').innerText()).includes(w.shell.palette.tour), says('arrows go round'))
  await field.fill('nobody-and-nothing-77')
  await page.getByText(w.shell.palette.noneText).or(page.locator('.palette-entry')).first().waitFor()
  if (mock) await look(at('palette-none'))
  await page.keyboard.press('Escape')
  await field.waitFor({ state: 'detached' })
  check((await focused(page)).includes('seek'), says('the focus goes back to where it was'))
  if (mock) {
    await seek.click()
    await field.fill('12349')
    await page.getByRole('option', { name: /#12349/ }).waitFor()
    await look(at('palette-found'))
    await page.getByRole('option', { name: /#12349/ }).click()
    await page.waitForURL(/\/customers\/12349$/)
    await page.goBack()
    await page.locator('.kpi').first().waitFor()
  }
  await page.keyboard.press('Control+k')
  await field.fill(w.shell.nav.system)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/system$/)
  await page.goBack()
  await page.locator('.kpi').first().waitFor()
  await page.keyboard.press('Control+k')
  await field.fill(w.shell.palette.theme.dark)
  await page.keyboard.press('Enter')
  check((await page.evaluate(() => document.documentElement.dataset.theme)) === 'dark', says('the palette switches to dark'))
  await page.waitForTimeout(300)
  await look(at('overview-dark'))
  await page.keyboard.press('Control+k')
  await field.fill(w.shell.palette.theme.light)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+k')
  await field.fill(w.shell.palette.language)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: other.overview.title }).waitFor()
  check((await page.locator('.chart-draw').first().innerHTML()).includes(other.overview.metrics.revenue.name), says('the chart changes its language too'))
  await page.getByRole('button', { name: language === 'zh' ? '中文' : 'EN', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: w.overview.title }).waitFor()

  // Days and comparison live in the address.
  const range = page.getByRole('group', { name: w.shared.range.days })
  const compare = page.getByRole('combobox', { name: w.shared.range.against, exact: true })
  await range.getByRole('button', { name: w.shared.range.last7 }).click()
  await page.waitForURL(/from=\d{4}-\d\d-\d\d&to=/)
  await range.getByRole('button', { name: w.shared.range.last7, pressed: true }).waitFor() // the address changes first, the page after it
  check((await compare.inputValue()) === 'previous', says('seven days are held against those before'))
  await page.locator('.overview-old').waitFor({ state: 'detached' })
  await look(at('seven-days'))
  const address = page.url()
  await page.reload({ waitUntil: 'domcontentloaded' })
  await page.locator('.kpi').first().waitFor()
  check(page.url() === address, says('a link shows the same days'))
  check((await range.getByRole('button', { name: w.shared.range.last7 }).getAttribute('aria-pressed')) === 'true', says('and says so'))
  await compare.selectOption('none')
  await page.waitForURL(/compare=none/)
  await page.locator('.change-mark').first().waitFor({ state: 'detached' })
  await compare.selectOption('last_week')
  await range.getByRole('button', { name: w.shared.range.custom }).click()
  await page.getByLabel(w.shared.range.from).fill('2026-11-01')
  await page.waitForURL(/from=2026-11-01/)
  await look(at('custom-days'))
  await range.getByRole('button', { name: w.shared.range.today }).click()
  await page.waitForURL((url) => !url.searchParams.has('from'))

  // Figures: a press shows one in the chart, its definition is a focus away.
  await page.getByRole('button', { name: w.overview.metrics.orders.name, exact: true }).click()
  await page.waitForURL(/metric=orders/)
  const title = w.overview.trend.hour.replace('{{name}}', w.overview.metrics.orders.name)
  await page.getByRole('heading', { name: title }).waitFor()
  await page.getByRole('button', { name: w.overview.kpi.define.replace('{{name}}', w.overview.metrics.conversion.name) }).focus()
  await page.getByRole('tooltip').filter({ hasText: w.overview.metrics.conversion.text }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('tooltip').waitFor({ state: 'detached' })
  const chart = page.getByRole('group', { name: title })
  await chart.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  check((await chart.locator('.chart-tip').innerText()).includes(w.overview.metrics.orders.name), says('the chart is read with the keyboard'))
  await look(at('chart-read'))
  await page.locator('#trend').locator('xpath=ancestor::section').getByRole('button', { name: w.shared.chart.showTable }).click()
  await page.getByRole('table', { name: title }).waitFor()
  await look(at('chart-table'))
  if (mock) {
    check((await page.locator('.todo-one').count()) === 4, says('what needs somebody is listed'))
    check((await page.locator('.kpi-unusual .kpi-flag').count()) === 1, says('the unusual figure is marked'))
    const links = await page.locator('a.todo-one').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
    check(links.every((one) => one.startsWith('/')), says('each leads to a page'))
    await page.getByText(w.overview.policies.verdict.above.split('{{')[0].trim(), { exact: false }).first().waitFor()
    await page.locator('[data-tour="policies"]').scrollIntoViewIfNeeded()
    await page.locator('[data-tour="policies"] svg').first().waitFor()
    await look(at('policies'))
  }

  // Help: a drawer that explains and gives the focus back.
  await page.getByRole('button', { name: w.shell.help.button }).click()
  const drawer = page.getByRole('dialog', { name: w.shell.help.title.replace('{{page}}', w.overview.title) })
  await drawer.waitFor()
  check((await drawer.innerText()).includes(w.overview.help.what.split('\n')[0]), says('help says what the page is'))
  await look(at('help'))
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  check((await focused(page)).includes('help-button'), says('help gives the focus back'))

  // The tour, started again from help; the keyboard stays inside it.
  await page.getByRole('button', { name: w.shell.help.button }).click()
  await drawer.getByRole('button', { name: w.shell.help.tour }).click()
  const tour = page.getByRole('dialog', { name: w.shell.tour.label })
  await tour.getByRole('heading', { name: w.shell.tour.welcome.title }).waitFor()
  await look(at('tour'))
  for (let i = 0; i < 6; i++) await page.keyboard.press('Tab')
  check(await page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog[open]')?.contains(document.activeElement)), says('the focus stays in the tour'))
  await page.keyboard.press('Escape')
  await tour.waitFor({ state: 'detached' })
  await context.close()

  // The first visit: the tour comes by itself, step by step, and not again.
  const phone = await open(browser, { language, width: 390, height: 844 })
  // The tools mark the tour as seen at each load; here that is undone once, before the first sign-in.
  if (mock) await answerReports(phone.page, withFigures(figures))
  await phone.go('/')
  await phone.page.evaluate(() => localStorage.removeItem('zhun.tour'))
  await signIn(phone.page, w)
  const guide = phone.page.getByRole('dialog', { name: w.shell.tour.label })
  await guide.waitFor()
  await phone.page.locator('.kpi').first().waitFor()
  for (const step of ['welcome', 'range', 'kpis', 'todo', 'policies', 'palette']) {
    await guide.getByRole('heading', { name: w.shell.tour[step].title }).waitFor()
    await phone.page.waitForTimeout(350)
    const card = await phone.page.locator('.tour-card').boundingBox()
    check(card.x >= 0 && card.y >= 0 && card.x + card.width <= 390 && card.y + card.height <= 844, says(`the tour's step "${step}" is inside a phone's window`))
    if (step === 'kpis') await phone.look(at('narrow-tour'))
    await guide.locator('.button-primary').click()
  }
  await guide.waitFor({ state: 'detached' })
  check((await phone.page.evaluate(() => localStorage.getItem('zhun.tour'))) === 'seen', says('the tour is remembered'))

  // The menu of a phone.
  const button = phone.page.getByRole('button', { name: w.shell.nav.open })
  await button.click()
  await phone.page.getByRole('link', { name: w.shell.nav.items, exact: true }).waitFor()
  await phone.look(at('narrow-menu'))
  await phone.page.keyboard.press('Escape')
  check((await button.getAttribute('aria-expanded')) === 'false' && (await focused(phone.page)).includes('menu-button'), says('Escape closes the menu and keeps the focus'))
  await button.click()
  await phone.page.getByRole('link', { name: w.shell.nav.customers, exact: true }).click()
  await phone.page.getByRole('heading', { level: 1, name: w.customers.title }).waitFor()
  check(!(await phone.page.getByRole('link', { name: w.shell.nav.items, exact: true }).isVisible()), says('choosing a page closes the menu'))
  await phone.page.locator('.seek').click()
  await phone.page.getByRole('combobox', { name: w.shell.palette.label }).waitFor()
  await phone.look(at('narrow-palette'))
  await phone.page.getByRole('button', { name: w.shell.palette.close, exact: true }).click()
  await phone.go('/')
  await phone.page.locator('.kpi').first().waitFor()
  await phone.look(at('narrow-overview'))
  await phone.context.close()

  // Nothing yet, a refusal, no answer so far.
  for (const [name, answer] of mock ? [['empty', withFigures(quietFigures)], ['error', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', json: { status: 403, code: 'forbidden', title: 'forbidden' } })], ['loading', () => undefined]] : []) {
    const state = await enter({ language, expectErrors: true })
    await answerReports(state.page, answer)
    await state.go('/')
    await state.page.locator(name === 'empty' ? '.kpi' : name === 'error' ? '.state' : '.loading').first().waitFor()
    await state.page.locator('.event').first().waitFor()
    if (name === 'empty') {
      await state.page.getByText(w.overview.policies.emptyTitle).waitFor()
      await state.page.getByText(w.overview.attention.codes.no_events.title).waitFor()
      await state.page.getByText(w.overview.trend.emptyTitle).waitFor()
    }
    if (name === 'error') check((await state.page.getByRole('button', { name: w.shared.states.retry }).count()) === 3, says('each failed part can be tried again'))
    await state.look(at(`${name}-overview`))
    await state.context.close()
  }
}

export async function frame(ctx) {
  for (const language of ['zh', 'en']) await walk(ctx, language)
}
