// Sources: their keys, a new one that is shown once and filled in, the texts to paste, taking a key back.
import { allWords, until } from './browser.mjs'

const senders = ['zhun', 'segmentBrowser', 'segmentNode', 'rudderBrowser', 'rudderNode', 'sensors', 'curl']

export async function sources({ enter, check, base }, language) {
  const w = allWords(language).sources
  const says = (what) => `sources, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/sources')
  await page.locator('.source-row').first().waitFor()
  await page.locator('.key-line').first().waitFor()
  const text = page.locator('.connect .json-text')
  check((await text.innerText()).includes('YOUR_WRITE_KEY'), says('without a key its place is marked'))
  await look(`sources-${language}`, { full: true })

  const row = page.locator('.source-row').first()
  await row.getByRole('button', { name: w.limit.button }).or(row.locator('.source-seen .text-button')).first().click()
  const limit = page.getByRole('dialog')
  await limit.getByLabel(w.limit.perSecond).fill('1.5')
  await limit.getByText(w.limit.bad).waitFor()
  check(await limit.getByRole('button', { name: w.limit.submit, exact: true }).isDisabled(), says('half an event is no limit'))
  await limit.getByLabel(w.limit.perSecond).fill('5000')
  await look(`sources-limit-${language}`)
  await limit.getByRole('button', { name: w.limit.submit, exact: true }).click()
  await limit.waitFor({ state: 'detached' })
  check(await until(async () => /5[,]?000/.test(await row.locator('.source-seen').innerText())), says('the limit is shown'))
  await row.locator('.source-seen .text-button').click()
  await limit.getByLabel(w.limit.perSecond).fill('')
  await limit.getByRole('button', { name: w.limit.submit, exact: true }).click()
  await limit.waitFor({ state: 'detached' })
  check(await until(async () => (await row.locator('.source-seen').innerText()).includes(w.limit.none)), says('and taken away'))

  await page.getByRole('button', { name: w.make.button, exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(w.make.source).fill('a b')
  await dialog.getByText(w.make.sourceBad).waitFor()
  check(await dialog.getByRole('button', { name: w.make.submit, exact: true }).isDisabled(), says('a name that is none makes no key'))
  await look(`sources-new-${language}`)
  const source = await page.locator('.source-name').first().innerText()
  await dialog.getByLabel(w.make.source).fill(source)
  await dialog.getByLabel(w.make.name).fill(`walk ${language}`)
  await dialog.getByRole('button', { name: w.make.submit, exact: true }).click()
  await dialog.getByText(w.made.text).waitFor()
  const key = await dialog.locator('.made-key code').innerText()
  await look(`sources-made-${language}`)
  await dialog.locator('.made-key').getByRole('button').click()
  check((await page.evaluate(() => navigator.clipboard.readText())) === key, says('the key is copied'))
  await page.mouse.click(5, 5)
  check(await dialog.isVisible(), says('a click beside the panel does not lose the key'))
  await dialog.getByRole('button', { name: w.made.done }).click()
  await dialog.waitFor({ state: 'detached' })
  check((await page.locator('.source-list').innerText()).includes(`walk ${language}`), says('the new key is listed'))
  check(!(await page.content()).includes(`>${key}<`) || (await text.innerText()).includes(key), says('the key stands in the text alone'))

  for (const sender of senders) {
    await page.getByRole('button', { name: w.senders[sender], exact: true }).click()
    check(await until(async () => (await text.innerText()).includes(key) && (await text.innerText()).includes(base)), says(`${sender} has this engine and the key`))
  }
  check(/sdk=curl/.test(page.url()) && !page.url().includes(key), says('the sender stands in the address, the key does not'))
  await look(`sources-connect-${language}`)
  await page.locator('input').and(page.getByLabel(w.connect.key)).fill('zhun_wk_9_nobody-knows-it')
  await page.getByText(w.connect.keyUnknown).waitFor()

  const line = page.locator('.key-line').filter({ hasText: `walk ${language}` })
  await line.getByRole('button').click()
  await dialog.getByText(w.revoke.confirm).waitFor()
  await look(`sources-revoke-${language}`)
  await dialog.getByRole('button', { name: w.cancel }).click()
  await dialog.waitFor({ state: 'detached' })
  check((await line.locator('.text-button').count()) === 1, says('a cancelled revocation changes nothing'))
  await line.getByRole('button').click()
  await dialog.getByRole('button', { name: w.revoke.confirm }).click()
  await dialog.waitFor({ state: 'detached' })
  check(await until(async () => (await page.locator('.keys-gone').filter({ hasText: `walk ${language}` }).count()) === 1), says('the key is among the revoked'))
  await context.close()
}
