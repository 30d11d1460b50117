// Saved views: what a page filters by is saved, opened again, begun with, shared, renamed, deleted and brought back; on more than one page.
import { allWords, until } from './browser.mjs'

export async function views({ enter, check, mock }, language) {
  const all = allWords(language)
  const w = all.views
  const says = (what) => `views, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  const title = `${language === 'zh' ? '贵的商品' : 'Dear items'} ${Date.now()}` // an engine may hold others
  const button = (name) => page.getByRole('button', { name, exact: true })
  const dialog = page.locator('.views-dialog')
  const list = page.getByLabel(w.label, { exact: true })
  const is = (query, what) => until(() => new URL(page.url()).search === query).then((good) => check(good, says(`${what}: ${page.url()}`)))
  const save = async () => {
    await dialog.getByRole('button', { name: w.keep, exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
  }

  await go('/items?sort=price&standing=sellable')
  await button(w.save).click()
  await dialog.getByLabel(w.title).fill(title)
  await dialog.getByLabel(w.shared, { exact: true }).check()
  await dialog.getByLabel(w.default, { exact: true }).check()
  await look(`views-save-${language}`)
  await save()
  await button(w.change).waitFor()
  check(await until(async () => ((await list.locator('option:checked').allInnerTexts())[0] ?? '').startsWith(title)), says('what is open is named'))
  await look(`views-${language}`)

  // Cleared; then the page begins with it, and it may be left.
  await list.selectOption('')
  await is('', 'everything is shown again')
  await go('/items')
  await is('?standing=sellable&sort=price', 'a page begins with the view of one’s choice')
  await list.selectOption('')
  await is('', 'and may be cleared')
  await list.selectOption({ label: `${title} · ${w.isDefault}` })
  await is('?standing=sellable&sort=price', 'a view is opened')

  // Another name, no default any more; deleted, and brought back.
  await button(w.change).click()
  await dialog.getByLabel(w.title).fill(`${title} 2`)
  await dialog.getByLabel(w.default, { exact: true }).uncheck()
  await save()
  check(await until(async () => ((await list.locator('option:checked').allInnerTexts())[0] ?? '') === `${title} 2`), says('it has another name'))
  await button(w.change).click()
  await dialog.getByRole('button', { name: w.delete, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await button(w.undo).waitFor()
  await button(w.save).waitFor()
  await look(`views-gone-${language}`)
  await button(w.undo).click()
  await button(w.change).waitFor()
  await button(w.change).click()
  await dialog.getByRole('button', { name: w.delete, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await button(w.save).waitFor()

  // Customers: by segment, and no search is kept. Letters, marks and segments have views, too.
  if (mock) {
    await go('/customers')
    await page.getByLabel(all.customers.search.segment, { exact: true }).selectOption('loyal')
    await is('?segment=loyal', 'customers of a segment')
    await page.locator('.table tbody tr').first().waitFor()
    await button(w.save).click()
    await dialog.getByText(w.noSearch, { exact: true }).waitFor()
    await look(`views-customers-${language}`)
  } else await go('/customers?q=nobody')
  for (const path of ['/letters?outcome=all', '/quality?days=90', '/segments?q=customer.consent.email']) {
    await go(path)
    await button(w.save).waitFor()
  }
  await look(`views-segments-${language}`)
  await context.close()
}
