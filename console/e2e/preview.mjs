// The preview of recommendations: a form in the address, cards with reasons, two lists compared.
import { allWords, pattern, until } from './browser.mjs'

export async function preview({ enter, check, mock }, language) {
  const w = allWords(language)
  const p = w.recommend.preview
  const says = (what) => `preview, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  await go('/preview')
  await page.locator('.shown').first().waitFor()
  await look(`preview-anyone-${language}`)
  check((await page.locator('.answer-who').first().innerText()).trim() === w.recommend.general, says('without a customer it is the same for everyone'))

  // Somebody: by an example, by id, by number.
  const field = page.getByRole('textbox', { name: p.customer, exact: true })
  await field.fill('nobody-has-this-id')
  await page.locator('.preview-form').getByRole('button', { name: p.submit }).click()
  await page.getByText(p.notFound).waitFor()
  await look(`preview-nobody-${language}`)
  const example = page.locator('.example')
  if (await example.count()) await example.click()
  else {
    await field.fill('#1')
    await page.locator('.preview-form').getByRole('button', { name: p.submit }).click()
  }
  await page.waitForURL(/customer=\d+/)
  const number = new URL(page.url()).searchParams.get('customer')
  await page.getByRole('button', { name: p.clear }).click()
  await field.fill(mock ? 'u12350' : `#${number}`)
  await page.locator('.preview-form').getByRole('button', { name: p.submit }).click()
  await page.waitForURL(/customer=\d+/)
  check(!page.url().includes('u12350'), says('an id of a person does not stand in the address'))
  await go(`/preview?customer=${mock ? '12349' : number}&n=6`)
  await page.locator('.shown').first().waitFor()
  await page.waitForTimeout(400)
  check((await page.locator('#preview-mine').locator('xpath=ancestor::section').locator('.shown').count()) <= 6, says('as many as asked for'))
  check((await page.locator('.shown-reason').first().innerText()).trim().length > 3, says('a recommendation says why'))
  await look(`preview-${language}`)
  await page.getByText(p.meaning.title).click()
  await page.getByText(p.meaning.propensity).waitFor()
  await look(`preview-meaning-${language}`, { full: true })

  // Compared with what anyone is shown.
  await page.getByRole('button', { name: p.compare }).click()
  await page.waitForURL(/compare=1/)
  await page.getByRole('heading', { name: p.forAnyone }).waitFor()
  await page.locator('.move').first().waitFor()
  check((await page.locator('.move').count()) >= 2, says('each item says how its rank differs'))
  check(await until(async () => pattern(p.compareNote_other).test(await page.locator('.preview-bar').innerText())), says('what both hold is counted'))
  await look(`preview-compare-${language}`)

  // Where and when.
  await page.getByLabel(w.recommend.placement).selectOption({ index: 1 })
  await page.waitForURL(/placement=/)
  if (mock) {
    await page.getByLabel(p.itemId, { exact: true }).fill('22423')
    await page.getByLabel(p.n, { exact: true }).fill('4')
    await page.getByLabel(p.time, { exact: true }).fill('2026-11-11T20:30')
    await page.locator('.preview-form').getByRole('button', { name: p.submit }).click()
    await page.waitForURL(/itemId=22423/)
    check(/time=2026-11-11T20/.test(page.url()), says('the moment stands in the address'))
    await page.getByText('REGENCY CAKESTAND 3 TIER').first().waitFor()
    const asked = page.waitForRequest((request) => request.url().endsWith('/api/v1/preview') && request.method() === 'POST')
    await page.reload({ waitUntil: 'domcontentloaded' })
    check((await asked).postDataJSON().context.time === '2026-11-11T12:30:00.000Z', says('it is a moment of the workspace'))
    await page.locator('.move').first().waitFor()
    await look(`preview-product-${language}`)
  }
  await context.close()
}
