// Campaigns: begun from an example, refused by field, tried dry, saved, submitted, not approved by who wrote it, rejected, deleted; as a month.
import { allWords, until } from './browser.mjs'

export async function campaigns({ enter, check, mock }, language) {
  const w = allWords(language)
  const c = w.campaigns
  const says = (what) => `campaigns, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  const name = `walk_${language}`
  await go('/campaigns')
  await page.locator('.campaign-row, .state').first().waitFor()
  if (!mock) { // a channel and something to say
    await page.evaluate(async () => {
      const { csrf } = await (await fetch('/api/v1/session')).json()
      const put = (path, body) => fetch(`/api/v1/${path}`, { method: 'PUT', headers: { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
      await put('channels/walk_inbox', { kind: 'inbox' })
      await put('templates/walk_offer', { purpose: 'marketing', languages: { en: { text: 'For you' } } })
    })
  }
  await look(`campaigns-${language}`)

  // From an example: refused, tried, saved.
  const fresh = page.locator('#campaign-new').locator('xpath=ancestor::section')
  const text = fresh.getByLabel(c.definition, { exact: true })
  for (const kind of ['event', 'recurring', 'once']) {
    await fresh.getByRole('button', { name: c.kinds[kind], exact: true }).click()
    check(JSON.parse(await text.inputValue()).when.kind === kind, says(`the example ${kind} is there to begin with`))
  }
  await fresh.getByLabel(c.name, { exact: true }).fill(name)
  const good = { title: { zh: '走查', en: 'A walk' }, channel: mock ? 'inbox' : 'walk_inbox', template: mock ? 'autumn' : 'walk_offer', audience: { everyone: true }, when: { kind: 'once' }, control: 0.1 }
  await text.fill('{"channel":')
  await fresh.getByText(c.noJson).waitFor()
  await text.fill(JSON.stringify({ ...good, colour: 'red' }, null, 2))
  await fresh.getByRole('button', { name: c.save, exact: true }).click()
  await fresh.getByRole('alert').waitFor()
  check((await fresh.getByRole('alert').innerText()).includes('colour'), says('what is refused is told with its field'))
  await text.fill(JSON.stringify(good, null, 2))
  await fresh.getByRole('button', { name: c.dry.do, exact: true }).click()
  const dry = fresh.locator('.campaign-dry')
  await dry.waitFor()
  const bars = dry.locator('.campaign-bars li')
  check((await bars.count()) >= 2 && (await bars.allInnerTexts()).some((one) => one.includes(w.messages.reasons.control_group)), says('a dry run says who would get it and who not, by reason'))
  await look(`campaign-dry-${language}`, { full: true })
  await fresh.getByRole('button', { name: c.save, exact: true }).click()
  const row = page.locator('.campaign-row').filter({ has: page.locator('code', { hasText: new RegExp(`^${name}$`) }) })
  await row.waitFor()
  const state = async () => (await row.locator('.chip').first().innerText()).trim()

  // Handed on: who wrote it does not approve it.
  await row.locator('.campaign-name').click()
  await row.getByRole('button', { name: c.acts.submit, exact: true }).click()
  check(await until(async () => (await state()) === c.states.review), says('submitted, it waits for approval'))
  await row.getByRole('button', { name: c.acts.approve, exact: true }).click()
  await row.getByText(c.ownApproval).waitFor()
  check((await state()) === c.states.review, says('who wrote it does not approve it, and is told so'))
  await row.getByLabel(c.note, { exact: true }).fill('not yet')
  await row.getByRole('button', { name: c.acts.reject, exact: true }).click()
  check(await until(async () => (await state()) === c.states.draft), says('rejected, it is a draft again'))
  check(await until(async () => (await row.locator('.campaign-history li').first().innerText()).includes('not yet')), says('the history says who did what, with the note'))
  await look(`campaign-${language}`, { full: true })
  await row.getByRole('button', { name: c.delete, exact: true }).click()
  check(await until(async () => (await row.count()) === 0), says('what never ran can be deleted'))

  // What came of one that ran: its figures with their customers, and what it caused.
  const rowOf = (known) => page.locator('.campaign-row').filter({ has: page.locator('code', { hasText: new RegExp(`^${known}$`) }) })
  const ran = rowOf(mock ? 'autumn' : 'ran')
  await ran.locator('.campaign-name').click()
  const report = ran.locator('.campaign-report')
  await report.waitFor()
  const said = await report.locator('.campaign-figures > li').allInnerTexts()
  check(said.some((one) => one.includes(c.report.figures.bought)) && said.some((one) => one.includes(c.report.figures.control)), says('a report goes from the plan to the order, with those who were left alone'))
  if (mock) check(said.some((one) => one.includes(w.messages.reasons.no_consent)), says('what was filtered stands with its reasons'))
  await report.getByRole('button', { name: c.report.figures.sent, exact: true }).click()
  await report.locator('.campaign-members a').first().waitFor()
  check((await report.locator('.campaign-members a').count()) >= 3, says('a figure opens to its customers'))
  check((await report.locator('.campaign-metric').count()) >= 2 && (!mock || (await report.locator('.campaign-spread').count()) === 2), says('what it caused stands with its interval'))
  await look(`campaign-report-${language}`, { full: true })
  await ran.locator('.campaign-name').click()
  const few = rowOf(mock ? 'spring' : 'ran') // on an engine 200 customers, a tenth of them left alone
  await few.locator('.campaign-name').click()
  await few.locator('.campaign-metric').first().waitFor()
  check((await few.locator('.campaign-spread').count()) === 0 && (await few.locator('.campaign-metric').first().innerText()).includes('50'), says('too few customers are said to be too few'))
  await few.locator('.campaign-name').click()

  // As a month.
  await page.getByRole('group', { name: c.view.label }).getByRole('button', { name: c.view.month, exact: true }).click()
  await page.locator('.month-day').first().waitFor()
  await page.waitForURL(/view=month/)
  if (mock) check((await page.locator('.month-run').count()) >= 1, says('the next run stands on its day'))
  await go('/campaigns?view=month&month=2026-12')
  await page.getByRole('button', { name: c.month.after, exact: true }).click()
  await page.waitForURL(/month=2027-01/)
  check(await until(async () => (await page.locator('.month-day').count()) === 31 && (await page.locator('.month-day').first().innerText()).includes(language === 'zh' ? '元旦' : "New Year's Day")), says('festivals stand on their days'))
  await look(`campaigns-month-${language}`)
  await context.close()
}
