// Segments: a template, a count with its reach and customers, a mistake with its place, an empty answer.
import { allWords, until } from './browser.mjs'

export async function segments({ enter, check, mock }, language) {
  const w = allWords(language).segments
  const says = (what) => `segments, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true }) // a refused expression is an answer of 400
  await go('/segments')
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
  await context.close()
}
