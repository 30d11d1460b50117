// Retention, paths and baskets: asked anew, in the address, read as a table; a figure opens to its customers; the table is taken away.
import { allWords, until } from './browser.mjs'

/** What all three have: a figure that opens, a table to take away, a view to save. */
async function shared({ page, look, check, says, all }, name, figure) {
  const dialog = page.locator('.report-opened')
  await figure.click()
  await dialog.locator('tbody tr').first().waitFor()
  await look(`${name}-opened`)
  await dialog.getByRole('button', { name: all.reports.close, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: all.reports.csv, exact: true }).click()])
  check(/^(retention|paths|baskets)\.csv$/.test(download.suggestedFilename()), says(`${name}: the table is taken away`))
  await page.getByRole('button', { name: all.views.save, exact: true }).waitFor()
}

export async function reports({ enter, check, mock }, language) {
  const all = allWords(language)
  const says = (what) => `reports, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  const button = (label) => page.getByRole('button', { name: label, exact: true })
  const tools = { page, look, check, says, all }
  const inAddress = (what, value) => until(() => new URL(page.url()).searchParams.get(what) === value).then((good) => check(good, says(`${what} stands in the address: ${page.url()}`)))

  let w = all.retention
  await go('/retention')
  await page.locator('.retention-cell').first().waitFor()
  await page.locator('#retention-curves').scrollIntoViewIfNeeded()
  await page.locator('.chart svg').first().waitFor()
  await look(`retention-${language}`, { full: true })
  await page.getByLabel(w.by, { exact: true }).selectOption('day')
  await page.getByLabel(w.length, { exact: true }).fill('5')
  await button(all.reports.ask).click()
  await inAddress('by', 'day')
  await page.getByText(w.cohorts.day, { exact: true }).waitFor()
  await button(w.kinds.rolling).click()
  await inAddress('kind', 'rolling')
  await page.getByText(w.foot.rolling).waitFor()
  await button(w.kinds.lost).click()
  await inAddress('kind', 'lost')
  await page.getByText(w.foot.lost).waitFor()
  await look(`retention-lost-${language}`)
  await button(w.kinds.rolling).click()
  await page.getByText(w.foot.rolling).waitFor()
  await shared(tools, `retention-${language}`, page.locator('.retention tbody .report-figure').first())

  w = all.paths
  await go('/paths')
  await page.locator('.paths-flow .paths-box').nth(2).waitFor()
  await look(`paths-${language}`, { full: true })
  await button(w.directions.backward).click()
  await page.getByRole('group', { name: w.event.backward, exact: true }).getByLabel(all.builder.event, { exact: true }).fill('Order Completed')
  await button(all.reports.ask).click()
  await inAddress('direction', 'backward')
  await page.getByText(w.dropped.backward, { exact: true }).waitFor()
  await look(`paths-backward-${language}`, { full: true })
  await shared(tools, `paths-${language}`, page.locator('.card table .report-figure').first())

  w = all.baskets
  await go('/baskets?least=2')
  await page.locator('.baskets-table tbody tr, .state').first().waitFor()
  await look(`baskets-${language}`, { full: true })
  if (mock) {
    await page.locator('.baskets-table').getByRole('button', { name: w.sorts.support }).click()
    await inAddress('sort', 'support')
    await page.locator('th[aria-sort="descending"]').getByText(w.sorts.support).waitFor()
    await shared(tools, `baskets-${language}`, page.locator('.baskets-table .report-figure').first())
  }
  await context.close()
}
