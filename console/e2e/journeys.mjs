// Journeys: begun from one that is there, drawn, gone along with the keyboard, changed by form and by JSON, undone, refused at its card, saved, handed on; what came of one that runs.
import { allWords, pattern, until } from './browser.mjs'

export async function journeys({ enter, check, mock }, language) {
  const w = allWords(language)
  const j = w.journeys
  const says = (what) => `journeys, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  const name = `walk_${language}`
  const card = (node) => page.locator(`.journey-card[data-node="${node}"]`)
  const side = page.locator('.journey-side')
  const button = (text, where = page) => where.getByRole('button', { name: text, exact: true })
  const undo = () => button(j.undo).click()

  await go('/journeys')
  await page.locator('.journey-row, .state').first().waitFor()
  for (const one of ['cart', 'stages']) check(await page.locator('.journey-starts').getByRole('link', { name: j.starts[one].name }).isVisible(), says(`${one} is there to begin with`))
  await look(`journeys-${language}`, { full: true })

  // The five stages, drawn.
  await page.locator('.journey-starts').getByRole('link', { name: j.starts.stages.name }).click()
  await card('appear').waitFor()
  const cards = await page.locator('.journey-card').count()
  check(cards === 29, says(`the five stages are drawn whole (${cards} cards)`))
  const boxes = await page.locator('.journey-card').evaluateAll((all) => all.map((one) => ({ name: one.dataset.node, x: one.offsetLeft, y: one.offsetTop, w: one.offsetWidth, h: one.offsetHeight, cut: one.scrollHeight - one.clientHeight })))
  check(boxes.every((a, i) => boxes.slice(i + 1).every((b) => a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y)), says('no card lies on another'))
  check(boxes.every((one) => one.cut <= 0), says(`no card is too small for its words (${boxes.filter((one) => one.cut > 0).map((one) => one.name).join(', ')})`))
  await look(`journey-stages-${language}`, { full: true })
  await button(language === 'zh' ? '50%' : '50%', page.locator('.journey-zoom')).click()
  await look(`journey-stages-small-${language}`)

  const stages = `walk_stages_${language}`
  await page.getByLabel(j.name, { exact: true }).fill(stages)
  await button(j.save).click()
  await page.waitForURL(new RegExp(`/journeys/${stages}`))
  check(await until(async () => (await page.locator('.page-note .chip').innerText()).trim() === j.states.draft), says('the engine takes them as they are'))
  await button(j.delete).click()
  await page.waitForURL(/\/journeys$/)

  // The abandoned cart: along its lines with the keyboard, into the form.
  await go('/journeys/new?from=cart')
  await card('>').waitFor()
  await card('>').focus()
  for (const to of ['hour', 'remind', 'day']) {
    await page.keyboard.press('ArrowDown')
    check((await page.evaluate(() => document.activeElement?.dataset.node)) === to, says(`an arrow key leads to ${to}`))
  }
  await page.keyboard.press('Enter')
  await page.waitForURL(/node=day/)
  const amount = side.getByLabel(j.form.for, { exact: true })
  await amount.fill('2')
  check(await until(async () => (await card('day').locator('.journey-text').innerText()).includes('2')), says('what is changed in the form stands on the card'))
  await look(`journey-form-${language}`, { full: true })
  await undo()
  check((await amount.inputValue()) === '1', says('a change is undone'))
  await button(j.redo).click()
  check((await amount.inputValue()) === '2', says('and done again'))

  // Tried over what was recorded: the numbers stand on the cards; a change takes them away.
  await button(j.dry.run).click()
  await page.locator('.journey-dry').waitFor()
  check(await page.locator('.journey-dry').getByText(j.dry.how).isVisible(), says('a dry run says what it is'))
  if (mock) check(/\d/.test(await card('hour').locator('.journey-counts').innerText()), says('its numbers stand on the cards'))
  await look(`journey-dry-${language}`, { full: true })
  await button(j.dry.close).click()
  check(await until(async () => (await page.locator('.journey-dry').count()) === 0), says('it is closed again'))

  // A card after it, called otherwise, led elsewhere, taken away.
  await side.getByRole('group', { name: j.form.addAfter }).getByRole('button', { name: j.kinds.send }).click()
  await card('send').waitFor()
  await page.waitForURL(/node=send/)
  const called = side.getByLabel(j.form.name, { exact: true })
  await called.fill('sms_too')
  await called.press('Enter')
  await card('sms_too').waitFor()
  check((await card('send').count()) === 0, says('a step is called otherwise'))
  await side.getByLabel(j.ways.unreached, { exact: true }).selectOption('again')
  await side.getByLabel(j.ways.next, { exact: true }).selectOption('+exit')
  await card('exit').waitFor()
  await card('sms_too').click()
  check((await side.getByLabel(j.ways.unreached, { exact: true }).inputValue()) === 'again' && (await side.getByLabel(j.ways.next, { exact: true }).inputValue()) === 'exit', says('ways are led elsewhere, to a new card too'))
  await undo()
  check((await card('exit').count()) === 0, says('an added card is undone'))

  // Each kind has its form.
  for (const [kind, label] of [['wait', j.form.for], ['branch', j.form.if.replace('{{n}}', '1')], ['split', j.form.arm.replace('{{n}}', '1')], ['offer', j.form.offer], ['update', j.form.tag], ['exit', j.form.goalExit]]) {
    await card('sms_too').click()
    await side.getByRole('group', { name: j.form.addAfter }).getByRole('button', { name: j.kinds[kind] }).click()
    check(await until(async () => (await side.getByLabel(label, { exact: true }).count()) === 1), says(`a ${kind} has a form`))
    await button(j.form.delete, side).click()
  }

  // As JSON: both ways.
  await card('hour').click()
  await button(j.side.json, side).click()
  const text = side.getByLabel(j.json, { exact: true })
  const written = JSON.parse(await text.inputValue())
  check(written.nodes.day.forMs === 172_800_000 && written.nodes.sms_too?.kind === 'send', says('the JSON is what the forms made'))
  await text.fill('{"entry":')
  await side.getByText(j.noJson).waitFor()
  check((await card('sms_too').count()) === 1, says('while the text cannot be read, the graph stays'))
  await look(`journey-json-${language}`)
  delete written.nodes.sms_too
  written.nodes.day.next = 'first_order'
  await text.fill(JSON.stringify(written))
  check(await until(async () => (await card('sms_too').count()) === 0), says('the graph is what the JSON says'))

  // Refused where it stands, then saved and handed on.
  await page.getByLabel(j.name, { exact: true }).fill(name)
  written.nodes.remind.channels[0].template = ''
  await text.fill(JSON.stringify(written))
  await button(j.save).click()
  await page.waitForURL(/node=remind/)
  check(await until(async () => (await card('remind').getAttribute('class')).includes('journey-wrong')), says('what is refused is shown at its card'))
  check(await until(async () => (await side.locator('.journey-bad').count()) >= 1), says('and at its field'))
  await look(`journey-refused-${language}`, { full: true })
  await side.getByLabel(j.form.template, { exact: true }).first().fill('autumn')
  await button(j.save).click()
  await page.waitForURL(new RegExp(`/journeys/${name}`))
  const state = async () => (await page.locator('.page-note .chip').innerText()).trim()
  check(await until(async () => (await state()) === j.states.draft), says('it is a draft'))
  if (mock) {
    await button(j.acts.submit).click()
    check(await until(async () => (await state()) === j.states.review), says('submitted, it waits for approval'))
    await button(j.acts.approve).click()
    await page.getByText(j.ownApproval).waitFor()
    check((await state()) === j.states.review, says('who wrote it does not approve it, and is told so'))
    await page.getByLabel(j.note, { exact: true }).fill('not yet')
    await button(j.acts.reject).click()
    check(await until(async () => (await page.locator('.journey-history li').first().innerText()).includes('not yet')), says('rejected with a note, which the history says'))
  }
  await button(j.delete).click()
  await page.waitForURL(/\/journeys$/)
  check(await until(async () => (await page.locator('.journey-row code', { hasText: new RegExp(`^${name}$`) }).count()) === 0), says('what never ran can be deleted'))

  // What came of one that runs.
  if (mock) {
    await go('/journeys/carts')
    await page.locator('.journey-table tbody tr').first().waitFor()
    check((await card('day').locator('.journey-counts b').count()) === 1, says('each card says how many are there'))
    check(await button(j.save).isDisabled(), says('what runs is paused before it is changed'))
    await page.getByRole('button', { name: pattern(j.report.whoAt.replace('{{node}}', 'day')) }).click()
    await page.locator('.journey-members a').first().waitFor()
    check((await page.locator('.journey-members a').count()) >= 10, says('a figure opens to its customers'))
    const versions = page.getByRole('group', { name: j.report.versions })
    check((await versions.getByRole('button').count()) === 2, says('an older version stands beside, with who is still in it'))
    check((await page.locator('.campaign-spread').count()) === 2, says('what it caused stands with its interval'))
    await look(`journey-report-${language}`, { full: true })
    await versions.getByRole('button').nth(1).click()
    check((await page.locator('.journey-table tbody tr').count()) === 5, says('the older version has its own steps'))
    await button(j.acts.pause).click()
    check(await until(async () => (await state()) === j.states.paused), says('it is paused'))
    await card('hour').click()
    await side.getByLabel(j.form.for, { exact: true }).fill('3')
    check(await until(async () => !(await button(j.save).isDisabled())), says('paused, it can be changed'))
    await undo()
    await button(j.acts.resume).click()
    check(await until(async () => (await state()) === j.states.running), says('and goes on'))
    await go('/customers/12349')
    await page.locator('.journey-ofs li').first().waitFor()
    check((await page.locator('.journey-ofs li').count()) === 3, says('a customer’s page says in which journeys he is'))
    await page.locator('.journey-ofs').scrollIntoViewIfNeeded()
    await look(`customer-journeys-${language}`)
  }
  await context.close()

  // On a telephone the graph scrolls in its box.
  const small = await enter({ language, width: 390, height: 844 })
  await small.go('/journeys/new?from=stages&node=remind')
  await small.page.locator('.journey-card').first().waitFor()
  check(await small.page.locator('.journey-card[data-node="remind"]').evaluate((one) => {
    const [a, b] = [one.getBoundingClientRect(), one.closest('.journey-scroll').getBoundingClientRect()]
    return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom
  }), says('the chosen card is in sight on a narrow screen'))
  await small.look(`journey-narrow-${language}`, { full: true })
  await small.context.close()
}
