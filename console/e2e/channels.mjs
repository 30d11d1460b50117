// Channels: begun from an example, refused by field and line, saved, given a secret that is never shown, its receipts' address copied, deleted and put back.
import { allWords, until } from './browser.mjs'

export async function channels({ enter, check, mock }, language) {
  const c = allWords(language).channels
  const says = (what) => `channels, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  const name = `walk_${language}`
  await go('/channels')
  await page.locator('.channel-row, .state').first().waitFor()
  await look(`channels-${language}`)
  if (mock) check((await page.locator('.channel-row').count()) >= 4 && (await page.locator('.channel-row .channel-bad').count()) >= 2, says('each with what it sent; what is not in force says why'))

  // From an example.
  const fresh = page.locator('#channel-new').locator('xpath=ancestor::section')
  const text = fresh.getByLabel(c.definition, { exact: true })
  for (const [example, kind] of [['smtp', 'smtp'], ['inbox', 'inbox'], ['webhook', 'webhook']]) {
    await fresh.getByRole('button', { name: c.examples[example], exact: true }).click()
    check(JSON.parse(await text.inputValue()).kind === kind, says(`the example ${example} is there to begin with`))
  }
  await fresh.getByLabel(c.name, { exact: true }).fill('No Name')
  await fresh.getByText(c.nameBad).waitFor()
  await fresh.getByLabel(c.name, { exact: true }).fill(name)
  const table = JSON.parse(await text.inputValue())
  await text.fill('{"kind":')
  await fresh.getByText(c.noJson).waitFor()
  await text.fill(JSON.stringify({ ...table, colour: 'red' }, null, 2))
  await fresh.getByRole('button', { name: c.save, exact: true }).click()
  await fresh.getByRole('alert').waitFor()
  const line = JSON.stringify({ ...table, colour: 'red' }, null, 2).split('\n').findIndex((one) => one.includes('"colour"')) + 1
  check((await fresh.getByRole('alert').innerText()).includes('colour') && (await fresh.getByRole('alert').innerText()).includes(String(line)), says('what is refused is told with its field and line'))
  await text.fill(JSON.stringify({ ...table, body: '{{ to' }, null, 2))
  await fresh.getByRole('button', { name: c.save, exact: true }).click()
  check(await until(async () => /body/.test(await fresh.getByRole('alert').innerText())), says('a fault of Liquid, too'))
  await look(`channels-refused-${language}`, { full: true })
  await text.fill(JSON.stringify(table, null, 2))
  await fresh.getByRole('button', { name: c.save, exact: true }).click()
  const row = page.locator('.channel-row').filter({ has: page.locator('code', { hasText: new RegExp(`^${name}$`) }) })
  await row.waitFor()

  // Opened: a secret that goes in and never comes out, the address of the receipts, the table before.
  await row.locator('.channel-name').click()
  await row.getByLabel(c.secret.label, { exact: true }).fill('key-of-the-gateway')
  await row.getByRole('button', { name: c.secret.put, exact: true }).click()
  await row.getByText(c.secret.is).waitFor()
  check((await row.getByLabel(c.secret.label, { exact: true }).inputValue()) === '' && !(await page.content()).includes('key-of-the-gateway'), says('a secret is kept and never shown'))
  const address = await row.locator('.channel-path code').innerText()
  check(new RegExp(`^https?://[^/]+/v1/receipts/${name}/[0-9a-f]{32,}$`).test(address), says(`the address of the receipts is there to copy (${address})`))
  const editor = row.getByLabel(c.definition, { exact: true })
  await editor.fill(JSON.stringify({ ...table, tries: 3 }, null, 2))
  await row.getByRole('button', { name: c.save, exact: true }).click()
  await row.getByRole('button', { name: c.former, exact: true }).click()
  check(await until(async () => JSON.parse(await editor.inputValue()).tries === undefined), says('the table before is shown again'))
  await look(`channel-${language}`, { full: true })

  // Deleted, put back, deleted.
  await row.getByRole('button', { name: c.delete, exact: true }).click()
  check(await until(async () => (await row.count()) === 0), says('it can be deleted'))
  await page.getByRole('button', { name: c.back, exact: true }).click()
  await row.waitFor()
  check(await until(async () => (await page.getByRole('button', { name: c.back, exact: true }).count()) === 0), says('and put back'))
  if ((await row.getByRole('button', { name: c.delete, exact: true }).count()) === 0) await row.locator('.channel-name').click()
  await row.getByRole('button', { name: c.delete, exact: true }).click()
  check(await until(async () => (await row.count()) === 0), says('and deleted again'))
  await context.close()
}
