// What customers will probably do: the page of models with their tests, a training, the card of a customer, an untrained shop.
import { allWords, until } from './browser.mjs'

export async function predictions({ enter, check, mock }, language) {
  const w = allWords(language).predictions
  const says = (what) => `predictions, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/predictions')
  await page.getByRole('heading', { level: 1, name: w.title }).waitFor()
  if (mock) {
    await page.locator('.reliability svg').first().waitFor()
    check(await until(async () => (await page.locator('.reliability circle').count()) === 30), says('ten groups a prediction'))
    await page.getByText(w.withheld, { exact: true }).first().waitFor()
    await page.getByText(w.next.title, { exact: true }).waitFor()
    await look(`predictions-${language}`, { full: true })
    const note = page.locator('.page-note')
    const before = (await note.allInnerTexts())[0]
    await page.getByRole('button', { name: w.train, exact: true }).click()
    check(await until(async () => (await note.allInnerTexts())[0] !== before), says('a training shows when it is done'))
    await go('/customers/1')
    await page.locator('.prediction-list li').first().waitFor()
    await look(`predictions-customer-${language}`, { full: true })
    check(await until(async () => (await page.locator('.prediction-list li').count()) === 7), says('a customer has two probabilities, three categories and money, that of the next days with an interval'))
    check(await until(async () => (await page.locator('.prediction-next').count()) === 3), says('categories of the next order'))
  }
  await context.close()
}
