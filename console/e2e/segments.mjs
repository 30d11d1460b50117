// Segments: a template, a count with its reach and customers, a mistake with its place, an empty answer; one kept, looked at, changed,
// deleted and brought back, and what a customer's page says of it. What it keeps it takes away again.
import { allWords, until } from './browser.mjs'

export async function segments({ enter, check, mock }, language) {
  const w = allWords(language).segments
  const says = (what) => `segments, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true }) // a refused expression is an answer of 400
  await go('/segments?as=text')
  await page.getByText(w.result.begin, { exact: true }).waitFor()
  await look(`segments-empty-${language}`, { full: true })
  await page.getByRole('button', { name: w.templates.again, exact: true }).click()
  await page.locator('.segment-count').waitFor()
  const text = page.getByLabel(w.label, { exact: true })
  check(/orders\.count\(days\(90\)\)/.test(await text.inputValue()), says('a template writes its expression'))
  check(/q=customer/.test(page.url()), says('the expression stands in the address'))
  await text.fill('customer.orders.count() >= 0')
  await text.press('Control+Enter')
  check(await until(async () => /orders\.count\(\)/.test(decodeURIComponent(page.url()))), says('Ctrl and Enter asks'))
  await page.locator('.segments .table tbody tr').first().waitFor()
  if (mock) await page.locator('.segment-reach li').first().waitFor()
  await look(`segments-${language}`, { full: true })
  await page.locator('.segments details summary').click()
  await page.getByText(w.names.rows.consent.text).waitFor()
  await text.fill('customer.ordrs.count() > 1')
  await page.getByRole('button', { name: w.ask, exact: true }).click()
  await page.locator('.segment-wrong mark').waitFor()
  check(((await page.locator('.segment-wrong').allInnerTexts())[0] ?? '').includes('orders'), says('a mistake is shown with what was meant'))
  await look(`segments-wrong-${language}`)
  await text.fill('customer.orders.count() < 0')
  await page.getByRole('button', { name: w.ask, exact: true }).click()
  await page.getByText(w.result.none, { exact: true }).waitFor()
  await keeping({ page, look, go, check, says, w: allWords(language) }, language)
  await context.close()
  await lookingOnly({ enter, mock, w }, language)
}

/** Roles that may not define see what is kept, and no way to change it. */
async function lookingOnly({ enter, mock, w }, language) {
  if (!mock) return
  const { page, context, look, go } = await enter({ language })
  await page.route('**/api/v1/session', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), role: 'analyst' } })
  })
  await go('/segments?q=customer.orders.count()%20%3E%3D%200')
  await page.locator('.kept').first().waitFor()
  await page.locator('.segment-count').waitFor()
  await page.locator('.kept-do').first().waitFor({ state: 'detached' })
  await page.getByRole('button', { name: w.keep.button, exact: true }).waitFor({ state: 'detached' })
  await go('/segments/loyal')
  await page.getByText(w.one.membersHidden, { exact: true }).waitFor()
  await look(`segment-hidden-${language}`, { full: true })
  await context.close()
}

async function keeping({ page, look, go, check, says, w: all }, language) {
  const w = all.segments
  const name = `walk-${language}-${Date.now()}` // an engine may hold others
  const title = language === 'zh' ? '走查的分群' : 'Of the walk'
  const dialog = page.locator('.segment-dialog')
  const button = (label) => page.getByRole('button', { name: label, exact: true })
  const line = page.locator('.kept').filter({ has: page.locator(`a[href="/segments/${name}"]`) })
  const keep = async (expression) => {
    await page.getByLabel(w.label, { exact: true }).first().fill(expression)
    await button(w.keep.button).click()
    await dialog.waitFor()
  }
  const field = (label) => dialog.getByLabel(label)

  await go('/segments?as=text')
  await keep('customer.ordrs.count() >= 0')
  await field(w.keep.name).fill('not a name')
  await dialog.getByText(w.keep.nameBad, { exact: true }).waitFor()
  await field(w.keep.name).fill(name)
  await dialog.getByRole('button', { name: w.keep.submit, exact: true }).click()
  await dialog.locator('.segment-wrong mark').waitFor()
  await look(`segment-refused-${language}`)
  await dialog.getByRole('button', { name: w.cancel, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })

  await keep('customer.orders.count() >= 0')
  await field(w.keep.name).fill(name)
  await field(w.keep.called).fill(title)
  await look(`segment-keep-${language}`)
  await dialog.getByRole('button', { name: w.keep.submit, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.locator('.segment-kept').getByRole('link', { name: title }).waitFor()
  await line.waitFor()
  await look(`segments-kept-${language}`, { full: true })

  await line.getByRole('link').click()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  await page.locator('.segment-members tbody tr').first().waitFor()
  await page.getByRole('heading', { name: w.one.overlap, exact: true }).waitFor()
  await look(`segment-new-${language}`, { full: true })
  const first = await page.locator('.segment-members tbody th a').first().getAttribute('href')

  await page.getByRole('link', { name: w.one.edit, exact: true }).click()
  await page.getByText(w.editing.replace('{{title}}', title), { exact: true }).waitFor()
  await page.getByText(all.builder.says.orders.replace('{{window}}', '').replace('{{number}}', all.builder.says.amounts['>='].replace('{{number}}', '0')), { exact: true }).first().waitFor()
  await button(all.builder.modes.text).click()
  check(await until(async () => (await page.getByLabel(w.label, { exact: true }).first().inputValue()) === 'customer.orders.count() >= 0'), says('a segment opens in the builder'))
  await page.getByLabel(w.label, { exact: true }).first().fill('customer.orders.count() >= 0 && customer.orders.count(days(90)) >= 0')
  await button(w.keep.buttonChange).click()
  await dialog.waitFor()
  check(await until(async () => (await field(w.keep.called).inputValue()) === title), says('its title stands there'))
  await dialog.getByRole('button', { name: w.keep.submit, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await line.getByText('customer.orders.count(days(90))').waitFor()

  await go(first ?? '/customers')
  const why = page.locator('.why').filter({ hasText: title })
  await why.locator('summary').click()
  await why.locator('.clause').nth(1).waitFor()
  check(await until(async () => (await why.locator('.clause .chip').count()) > 0), says('a clause is marked that decides'))
  await why.scrollIntoViewIfNeeded()
  await look(`customer-segments-${language}`)

  await go('/segments')
  const gone = page.locator('.segment-gone')
  const remove = async () => {
    await line.getByRole('button', { name: w.kept.removeName.replace('{{title}}', title), exact: true }).click()
    await dialog.waitFor()
    await dialog.getByRole('button', { name: w.remove.confirm, exact: true }).click()
    await gone.waitFor()
    await line.waitFor({ state: 'detached' })
  }
  await line.getByRole('button', { name: w.kept.removeName.replace('{{title}}', title), exact: true }).click()
  await dialog.waitFor()
  await look(`segment-remove-${language}`)
  await dialog.getByRole('button', { name: w.cancel, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await remove()
  await look(`segment-gone-${language}`)
  await gone.getByRole('button', { name: w.remove.undo, exact: true }).click()
  await line.waitFor()
  await gone.waitFor({ state: 'detached' })
  await remove()
}
