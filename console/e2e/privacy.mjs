// Privacy requests: one who is unknown, one forgotten after the id was typed again, the list with deadlines, a receipt taken away; from a customer's page.
import { allWords, until } from './browser.mjs'

export async function privacy({ enter, check, mock }, language) {
  const all = allWords(language)
  const w = all.privacy
  const says = (what) => `privacy, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true }) // an unknown customer is an answer of 404
  const dialog = page.getByRole('dialog')
  const sure = dialog.getByRole('button', { name: w.confirm.erase, exact: true })

  await go(mock ? '/customers/12349' : '/customers/1')
  await page.getByRole('link', { name: w.customer, exact: true }).click()
  await page.waitForURL(/\/privacy\?id=/)
  check((await page.getByLabel(w.ask.id, { exact: true }).inputValue()) !== '', says('a customer page says whom'))
  await look(`privacy-${language}`, { full: true })

  await page.getByLabel(w.ask.kind, { exact: true }).selectOption('userId')
  await page.getByLabel(w.ask.id, { exact: true }).fill('nobody')
  await page.getByRole('button', { name: w.ask.submit, exact: true }).click()
  await dialog.getByLabel(w.confirm.again, { exact: true }).fill('nobod')
  check(await sure.isDisabled(), says('half an id confirms nothing'))
  await look(`privacy-confirm-${language}`)
  await dialog.getByLabel(w.confirm.again, { exact: true }).fill('nobody')
  await sure.click()
  await dialog.getByRole('alert').waitFor()
  await dialog.getByRole('button', { name: w.confirm.cancel, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  if (mock) {
    await page.locator('.privacy-table tbody tr').first().waitFor()
    const before = await page.locator('.privacy-table tbody tr').count()
    await page.getByLabel(w.ask.id, { exact: true }).fill('u17')
    await page.getByRole('button', { name: w.ask.submit, exact: true }).click()
    await dialog.getByLabel(w.confirm.again, { exact: true }).fill('u17')
    await sure.click()
    await page.getByRole('status').first().waitFor()
    check(await until(async () => (await page.locator('.privacy-table tbody tr').count()) === before + 1), says('who is forgotten stands in the list'))
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: w.receiptOf.replace('{{number}}', '1'), exact: true }).click()])
    check(file.suggestedFilename() === 'erasure-1.json', says('the receipt is a file'))
    await look(`privacy-list-${language}`, { full: true })
  }
  await context.close()
}
