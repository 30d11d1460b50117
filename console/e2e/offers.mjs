// Offers: listed with what is left, opened, paused and resumed, a rule that names the customer refused with its reason, a new one defined, deleted.
import { allWords, until } from './browser.mjs'

export async function offers({ enter, check, mock }, language) {
  const p = allWords(language).offers
  const says = (what) => `offers, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  const name = `walk_${language}`
  await go('/offers')
  await page.locator('.offer-row, .state').first().waitFor()
  if (mock) check((await page.locator('.offer-row').count()) >= 3 && (await page.locator('.offer-bar progress').count()) >= 2, says('what is left is drawn where there is a limit'))
  await look(`offers-${language}`, { full: true })

  // Does everybody pay the same? Asked, and asked again.
  const prices = page.locator('#offer-prices').locator('xpath=ancestor::section')
  await prices.getByRole('button', { name: p.prices.ask, exact: true }).click()
  await prices.getByRole('button', { name: p.prices.again, exact: true }).waitFor()
  if (mock) {
    await prices.locator('.price-fair').waitFor()
    check((await prices.locator('tbody tr').count()) === 5 && (await prices.locator('.price-bar span').count()) === 3, says('what pairs pay is drawn'))
    const before = await prices.locator('.price-legend').innerText()
    await prices.getByRole('button', { name: p.prices.again, exact: true }).click()
    check(await until(async () => (await prices.locator('.price-legend').innerText()) !== before), says('other pairs are asked'))
  } else check(await until(async () => (await prices.locator('.price-fair, .less').count()) > 0), says('pairs are asked, or it is said why not'))
  await look(`prices-${language}`, { full: true })

  // A new one: refused while it names the customer, then saved.
  const fresh = page.locator('#offer-new').locator('xpath=ancestor::section')
  await fresh.getByLabel(p.name, { exact: true }).fill('No Name')
  await fresh.getByText(p.nameBad).waitFor()
  await fresh.getByLabel(p.name, { exact: true }).fill(name)
  const text = fresh.getByLabel(p.definition, { exact: true })
  await text.fill('{"kind":')
  await fresh.getByText(p.noJson).waitFor()
  const good = { kind: 'percent', percent: 12, currency: 'CNY', title: { zh: '走查', en: 'A walk' } }
  await text.fill(JSON.stringify({ ...good, conditions: { age: 30 } }))
  await fresh.getByRole('button', { name: p.save, exact: true }).click()
  await fresh.getByRole('alert').waitFor()
  check((await fresh.getByRole('alert').innerText()).includes('conditions.age'), says('who names the customer is told why not'))
  await look(`offers-refused-${language}`, { full: true })
  await text.fill(JSON.stringify(good))
  await fresh.getByRole('button', { name: p.save, exact: true }).click()
  const row = page.locator('.offer-row').filter({ has: page.locator('code', { hasText: new RegExp(`^${name}$`) }) })
  await row.waitFor()

  // Opened, paused, resumed, its versions counted, deleted.
  await row.locator('.offer-name').click()
  await row.getByRole('button', { name: p.pause, exact: true }).click()
  await row.getByRole('button', { name: p.resume, exact: true }).waitFor()
  check(await until(async () => (await row.locator('.chip').first().innerText()) === p.paused), says('paused, it says so'))
  await row.getByRole('button', { name: p.resume, exact: true }).click()
  await row.getByRole('button', { name: p.pause, exact: true }).waitFor()
  check(await until(async () => (await row.locator('.offer-history li').count()) === 3), says('each change is a version'))
  await look(`offer-${language}`, { full: true })
  await row.getByRole('button', { name: p.delete, exact: true }).click()
  check(await until(async () => (await row.count()) === 0), says('what nobody holds can be deleted'))
  await context.close()
}
