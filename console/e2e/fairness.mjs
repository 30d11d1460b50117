// Fairness and variety: figures beside lists anybody gets, each placement, groups with intervals, merchants, entropy by day, gaps; filters in the address, tables taken away.
import { allWords, until } from './browser.mjs'

export async function fairness({ enter, check, mock }, language) {
  const all = allWords(language)
  const w = all.fairness
  const says = (what) => `fairness, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/fairness')
  await page.getByRole('heading', { level: 1, name: w.title }).waitFor()
  await page.locator('.fair-table tbody tr, .state').first().waitFor()
  if (mock) {
    await page.locator('.fair-places tbody tr').first().waitFor()
    check((await page.locator('.fair-groups tbody tr').count()) === 6, says('six groups'))
    check((await page.locator('.fair-groups .fair-between').count()) === 18, says('means with intervals'))
    check((await page.locator('.card:has(#fair-exposure) .fair-look').count()) === 2, says('two figures are worse than those of lists anybody gets'))
    check((await page.locator('.fair-groups .fair-look').count()) === 1, says('one group is further from its taste'))
    await page.getByText(w.merchants.unseen, { exact: true }).waitFor()
    await page.getByText(w.variety.narrower, { exact: true }).waitFor()
    await page.locator('#fair-days').scrollIntoViewIfNeeded()
    await page.locator('.chart svg').first().waitFor()
    check((await page.locator('.fair-gaps tbody tr').count()) === 8, says('a bar a category'))
    for (const [card, file] of [['fair-groups', 'fairness.csv'], ['fair-span', 'bubble.csv']]) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator(`.card:has(#${card})`).getByRole('button', { name: all.reports.csv, exact: true }).click()])
      check(download.suggestedFilename() === file, says(`${file} is taken away`))
    }
  }
  await look(`fairness-${language}`, { full: true })
  await page.getByRole('button', { name: all.reports.lastDays_other.replace('{{count}}', '7'), exact: true }).click()
  check(await until(() => new URL(page.url()).searchParams.get('days') === '7'), says('the days stand in the address'))
  await page.getByLabel(w.placement, { exact: true }).selectOption('home')
  check(await until(() => new URL(page.url()).searchParams.get('placement') === 'home'), says('the placement stands in the address'))
  check(await until(async () => (await page.locator('.fair-places').count()) === 0), says('of one placement there is nothing to compare'))
  if (mock) {
    await page.locator('.card:has(#fair-days)').getByRole('button', { name: all.shared.chart.showTable, exact: true }).click()
    check((await page.locator('.chart-table tbody tr').count()) === 7, says('the days as a table'))
    await look(`fairness-home-${language}`, { full: true })
  }
  await context.close()
}
