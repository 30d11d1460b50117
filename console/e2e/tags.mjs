// Tags: those of a customer with source, end and what speaks against them; one set, taken away and taken back; the page of all; a static list.
import { allWords } from './browser.mjs'

export async function tags({ enter, check, mock }, language) {
  const all = allWords(language)
  const w = all.tags
  const says = (what) => `tags, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true }) // a tag that the customer deleted is an answer of 409
  const button = (label) => page.getByRole('button', { name: label, exact: true })
  const name = language === 'zh' ? '走查 标签' : 'walk tag'

  await go(mock ? '/customers/12349' : '/customers/1')
  const card = page.locator('.card').filter({ has: page.locator('#customer-tags') })
  const row = (tag) => card.locator('.tag').filter({ has: page.locator('.tag-name', { hasText: tag }) })
  await card.scrollIntoViewIfNeeded()
  await card.getByLabel(w.one.name, { exact: true }).fill(name)
  await card.getByRole('button', { name: w.one.add, exact: true }).click()
  await row(name).waitFor()
  if (mock) {
    await row('category:女装').locator('.tag-against').waitFor()
    await row('often here').getByText(w.sources.computed).waitFor()
    await look(`customer-tags-${language}`)
    await card.getByLabel(w.one.name, { exact: true }).fill('refused')
    await card.getByRole('button', { name: w.one.add, exact: true }).click()
    await card.getByRole('alert').waitFor()
    await look(`customer-tags-refused-${language}`)
  }
  await button(w.one.removeName.replace('{{tag}}', name)).click()
  await row(name).waitFor({ state: 'detached' })
  await card.getByText(w.one.removed.replace('{{tag}}', name), { exact: true }).waitFor()
  await card.getByRole('button', { name: w.one.undo, exact: true }).click()
  await row(name).waitFor()
  await button(w.one.deleteName.replace('{{tag}}', name)).click()
  await row(name).waitFor({ state: 'detached' })
  await card.getByText(name).last().waitFor() // among those the customer deleted
  check(true, says('a tag is set, removed, taken back and deleted'))

  await go('/tags')
  await page.locator('.tags-table tbody tr').first().waitFor()
  await look(`tags-${language}`, { full: true })
  await page.locator('.tags-table tbody th a').first().click()
  await page.waitForURL(/segments\?q=customer\.has_tag/)

  await aList({ page, look, go, mock, w: all.segments }, language)
  await context.close()
}

async function aList({ page, look, go, mock, w }, language) {
  const name = `list-${language}-${Date.now()}`
  await go('/segments')
  await page.getByLabel(w.list.name, { exact: true }).fill(name)
  await page.getByRole('button', { name: w.list.make, exact: true }).click()
  await page.waitForURL(new RegExp(`/segments/${name}$`))
  const card = page.locator('.card').filter({ has: page.locator('#segment-list') })
  await card.getByLabel(w.list.paste, { exact: true }).fill('user_id,name\nu1,a\nu2,b\nnobody-has-this,c')
  await card.getByRole('button', { name: w.list.add_other.replace('{{count}}', '3'), exact: true }).click()
  await card.getByRole('status').waitFor()
  await card.getByText('nobody-has-this').waitFor()
  if (mock) await look(`segment-list-${language}`, { full: true })
  await go('/segments')
  await page.locator('.kept').filter({ has: page.locator(`a[href="/segments/${name}"]`) }).getByText(w.kept.isList, { exact: true }).waitFor()
}
