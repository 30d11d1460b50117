// The page of events: the stream, pausing, filters in the address, one event read with the keyboard.
import { allWords, until } from './browser.mjs'

export async function live({ enter, check, mock }, language) {
  const w = allWords(language)
  const at = (name) => `live${name}-${language}`
  const says = (what) => `live, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/live')
  const rows = page.locator('button.live-row')
  await rows.first().waitFor()
  await page.locator('.wire-open').waitFor()
  if (mock) await page.waitForTimeout(8_500) // until the line of the rate has a shape
  await look(at(''))

  // Pausing holds what comes.
  await page.getByRole('button', { name: w.live.pause }).click()
  const before = await rows.first().innerText()
  await page.waitForTimeout(mock ? 2_200 : 600)
  check(before === (await rows.first().innerText()), says('paused events stand still'))
  if (mock) {
    check(/\d/.test(await page.locator('.held').innerText()), says('what is held is counted'))
    await page.getByRole('button', { name: w.live.resume }).click()
    await page.waitForTimeout(300)
    check(before !== (await rows.first().innerText()), says('resumed events move on'))
  }

  // Filters stand in the address, and survive a reload.
  await page.getByLabel(w.live.filter.type, { exact: true }).selectOption('track')
  await page.waitForURL(/type=track/, { waitUntil: 'commit' })
  const text = mock ? '#12' : '#'
  await page.getByLabel(w.live.filter.text, { exact: true }).fill(text)
  await page.waitForURL(/q=/)
  const events = await page.getByLabel(w.live.filter.event, { exact: true }).locator('option').count()
  check(events >= 2, says('the events seen can be chosen'))
  await look(at('-filtered'))
  await page.reload({ waitUntil: 'domcontentloaded' })
  await rows.first().waitFor()
  check(await until(async () => (await page.getByLabel(w.live.filter.type, { exact: true }).inputValue()) === 'track'), says('filters outlive a reload'))
  await page.getByLabel(w.live.filter.text, { exact: true }).fill('no-event-says-this')
  await page.getByText(w.live.none.title).waitFor()
  await look(at('-none'))
  await page.getByRole('button', { name: w.live.filter.clear }).click()
  await rows.first().waitFor()
  check(await until(() => !page.url().includes('type=')), says('all filters are cleared at once'))

  // One event: open, walk, copy, close; the list stands still meanwhile.
  await rows.nth(2).click()
  const panel = page.locator('.live-panel')
  await panel.locator('.json-text').waitFor()
  check(/at=\d+-\d+/.test(page.url()), says('the open event stands in the address'))
  const parsed = JSON.parse(await panel.locator('.json-text').innerText())
  check(typeof parsed.messageId === 'string', says('the raw event is JSON'))
  check((await panel.getByText(w.raw.act, { exact: true }).count()) === 1, says('the event says what it counts as'))
  await look(at('-event'))
  const first = new URL(page.url()).searchParams.get('at')
  await rows.nth(2).focus()
  await page.keyboard.press('ArrowDown')
  await page.waitForURL((url) => url.searchParams.get('at') !== first)
  check(await until(() => rows.nth(3).evaluate((row) => row === document.activeElement && row.getAttribute('aria-current') === 'true')), says('the down key opens the next event'))
  await page.keyboard.press('ArrowUp')
  await page.waitForURL((url) => url.searchParams.get('at') === first)
  await panel.locator('.json-text').waitFor()
  await panel.getByRole('button', { name: w.raw.copyWhat.replace('{{what}}', w.raw.json) }).click()
  await panel.getByText(w.raw.copied).first().waitFor()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  check(JSON.parse(copied).messageId === parsed.messageId, says('the raw event is copied'))
  const link = page.url()
  await rows.nth(2).focus()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  check(await until(() => !page.url().includes('at=')), says('Escape closes the event'))
  await page.goto(link, { waitUntil: 'domcontentloaded' })
  await panel.locator('.json-text').waitFor()
  check((await panel.innerText()).includes(parsed.messageId), says('a link opens the event'))
  await panel.locator('a[href^="/customers/"]').click()
  await page.waitForURL(/\/customers\/\d+/)
  await context.close()
}
