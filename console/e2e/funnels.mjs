// Funnels: a step with a condition, as blocks and as text, one that is wrong; two segments beside each other; figures open; saved, loaded, taken away.
import { allWords, until } from './browser.mjs'

export async function funnels({ enter, check, mock }, language) {
  const all = allWords(language)
  const w = all.funnels
  const says = (what) => `funnels, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true }) // a wrong condition is an answer of 400
  const button = (label) => page.getByRole('button', { name: label, exact: true })
  const step = (n) => page.getByRole('group', { name: w.step.replace('{{n}}', n), exact: true })
  const dialog = page.locator('.report-opened')
  const window = language === 'zh' ? '14' : '21' // what the other language has kept is not this

  await go('/funnels')
  await page.locator('.funnel-step').nth(2).waitFor()
  await look(`funnels-${language}`, { full: true })

  // A condition of blocks, a step more, the order changed; then it is computed, and the address says it.
  await step(1).getByRole('button', { name: all.builder.addWhere, exact: true }).click()
  await step(1).getByLabel(all.builder.property, { exact: true }).selectOption('price')
  await step(1).getByLabel(all.builder.value, { exact: true }).fill('1')
  await button(w.add).click()
  await step(4).getByLabel(all.builder.event, { exact: true }).fill('Checkout Started')
  await button(w.up.replace('{{n}}', 4)).click()
  await page.getByLabel(w.window, { exact: true }).fill(window)
  await button(all.reports.ask).click()
  await page.locator('.funnel-step').nth(3).waitFor()
  await page.locator('.funnel-step').first().getByText('e.price >= 1.0').waitFor()
  check(await until(() => new URL(page.url()).searchParams.get('window') === window), says('what is asked stands in the address'))

  // Who they are: those who came that far, and those who stopped.
  await page.locator('.funnel-customers').first().click()
  await dialog.locator('tbody tr').first().waitFor()
  await look(`funnels-opened-${language}`)
  await dialog.getByRole('button', { name: all.reports.close, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })

  // Two segments.
  if (mock) {
    await page.getByLabel(w.segment, { exact: true }).selectOption({ index: 1 })
    await page.getByLabel(w.against, { exact: true }).selectOption({ index: 2 })
    await button(all.reports.ask).click()
    await page.locator('.funnel-group-1').nth(3).waitFor()
    await look(`funnels-two-${language}`, { full: true })
  }

  // Kept under a name, and opened again.
  const title = `Funnel ${language} ${Date.now()}` // an engine may hold others
  const views = page.locator('.views-dialog')
  await button(all.views.save).click()
  await views.getByLabel(all.views.title).fill(title)
  await views.getByRole('button', { name: all.views.keep, exact: true }).click()
  await views.waitFor({ state: 'detached' })
  await go('/funnels?days=30')
  await page.getByLabel(all.views.label, { exact: true }).selectOption({ label: title })
  await page.locator('.funnel-step').nth(3).waitFor()
  check(await until(async () => (await page.getByLabel(w.window, { exact: true }).inputValue()) === window), says('a kept funnel is as it was'))

  const [download] = await Promise.all([page.waitForEvent('download'), button(all.reports.csv).first().click()])
  check(download.suggestedFilename().startsWith('funnel'), says('the table is taken away'))

  // As text, and wrong: said at its step.
  await go('/funnels')
  await step(2).getByRole('button', { name: all.reports.asText, exact: true }).click()
  await step(2).getByLabel(all.reports.text, { exact: true }).fill('e.prise > 1.0')
  await button(all.reports.ask).click()
  await step(2).locator('.rule-fault').waitFor()
  await look(`funnels-wrong-${language}`, { full: true })
  await context.close()
}
