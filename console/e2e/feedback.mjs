// What a customer does not want to see: listed on his page, one taken back, then everything.
import { allWords } from './browser.mjs'

export async function feedback({ enter, check, mock }, language) {
  const w = allWords(language).feedback
  const { page, context, look, go } = await enter({ language })
  if (mock) await go('/customers/12349')
  else { // tests/console.sh says who refused something
    await go(`/customers?q=${process.env.REFUSED_BY ?? ''}`)
    await page.locator('tbody a').first().click()
  }
  const card = page.locator('.card').filter({ has: page.locator('#customer-feedback') })
  await card.scrollIntoViewIfNeeded()
  await card.locator('.refused, .empty').first().waitFor()
  const rows = card.locator('.refused')
  const count = await rows.count()
  check(count > 1, `feedback, ${language}: what he refused is listed`)
  await look(`customer-feedback-${language}`)
  const name = await rows.first().locator('.refused-name').innerText()
  await card.getByRole('button', { name: w.backName.replace('{{name}}', name), exact: true }).click()
  await card.getByText(w.gone.replace('{{name}}', name), { exact: true }).waitFor()
  check((await rows.count()) === count - 1, `feedback, ${language}: one is taken back`)
  if (mock) {
    await card.getByRole('button', { name: w.backAll, exact: true }).click()
    await card.getByText(w.goneAll, { exact: true }).waitFor()
    await card.getByText(w.emptyTitle, { exact: true }).waitFor()
    check((await rows.count()) === 0, `feedback, ${language}: everything is taken back`)
  }
  await look(`customer-feedback-none-${language}`)
  await context.close()
}
