// Data quality, the tracking plan and dead letters: reasons and a word about them, a lock, a letter mended and sent again.
import { allWords, until } from './browser.mjs'

export async function quality({ enter, check, mock }, language) {
  const w = allWords(language)
  const q = w.quality
  const says = (what) => `quality, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/quality')
  await page.locator('.quality-reasons tbody tr').first().waitFor()
  check((await page.locator('.quality-reasons tbody tr').count()) === Object.keys(q.reasons).length, says('each reason has its line'))
  await look(`quality-${language}`, { full: true })
  await page.getByRole('button', { name: q.reasons.outlier, exact: true }).click()
  await page.getByRole('heading', { name: q.samples.title.replace('{{reason}}', q.reasons.outlier) }).waitFor()
  check(/reason=outlier/.test(page.url()), says('the reason stands in the address'))
  if (mock) {
    const row = page.locator('#quality-samples ~ * tbody tr, [aria-labelledby="quality-samples"] tbody tr, .quality tbody tr').filter({ hasText: '80995' }).first()
    await row.waitFor()
    if (await row.getByRole('button').count()) await row.getByRole('button').click()
    check(await until(async () => (await row.allInnerTexts()).some((text) => text.includes(q.samples.isTrue))), says('a word is kept'))
  }
  await look(`quality-samples-${language}`, { full: true })

  await go('/plan')
  await page.locator('.plan-rule').waitFor()
  await look(`plan-${language}`, { full: true })
  await page.getByRole('button', { name: q.plan.lock, exact: true }).click()
  await page.getByText(q.plan.locked.mark).waitFor()
  await page.getByRole('button', { name: q.plan.toReject, exact: true }).click()
  await page.getByText(q.plan.locked.reject).waitFor()
  await look(`plan-locked-${language}`)
  await page.getByRole('button', { name: q.plan.unlock, exact: true }).click()
  await page.getByText(q.plan.open).waitFor()

  await go('/letters')
  await page.getByRole('heading', { name: q.letters.list }).waitFor()
  await page.waitForTimeout(500)
  await look(`letters-${language}`, { full: true })
  const letter = page.locator('.letter-open').first()
  if (await letter.count()) {
    await letter.click()
    const drawer = page.getByRole('dialog')
    const text = drawer.getByLabel(q.letters.event)
    await text.waitFor()
    await look(`letters-open-${language}`)
    await text.fill('{')
    await drawer.getByText(q.letters.noObject).waitFor()
    await text.fill(JSON.stringify({ type: 'track', event: 'Mended', userId: `walk-${language}` }))
    await drawer.getByRole('button', { name: q.letters.try, exact: true }).click()
    await drawer.getByText(q.letters.answers.passes).waitFor()
    await drawer.getByRole('button', { name: q.letters.replay, exact: true }).click()
    await drawer.getByText(q.letters.answers.replayed).waitFor()
    check(!(await drawer.getByRole('button', { name: q.letters.replay, exact: true }).isVisible()), says('a mended letter is an event, and is sent once'))
    await look(`letters-done-${language}`)
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: q.letters.preview, exact: true }).click()
    check(await until(async () => /\d/.test(await page.locator('.letters-all [role="status"]').innerText())), says('a preview counts'))
  }
  await context.close()
}
