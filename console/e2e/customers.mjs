// Finding a customer, and one customer: portrait, recommendations with reasons, timeline with whole events.
import { allWords, until } from './browser.mjs'

export async function customers({ enter, check, mock }, language) {
  const w = allWords(language)
  const says = (what) => `customers, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  const rows = page.locator('.table-rows tbody tr')
  const find = async (text) => {
    await page.getByLabel(w.customers.search.label).fill(text)
    await page.locator('#main').getByRole('button', { name: w.customers.search.submit, exact: true }).click()
  }
  await go('/customers')
  await rows.first().waitFor()
  await look(`customers-${language}`)
  const number = process.env.CUSTOMER ?? (mock ? '12349' : (await rows.first().getByRole('link').innerText()).replace('#', ''))
  await find('nobody-has-this-id')
  await page.getByText(w.customers.list.noneTitle.replace('{{q}}', 'nobody-has-this-id')).waitFor()
  await look(`customers-none-${language}`)
  await find(`#${number}`)
  await page.waitForURL(/q=%23/)
  await rows.first().waitFor()
  check(await until(async () => (await rows.count()) === 1 && (await rows.first().innerText()).includes(`#${number}`)), says('a number finds its customer'))
  if (mock) {
    await find('u12353')
    await page.getByRole('link', { name: '#12353' }).waitFor()
    check(await until(async () => (await rows.count()) === 1), says('an id finds its customer'))
    await find(`#${number}`)
    await page.getByRole('link', { name: `#${number}` }).waitFor()
  }
  await rows.first().getByRole('link').click()
  await page.getByRole('heading', { name: w.customers.one.portrait }).waitFor()
  await page.locator('.shown').first().waitFor()
  await page.locator('.timeline-event').first().waitFor()
  await look(`customer-${language}`)
  check((await page.locator('.shown-reason').first().innerText()).trim().length > 3, says('a recommendation says why'))
  await page.getByRole('group', { name: w.recommend.placement }).getByRole('button').nth(1).click()
  await page.waitForURL(/placement=/)
  await page.waitForTimeout(500)
  await look(`customer-product-${language}`)

  await page.getByRole('button', { name: w.raw.copyWhat.replace('{{what}}', w.customers.one.number) }).click()
  check((await page.evaluate(() => navigator.clipboard.readText())) === number, says('the number is copied'))
  const kinds = page.getByRole('group', { name: w.customers.one.show.label })
  await kinds.getByRole('button', { name: w.customers.one.show.cart }).click()
  await page.waitForURL(/show=cart/)
  await kinds.getByRole('button', { name: w.customers.one.show.all }).click()
  await page.locator('.timeline-open').first().click()
  const drawer = page.getByRole('dialog')
  await drawer.locator('.json-text').waitFor()
  check(/event=\d+-\d+/.test(page.url()), says('the open event stands in the address'))
  await look(`customer-event-${language}`)
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: w.recommend.openPreview }).click()
  await page.waitForURL(/\/preview\?customer=/)
  await go(`/customers/${number}#recommendations`)
  await page.locator('.shown').first().waitFor()
  check(await page.locator('#recommendations').isVisible(), says('a link leads to the recommendations'))
  if (mock) {
    await go('/customers/12350')
    await page.getByText(w.customers.one.refused).first().waitFor()
    await look(`customer-refused-${language}`)
  }
  await context.close()
}
