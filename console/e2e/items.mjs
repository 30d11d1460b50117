// Items: order, category, search, one item with its days, and the way to the preview.
import { allWords, until } from './browser.mjs'

export async function items({ enter, check, mock }, language) {
  const w = allWords(language)
  const says = (what) => `items, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  const rows = page.locator('.items-table tbody tr')
  await go('/items')
  await rows.first().waitFor()
  await look(`items-${language}`)
  const listed = page.waitForResponse(/\/api\/v1\/items\?.*sort=id/)
  await page.getByRole('button', { name: w.items.sort.id, exact: true }).click()
  await page.waitForURL(/sort=id/)
  await (await listed).finished()
  await page.waitForTimeout(300) // the new rows stand
  await rows.first().waitFor()
  const category = page.locator('.items-table .cell-button').first()
  if (await category.count()) {
    const name = await category.innerText()
    await category.click()
    await page.waitForURL(/category=/)
    check(await until(async () => (await page.getByLabel(w.items.search.category).inputValue()) === name), says('a category in the list chooses it'))
    check(await until(async () => (await page.locator('.items-table .cell-button').allInnerTexts()).every((one) => one === name)), says('only its items are listed'))
  }
  await page.getByLabel(w.items.search.label).fill('no-such-item-anywhere')
  await page.locator('#main').getByRole('button', { name: w.items.search.submit, exact: true }).click()
  await page.getByText(w.items.list.noneTitle).waitFor()
  await look(`items-none-${language}`)
  await page.getByRole('button', { name: w.items.list.clear }).click()
  await rows.first().waitFor()
  check(await until(() => new URL(page.url()).search === ''), says('the search is cleared'))

  if (mock) await go('/items/22423')
  else await rows.first().getByRole('link').click()
  await page.getByRole('heading', { name: w.items.one.facts }).waitFor()
  await page.getByRole('heading', { name: w.items.one.bought }).waitFor()
  await page.waitForTimeout(700)
  await look(`item-${language}`)
  if (mock) {
    const chart = page.getByRole('group', { name: w.items.one.chart })
    await chart.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    check((await chart.locator('.chart-tip').innerText()).includes(w.items.list.views), says('the chart is read with the keyboard'))
    await page.getByRole('button', { name: w.shared.chart.showTable }).click()
    check((await page.getByRole('table', { name: w.items.one.chart }).locator('tbody tr').count()) === 30, says('the same days as a table'))
    await look(`item-table-${language}`)
    const near = page.locator('.together a').first()
    const title = await near.innerText()
    await near.click()
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
    check(true, says('what is bought together leads to its page'))
    await go('/items/LAMP-3')
    await page.getByText(w.items.one.quiet).waitFor()
    await look(`item-quiet-${language}`)
    await go('/items/22423')
  }
  await page.getByRole('link', { name: w.items.one.preview }).click()
  await page.waitForURL(/\/preview\?placement=product_page&itemId=/)
  await page.locator('.shown').first().waitFor()
  await context.close()
}
