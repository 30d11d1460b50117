// Placements: listed, opened, changed with a condition that is refused and rules that contradict each other, tried, saved, taken back, deleted.
import { allWords, until } from './browser.mjs'

export async function placements({ enter, check, mock }, language) {
  const w = allWords(language)
  const p = w.placements
  const says = (what) => `placements, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  const name = `walk_${language}`
  const fill = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (_, key) => values[key])
  const state = (text) => until(async () => (await page.locator('.placement-state').innerText()).includes(text))
  await go('/placements')
  await page.locator('.placement-row').first().waitFor()
  if (mock) {
    check((await page.locator('.placement-row').count()) === 6, says('five that are built in, one of its own'))
    check((await page.locator('.placement-row .placement-bad').count()) === 1, says('a definition that is not in force says why'))
  }
  await look(`placements-${language}`)

  // What is built in: nothing to save, nothing to go back to; a dial makes it something to save.
  await page.locator('.placement-row a[href="/placements/home"]').click()
  await page.locator('.trial-item, .trial .state').first().waitFor()
  check(await state(p.save.same), says('as it is there is nothing to save'))
  check((await page.getByRole('button', { name: p.versions.undo, exact: true }).count()) === 0, says('what is built in has no version before'))
  await look(`placement-${language}`, { full: true })
  await page.locator('#placement-dials').locator('xpath=ancestor::section').getByRole('slider').first().fill('0.5')
  check(await state(fill(p.save.unsaved_one ?? p.save.unsaved_other, { count: 1 })), says('a dial is a change'))

  // A chance to be drawn opens how it is drawn.
  const explore = page.locator('#placement-basics').locator('xpath=ancestor::section')
  check((await explore.getByLabel(p.explore.slots).count()) === 0, says('without a chance nothing is said of slots'))
  await explore.getByRole('slider').first().fill('0.1')
  await explore.getByLabel(p.explore.slots).fill('3')
  await explore.getByRole('slider').nth(1).fill('4')
  check(await state(fill(p.save.unsaved_other, { count: 4 })), says('chance, slots and temperature are changes'))
  await look(`placement-explore-${language}`, { full: true })
  await explore.getByRole('slider').first().fill('0')
  check((await explore.getByLabel(p.explore.slots).count()) === 0, says('and it can be taken back'))

  // Leaving asks first; staying keeps the draft; the browser's own way back keeps it, too.
  await page.getByRole('link', { name: w.shell.nav.items, exact: true }).click()
  await page.getByRole('dialog').getByText(p.save.leaveTitle).waitFor()
  await look(`placement-leave-${language}`)
  await page.getByRole('dialog').getByRole('button', { name: p.cancel, exact: true }).click()
  check(page.url().includes('/placements/home'), says('who stays is still there'))
  await page.goBack()
  await page.locator('.placement-row').first().waitFor()
  await page.locator('.placement-row a[href="/placements/home"]').click()
  await page.getByText(p.save.back).waitFor()
  await page.locator('.placement-note').getByRole('button', { name: p.save.discard, exact: true }).click()
  check(await state(p.save.same), says('what was kept can be dropped'))

  // A new one: a rule with a condition that is refused at its column, then two pins on one slot.
  await go('/placements/new')
  await page.getByLabel(p.name.label, { exact: true }).fill('new')
  await page.getByText(p.name.bad).waitFor()
  await page.getByLabel(p.name.label, { exact: true }).fill(name)
  await page.getByLabel(p.titleOf.zh, { exact: true }).fill('走查')
  await page.getByLabel(p.titleOf.en, { exact: true }).fill('A walk')
  const add = page.getByRole('group', { name: p.rules.add, exact: true })
  const rule = (at) => page.locator(`#placement-rule-${at}`)
  await add.getByRole('button', { name: p.rules.kinds.exclude.name, exact: true }).click()
  await rule(0).getByLabel(p.rules.item, { exact: true }).fill('item.colour == "red"')
  await rule(0).locator('.segment-wrong mark').waitFor()
  check((await rule(0).locator('.segment-wrong mark').innerText()) === 'c' || !mock, says('the refusal points at its column'))
  check(await page.getByRole('button', { name: p.save.button, exact: true }).isDisabled(), says('what is refused cannot be saved'))
  await look(`placement-refused-${language}`, { full: true })
  await rule(0).getByLabel(p.rules.item, { exact: true }).fill('item.category == "Bags"')
  check(await until(async () => (await page.locator('.segment-wrong').count()) === 0), says('mended, the refusal is gone'))
  const shown = page.locator('ol.trial-list .trial-item')
  await shown.first().waitFor()
  const second = await shown.nth(1).locator('code').innerText()
  for (const at of [1, 2]) {
    await add.getByRole('button', { name: p.rules.kinds.pin.name, exact: true }).click()
    await rule(at).getByLabel(p.numbers.itemId, { exact: true }).fill(second)
  }
  await rule(2).locator('[data-code="pin_slot"]').waitFor()
  check((await rule(2).locator('.placement-conflict').innerText()).includes(fill(p.rules.called, { n: 2, name: p.rules.kinds.pin.name })), says('a contradiction stands at its rule and names the other'))
  await look(`placement-conflict-${language}`, { full: true })
  await rule(2).getByRole('button', { name: fill(p.remove, { name: fill(p.rules.called, { n: 3, name: p.rules.kinds.pin.name }) }), exact: true }).click()
  await rule(1).getByRole('button', { name: fill(p.up, { name: fill(p.rules.called, { n: 2, name: p.rules.kinds.pin.name }) }), exact: true }).click()
  check(await until(async () => (await shown.first().locator('code').innerText()) === second), says('what is pinned stands first'))
  // Rules are named when the list is that of the draft.
  const marks = async () => (await shown.first().locator('.trial-rule').allInnerTexts()).join()
  check(await until(async () => (await marks()) === fill(p.rules.called, { n: 1, name: p.rules.kinds.pin.name })), says(`and says which rule put it there (${await marks()})`))
  if (mock) check(await until(async () => (await page.locator('.trial-left .trial-item').count()) > 0), says('what had to go is told'))

  // As somebody else, at another moment, in the rain.
  const tries = page.waitForRequest((request) => request.url().endsWith('/placements/preview') && request.postDataJSON().context.weather?.condition === 'rain' && request.postDataJSON().n === 5)
  await page.getByLabel(w.placements.trial.weather, { exact: true }).selectOption('rain')
  await page.getByLabel(w.recommend.preview.time, { exact: true }).fill('2026-11-11T20:30')
  await page.getByLabel(w.recommend.preview.n, { exact: true }).fill('5')
  const example = page.locator('.example')
  if (await example.count()) await example.click()
  await page.locator('.trial-fields').getByRole('button', { name: w.recommend.preview.submit, exact: true }).click()
  check((await tries).postDataJSON().context.time?.startsWith('2026-11-1') === true, says('the moment is asked'))
  check(await until(async () => (await shown.count()) <= 5 && (await shown.count()) > 0), says('as many as asked for'))
  check(/weather=rain/.test(page.url()), says('what it is tried with stands in the address'))
  await look(`placement-tried-${language}`, { full: true })

  // Saved after a look at what changes; changed and saved again; taken back; deleted; brought back; deleted.
  const press = async (label) => {
    await page.getByRole('button', { name: label, exact: true }).first().click()
    await page.getByRole('dialog').locator('.placement-changes li, p').first().waitFor()
  }
  const confirm = (label) => page.getByRole('dialog').getByRole('button', { name: label, exact: true }).click()
  await press(p.save.button)
  check((await page.getByRole('dialog').locator('.placement-changes li').count()) === 4, says('two titles and two rules are listed'))
  await look(`placement-save-${language}`)
  await confirm(p.save.confirm)
  await page.waitForURL(new RegExp(`/placements/${name}`))
  await page.getByRole('heading', { level: 1, name: language === 'zh' ? '走查' : 'A walk' }).waitFor()
  await page.locator('.placement-state').waitFor()
  await page.locator('#placement-dials').locator('xpath=ancestor::section').getByRole('slider').first().fill('0.5')
  await press(p.save.button)
  check((await page.getByRole('dialog').locator('.placement-changes li').count()) === 1, says('one change is listed'))
  await confirm(p.save.confirm)
  check(await state(p.save.saved), says('it is saved'))
  await press(p.versions.undo)
  await look(`placement-undo-${language}`)
  await confirm(p.versions.undo)
  const dial = page.locator('#placement-dials').locator('xpath=ancestor::section').getByRole('slider').first()
  check(await until(async () => (await dial.inputValue()) === '0'), says('the version before is in force again'))
  await look(`placement-versions-${language}`, { full: true })
  await press(p.versions.forget)
  await confirm(p.versions.forget)
  await page.getByRole('button', { name: p.versions.bringBack, exact: true }).click()
  await page.locator('#placement-rule-1').waitFor()
  check((await page.locator('.placement-rule').count()) === 2, says('what was deleted is brought back whole'))
  await press(p.versions.forget)
  await confirm(p.versions.forget)
  await page.getByText(fill(p.versions.gone, { name })).waitFor()
  await go('/placements')
  await page.locator('.placement-row').first().waitFor()
  check((await page.locator(`a[href="/placements/${name}"]`).count()) === 0, says('it is not in the list any more'))
  await context.close()
  await lookingOnly({ enter, p, check, says }, language)
}

async function lookingOnly({ enter, p, check, says }, language) {
  const { page, context, go } = await enter({ language })
  await page.route('**/api/v1/session', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), role: 'analyst' } })
  })
  await go('/placements')
  await page.locator('.placement-row').first().waitFor()
  check((await page.locator('a[href="/placements/new"]').count()) === 0, says('who may not define is offered no new one'))
  await go('/placements/home')
  await page.getByText(p.mayNot).waitFor()
  check((await page.locator('.placement-bar').count()) === 0, says('nor to save'))
  await context.close()
}
