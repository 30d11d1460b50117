// A group as a whole: its portrait, the kinds in it, who is like them; a small one, a mistake, and the way from a segment.
import { allWords, until } from './browser.mjs'

export async function groups({ enter, check, mock }, language) {
  const all = allWords(language)
  const w = all.groups
  const says = (what) => `groups, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true }) // a refused expression is an answer of 400
  await go('/groups')
  await page.getByText(w.begin, { exact: true }).waitFor()
  await page.getByLabel(w.expression, { exact: true }).fill('customer.orders.count() >= 0')
  await page.getByRole('button', { name: w.look, exact: true }).click()
  await page.locator('.group-count').waitFor()
  check(await until(async () => new URL(page.url()).searchParams.get('q') === 'customer.orders.count() >= 0'), says('who is asked about stands in the address'))
  if (mock) {
    await page.locator('.index-more').first().waitFor()
    await page.locator('.index-few').first().waitFor()
    await page.locator('.group-heat .heat-more').first().waitFor()
    check(await until(async () => (await page.locator('.group-heat td').count()) === 7 * 24 + 1), says('a week of hours'))
    await page.getByText(all.standing.segments.names.champion, { exact: true }).waitFor()
  }
  await look(`groups-portrait-${language}`, { full: true })
  await page.getByRole('button', { name: w.views.personas, exact: true }).click()
  await page.getByRole('heading', { name: w.personas.title, exact: true }).waitFor()
  if (mock) {
    await page.locator('.persona').nth(2).waitFor()
    check(await until(async () => (await page.locator('.persona .segment-expression').count()) === 2), says('rules of the kinds that have one'))
    await look(`groups-personas-${language}`, { full: true })
    await page.getByLabel(w.personas.kinds, { exact: true }).selectOption('2')
    await page.getByText(w.personas.unclear, { exact: true }).waitFor()
    check(page.url().includes('kinds=2'), says('how many stands in the address'))
  }
  await page.getByRole('button', { name: w.views.lookalikes, exact: true }).click()
  await page.getByRole('heading', { name: w.alike.test, exact: true }).waitFor()
  if (mock) {
    await page.locator('.alike-sizes input[type=range]').waitFor()
    await page.locator('.alike-sizes input[type=range]').fill('6')
    check(await until(async () => (await page.locator('.alike-sizes > label').allInnerTexts()).join('').includes('50')), says('the slider says a size'))
    await look(`groups-lookalikes-${language}`, { full: true })
    const kept = `alike-${language}`
    await page.getByLabel(w.alike.keepName, { exact: true }).fill('not good!')
    await page.getByText(allWords(language).segments.keep.nameBad, { exact: true }).waitFor()
    await page.getByLabel(w.alike.keepName, { exact: true }).fill(kept)
    await page.getByRole('button', { name: w.alike.keep, exact: true }).click()
    await page.locator(`a[href="/segments/${kept}"]`).waitFor()
    check(await until(async () => (await page.locator('.alike-sizes [role=status]').count()) === 1), says('the best of them are a list'))
    await go('/groups?view=lookalikes&q=chance')
    await page.getByText(w.alike.verdicts.chance, { exact: true }).waitFor()
    await go('/groups?q=few')
    await page.getByText(w.tooFew, { exact: true }).waitFor()
    await go('/segments/loyal')
    await page.getByRole('link', { name: all.segments.one.portrait, exact: true }).click()
    check(await until(async () => page.url().endsWith('/groups?segment=loyal')), says('a segment leads to its portrait'))
    await page.locator('.group-count').waitFor()
  }
  await go(`/groups?q=${encodeURIComponent('customer.ordrs.count() > 1')}`)
  await page.locator('.segment-wrong mark').waitFor()
  await context.close()
}
