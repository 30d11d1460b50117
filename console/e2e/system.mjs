// The engine: its state, the check of its views, dead letters.
import { allWords } from './browser.mjs'

export async function system({ enter, check, base }, language) {
  const w = allWords(language)
  const says = (what) => `system, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/system')
  await page.getByRole('heading', { name: w.system.health.title, exact: true }).waitFor()
  await page.getByText(w.system.health.ready, { exact: true }).first().waitFor()
  await page.getByRole('heading', { name: w.system.dead.title }).waitFor()
  await look(`system-${language}`, { full: true })
  await page.getByRole('heading', { name: w.system.backup.title, exact: true }).waitFor()
  check((await page.getByText(w.system.backup.how).count()) === 1, says('tells how a backup is made'))
  await page.getByRole('heading', { name: w.system.retention.title, exact: true }).waitFor()
  check((await page.getByText(w.system.retention.how).count()) === 1, says('tells what is kept, and where the rule is set'))
  for (const link of ['/metrics', '/openapi.json']) {
    check((await page.locator(`a[href="${link}"]`).count()) === 1, says(`leads to ${link}`))
    check((await context.request.get(base + link)).status() === 200, says(`${link} is there`))
  }
  await page.getByRole('button', { name: w.system.check.start }).click()
  await page.getByText(w.system.check.equal).waitFor({ timeout: 300_000 })
  await page.getByRole('table').filter({ hasText: w.system.check.entries }).waitFor()
  check((await page.getByRole('table').filter({ hasText: w.system.check.entries }).locator('tbody tr').count()) >= 5, says('each view has its line'))
  await look(`system-checked-${language}`)
  const letter = page.locator('.dead-open').first()
  if (await letter.count()) {
    await letter.click()
    const drawer = page.getByRole('dialog')
    await drawer.locator('.json-text').waitFor()
    check(/letter=/.test(page.url()), says('an open dead letter stands in the address'))
    await look(`system-letter-${language}`)
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    check(await letter.evaluate((one) => one === document.activeElement), says('the focus goes back to where it was'))
  }
  await context.close()
}
