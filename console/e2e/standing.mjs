// Where customers stand: the grid leads to its customers, flows of another span, borders drawn anew, an empty shop.
import { allWords, until } from './browser.mjs'

export async function standing({ enter, check, mock }, language) {
  const w = allWords(language).standing
  const says = (what) => `standing, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/standing')
  await page.locator('.rfm-cell').first().waitFor()
  await page.locator('.flow-stages li').first().waitFor()
  await page.locator('.cohorts tbody tr').first().waitFor()
  await look(`standing-${language}`, { full: true })
  check(await until(async () => (await page.locator('.rfm-cell').count()) === 25), says('25 cells'))
  await page.getByText(w.life.names.at_risk, { exact: true }).first().waitFor()
  const span = page.getByRole('group', { name: w.aipl.since }).getByRole('button').first()
  await span.click()
  check(await until(async () => page.url().includes('days=7')), says('the span stands in the address'))
  check(await until(async () => (await span.getAttribute('aria-pressed')) === 'true'), says('the chosen span is pressed'))
  if (mock) {
    const drawn = page.locator('.page-note')
    const before = (await drawn.allInnerTexts())[0]
    await page.getByRole('button', { name: w.draw, exact: true }).click()
    check(await until(async () => (await drawn.allInnerTexts())[0] !== before), says('borders are drawn anew'))
  }
  if (mock) {
    await page.locator('.cohorts tbody tr').first().locator('.cohort a').first().click()
    check(await until(async () => /customer\.orders\.first >= timestamp\(.*customer\.orders\.count\(now - timestamp/.test(decodeURIComponent(page.url()))), says('a cell of a cohort leads to its customers'))
    await page.locator('.segment-count').waitFor()
    await page.goBack()
  }
  await page.locator('.rfm-cell').first().click()
  check(await until(async () => /\/segments\?q=customer\.rfm\.recency == 1 && customer\.rfm\.frequency == 5$/.test(decodeURIComponent(page.url()))), says('a cell leads to its customers'))
  await page.locator('.segment-count').waitFor()
  await page.goBack()
  await page.locator('.card table').getByRole('link', { name: w.classes.names.key_value, exact: true }).click()
  check(await until(async () => decodeURIComponent(page.url()).includes('customer.rfm.class == "key_value"')), says('a class leads to its customers'))
  await context.close()
}
