// The scene: effects by hour and by weather, and the days to come.
import { allWords, until } from './browser.mjs'

export async function scene({ enter, check, mock }, language) {
  const w = allWords(language).scene
  const says = (what) => `scene, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/scene')
  await page.getByRole('heading', { level: 1, name: w.title }).waitFor()
  await page.locator('.scene-table tbody tr, .state').first().waitFor()
  check(await until(async () => (await page.locator('.scene-day').count()) === 60), says('sixty days'))
  if (mock) {
    check((await page.locator('.scene-table tbody tr').count()) === 3, says('three categories'))
    check((await page.locator('.scene-table thead th').count()) === 7, says('six parts of the day'))
    await page.getByRole('button', { name: w.views.weather, exact: true }).click()
    await page.getByRole('columnheader', { name: w.buckets.sky.rain, exact: true }).waitFor()
    check((await page.getByRole('columnheader', { name: w.buckets.sky.snow, exact: true }).count()) === 0, says('no column for what never was'))
    check(page.url().includes('by=weather'), says('the view is in the address'))
    check((await page.locator('.scene-worked').count()) === 1, says('a Saturday that is worked'))
    check((await page.getByRole('status').filter({ hasText: '2027' }).count()) === 1, says('a year nobody said'))
  }
  await look(`scene-${language}`, { full: true })
  await context.close()
}
