// Attribution: seven bars, a table that adds up, what is measured beside it, another level, a channel opened to its customers; an analyst sees no customers.
import { allWords, until } from './browser.mjs'

export async function attribution({ enter, check, mock }, language) {
  const w = allWords(language).attribution
  const says = (what) => `attribution, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/attribution')
  await page.getByRole('heading', { level: 1, name: w.title }).waitFor()
  await page.locator('#attribution-measured').waitFor()
  await page.getByRole('link', { name: w.measured.setUp, exact: true }).waitFor()
  await page.locator('.attribution-bars, .attribution .state').first().waitFor()
  await look(`attribution-${language}`, { full: true })
  await page.getByLabel(w.level, { exact: true }).selectOption('campaign')
  await page.waitForURL(/level=campaign/)
  if (mock) {
    check(await until(async () => (await page.locator('.attribution-bars li').count()) === 7), says('seven models'))
    await page.locator('.attribution-table').getByRole('link', { name: 'calm', exact: true }).waitFor()
    await page.getByRole('group', { name: w.unit }).getByRole('button', { name: w.units.conversions, exact: true }).click()
    await page.waitForURL(/unit=conversions/)
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: allWords(language).reports.csv, exact: true }).click()])
    check(download.suggestedFilename() === 'attribution.csv', says('the table is taken away'))
    await page.locator('.attribution-table').getByRole('button', { name: 'baidu / organic', exact: true }).click()
    await page.waitForURL(/open=baidu/)
    check(await until(async () => (await page.locator('.attribution-opened tbody tr').count()) === 20), says('the customers of a channel'))
    await look(`attribution-opened-${language}`, { full: true })
    await page.getByRole('button', { name: w.opened.close, exact: true }).click()
    await page.locator('.attribution-opened').waitFor({ state: 'detached' })
  }
  await context.close()
}
