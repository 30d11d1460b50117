// The ledger of what a customer allowed and refused, on his page.
import { allWords } from './browser.mjs'

export async function consents({ enter, check, mock }, language) {
  const w = allWords(language).consents
  const { page, context, look, go } = await enter({ language })
  if (mock) await go('/customers/12349')
  else { // tests/console.sh says who refused something
    await go(`/customers?q=${process.env.REFUSED_BY ?? ''}`)
    await page.locator('tbody a').first().click()
  }
  const card = page.locator('.card').filter({ has: page.locator('#customer-consents') })
  await card.scrollIntoViewIfNeeded()
  await card.locator('.consent-line').first().waitFor()
  const lines = card.locator('.consent-line')
  check((await lines.count()) > 1, `consents, ${language}: the ledger is listed`)
  check((await lines.first().innerText()).includes(w.answers.no), `consents, ${language}: the newest word is a no`)
  check(await card.getByText(w.minor, { exact: true }).isVisible(), `consents, ${language}: that he is a minor is said`)
  await card.getByRole('button', { name: w.link.make }).click()
  const link = card.locator('.own-link code')
  await link.waitFor()
  const address = await link.innerText()
  check(/\/p\/[\w-]{60,}$/.test(address), `consents, ${language}: a link to his own page`)
  if (!mock) {
    const own = await (await fetch(address, { headers: { 'Accept-Language': language } })).text()
    check(own.includes(language === 'zh' ? '您的数据与选择' : 'Your data and your choices'), `consents, ${language}: the link opens his page`)
  }
  await look(`customer-consents-${language}`)
  await context.close()
}
