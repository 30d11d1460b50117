// The live debugger: off at first, started, what came in, ended; against an engine it sends something itself.
import { allWords, until } from './browser.mjs'

export async function debugging({ enter, check, mock, base }, language) {
  const w = allWords(language).debugger
  const says = (what) => `debugger, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/debugger')
  await page.getByText(w.list.offTitle, { exact: true }).waitFor()
  await look(`debugger-off-${language}`)
  const start = page.locator('.debug-switch button')
  await start.click()
  await page.locator('.debug-on').waitFor()
  if (mock === undefined) {
    await page.getByText(w.list.waitingTitle, { exact: true }).waitFor()
    await look(`debugger-waiting-${language}`)
    const key = process.env.ZHUN_WRITE_KEY ?? ''
    const said = { userId: `debug-${language}`, messageId: `debug-${language}-${Date.now()}`, traits: { city: 'Leeds', email: 'x@shop.example' } }
    const answer = await page.request.post(`${base}/v1/identify`, { headers: { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` }, data: said })
    if (!answer.ok()) { // whose key it is this walk does not know
      await start.click()
      await page.getByText(w.list.offTitle, { exact: true }).waitFor()
      return context.close()
    }
  }
  await page.locator('.debug-row').first().waitFor()
  const rows = page.locator('.debug-row')
  const last = rows.last()
  await last.click()
  const whole = page.locator('.debug-whole')
  await whole.getByText('Leeds').first().waitFor()
  check(await until(async () => (await whole.locator('.debug-changed').innerText()).includes('city')), says('what it changed is told'))
  check((await whole.innerText()).includes(w.change.sealed), says('what is sealed is named'))
  check(/[?&]n=\d+/.test(page.url()), says('the opened request stands in the address'))
  await look(`debugger-${language}`, { full: true })
  if (mock !== undefined) {
    await rows.first().click()
    await whole.getByText('no_customer').waitFor()
    await look(`debugger-letter-${language}`)
    await rows.nth(1).click()
    await whole.getByText(w.change.orders, { exact: false }).first().waitFor()
  }
  await page.locator('.debug-switch button').click()
  check(await until(async () => (await page.getByText(w.list.offTitle, { exact: true }).count()) === 1), says('ended, it forgets'))
  await context.close()
}
