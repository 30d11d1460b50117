// The catalog of metrics: one is chosen and read, by day, as a table and a file; one of one's own is tried before it is kept, changed, retired and brought back.
import { allWords, until } from './browser.mjs'

export async function metrics({ enter, check, mock }, language) {
  const all = allWords(language)
  const w = all.metrics
  const says = (what) => `metrics, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  const name = `walk_${language}_${Date.now()}` // an engine may hold others
  const title = `Walk ${name}`
  const button = (label) => page.getByRole('button', { name: label, exact: true })
  const row = (text) => page.locator('.metrics-table tbody tr').filter({ hasText: text })
  const dialog = page.locator('.views-dialog')
  const number = page.locator('.metric-detail > .metric-number b')

  await go('/measures')
  await page.locator('.metrics-table tbody tr').nth(10).waitFor()
  await number.waitFor()
  await page.locator('.chart svg').first().waitFor()
  await page.getByText(w.about.conversion.not, { exact: true }).waitFor()
  await look(`metrics-${language}`, { full: true })

  // Another one by its name, other days, the table, the file.
  await page.locator('.metrics-table a[href*="metric=average_order"]').click()
  await page.getByText(w.about.average_order.how, { exact: true }).waitFor()
  await page.getByRole('group', { name: w.span, exact: true }).getByRole('button').first().click()
  check(await until(async () => page.url().includes('metric=average_order') && page.url().includes('days=7')), says('the metric and its days stand in the address'))
  await page.getByRole('button', { name: all.shared.chart.showTable }).click()
  check(await until(async () => (await page.locator('.chart-table tbody tr').count()) === 7), says('a row a day'))
  const [download] = await Promise.all([page.waitForEvent('download'), button(w.csv).click()])
  check(download.suggestedFilename() === 'average_order.csv', says('the table is taken away'))
  await page.getByRole('button', { name: all.views.save, exact: true }).waitFor()

  // Where it is used leads to the experiment.
  if (mock) {
    await page.locator('.metrics-table a[href*="metric=opt_outs"]').click()
    await page.locator('.metric-uses a[href="/experiments/calm"]').waitFor()
  }

  // One of one's own: seen before it is kept; the making, a change and the retiring can be taken back.
  await button(w.edit.new).click()
  await dialog.getByText(w.edit.previewNone).waitFor()
  await dialog.getByLabel(w.edit.title, { exact: true }).fill(title)
  await dialog.getByLabel(w.edit.name, { exact: true }).fill('conversion')
  await dialog.getByText(w.edit.taken, { exact: true }).waitFor()
  await dialog.getByLabel(w.edit.name, { exact: true }).fill(name)
  await dialog.getByLabel(w.edit.event, { exact: true }).fill('Product Viewed')
  await dialog.locator('.metric-preview .metric-number b').waitFor()
  await dialog.getByLabel(w.edit.where, { exact: true }).fill('e.price > 10.0')
  await dialog.locator('.metric-preview .metric-number b').waitFor()
  await dialog.getByLabel(w.edit.window, { exact: true }).fill('400')
  await dialog.getByText(w.edit.windowBad, { exact: true }).waitFor()
  await dialog.getByLabel(w.edit.window, { exact: true }).fill('5')
  await look(`metrics-new-${language}`)
  await button(w.edit.keep).click()
  await dialog.waitFor({ state: 'detached' })
  await row(title).waitFor()
  check(await until(() => page.url().includes(`metric=${name}`)), says('what was made is shown'))
  await page.locator('.metric-about').getByText('e.price > 10.0', { exact: true }).waitFor()
  await page.locator('.metric-about').getByText(w.windowOwn.replace('{{days}}', '5'), { exact: true }).waitFor()

  await page.locator('.metric-do').getByRole('button', { name: w.edit.change, exact: true }).click()
  await dialog.getByLabel(w.edit.kind, { exact: true }).selectOption('count')
  await dialog.getByLabel(w.edit.unit, { exact: true }).selectOption('session')
  await button(w.edit.keep).click()
  await dialog.waitFor({ state: 'detached' })
  await page.locator('.metric-about').getByText(w.own.count.how.replace('{{unit}}', w.perNames.session), { exact: true }).waitFor()
  await button(w.done.undo).click()
  await page.locator('.metric-about').getByText(w.own.did.how.replaceAll('{{unit}}', w.perNames.customer), { exact: true }).waitFor()

  await page.locator('.metric-do').getByRole('button', { name: w.retire, exact: true }).click()
  await row(title).waitFor({ state: 'detached' })
  await look(`metrics-gone-${language}`)
  await button(w.done.undo).click()
  await row(title).waitFor()
  await page.locator(`.metrics-table a[href*="metric=${name}"]`).click()
  await page.locator('.metric-do').getByRole('button', { name: w.retire, exact: true }).click()
  await row(title).waitFor({ state: 'detached' })

  // Its customers.
  await page.locator('.metrics-table a[href*="metric=conversion"]').click()
  await page.locator('.metric-about').getByRole('link', { name: w.whoLink.replace('{{days}}', '7'), exact: true }).click()
  check(await until(() => decodeURIComponent(page.url().replaceAll('+', ' ')).includes('customer.orders.count(days(7)) >= 1')), says('the number leads to its customers'))
  await context.close()
}
