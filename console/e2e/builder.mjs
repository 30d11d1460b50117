// The builder: a condition clicked together, its sentence and its text, undone and redone, groups turned round, text that no block can say,
// a mistake at its row; with the keyboard alone, on a narrow screen, in the dark.
import { allWords, until } from './browser.mjs'

export async function builder({ enter, check }, language) {
  const all = allWords(language)
  const w = all.builder
  const says = (what) => `builder, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true }) // a text with a mistake is an answer of 400
  const asked = () => new URL(page.url()).searchParams.get('q') ?? ''
  const asks = (text, what) => until(() => asked() === text).then((is) => check(is, says(`${what}: ${asked()}`)))
  const button = (name) => page.getByRole('button', { name, exact: true })
  const field = (name, at = 0) => page.locator('.builder').getByLabel(name, { exact: true }).nth(at)
  const rows = page.locator('.rule')

  await go('/segments')
  await button(w.addRow).click()
  await page.getByText(w.lacks.event, { exact: true }).waitFor()
  check(await button(all.segments.keep.button).isDisabled(), says('what is not filled in is not kept'))
  await look(`builder-begin-${language}`)
  await field(w.event).fill('Product Viewed')
  await asks('customer.did("Product Viewed", days(7))', 'an event is a condition at once')
  await page.locator('.segment-count').waitFor()
  await field(w.measure).selectOption('count')
  await field(w.number).fill('2')
  await button(w.addWhere).click()
  await field(w.value).fill('shoes')
  await asks('customer.events("Product Viewed").where(e, e.category == "shoes").count(days(7)) >= 2', 'how often, and of what')
  const sentence = (await rows.first().getAttribute('aria-label')) ?? ''
  check(['7', 'shoes', '2'].every((part) => sentence.includes(part)), says(`a row is said in a sentence: ${sentence}`))

  // Undo takes back a step, redo brings it again; on the keyboard, too.
  await button(w.undo).click()
  await page.getByText(w.lacks.where, { exact: true }).waitFor()
  await button(w.redo).click()
  await field(w.kind).focus()
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await asks('customer.events("Product Viewed").count(days(7)) >= 2', 'and Ctrl and Z takes back two')
  await page.keyboard.press('Control+Shift+z')
  await page.keyboard.press('Control+Shift+z')
  await asks('customer.events("Product Viewed").where(e, e.category == "shoes").count(days(7)) >= 2', 'and brings them again')

  // A group inside, turned round.
  await button(w.addGroup).click()
  await rows.nth(1).locator('select').first().selectOption('consent')
  await page.locator('.rules .rules').getByRole('button', { name: w.addRow, exact: true }).click()
  await rows.nth(2).locator('select').first().selectOption('orders')
  await page.locator('.rules .rules').getByLabel(w.negation, { exact: true }).selectOption('not')
  const whole = 'customer.events("Product Viewed").where(e, e.category == "shoes").count(days(7)) >= 2 && !(customer.consent.email || customer.orders.count(days(90)) >= 1)'
  await asks(whole, 'groups stand in groups')
  await page.locator('.segment-sum').waitFor()
  await look(`builder-${language}`, { full: true })

  // Its text, and back: the same blocks.
  await button(w.modes.text).click()
  const text = page.getByLabel(all.segments.label, { exact: true })
  await text.waitFor()
  check(await until(async () => (await text.inputValue()) === whole), says('the text is what the blocks say'))
  await button(w.modes.blocks).click()
  await rows.nth(2).waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await look(`builder-narrow-${language}`, { full: true })
  await page.emulateMedia({ colorScheme: 'dark' })
  await look(`builder-narrow-dark-${language}`)
  await page.setViewportSize({ width: 1440, height: 960 })
  await look(`builder-dark-${language}`, { full: true })
  await page.emulateMedia({ colorScheme: 'light' })

  // What no block can say stays text, beside blocks; a mistake stays text as a whole.
  await button(w.modes.text).click()
  await text.fill('customer.orders.revenue() * 2.0 > 10.0')
  await button(w.modes.blocks).click()
  await page.getByText(w.asText, { exact: true }).waitFor()
  await page.getByText('customer.orders.revenue() * 2.0 > 10.0', { exact: true }).waitFor()
  await button(w.addRow).click()
  await rows.nth(1).locator('select').first().selectOption('consent')
  await asks('customer.orders.revenue() * 2.0 > 10.0 && customer.consent.email', 'a row of text goes with the others')
  await look(`builder-text-${language}`)
  await button(w.modes.text).click()
  await text.fill('customer.ordrs.count() >= 1')
  await button(w.modes.blocks).click()
  await page.locator('.rule-wrong [role="alert"]').waitFor()
  check(((await page.locator('.rule-wrong').allInnerTexts())[0] ?? '').includes('rdrs'), says('a mistake stands at its row'))
  await look(`builder-wrong-${language}`)
  await button(w.modes.text).click()
  await text.fill('customer.orders.count() ==')
  await button(w.modes.blocks).click()
  await page.getByText(w.mistake, { exact: true }).waitFor()
  await button(w.modes.text).click()
  check(await until(async () => (await text.inputValue()) === 'customer.orders.count() =='), says('a text with a mistake is not lost'))
  await context.close()
}
