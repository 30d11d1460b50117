// Templates: written in two languages, seen as a customer would get them while one types, a fault led to its place, saved, tried, deleted and put back.
import { allWords, until } from './browser.mjs'

export async function templates({ enter, check, mock }, language) {
  const w = allWords(language)
  const s = w.templates
  const says = (what) => `templates, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  const name = `walk_words_${language}`
  const number = mock ? '12349' : await (async () => {
    await go('/templates')
    return page.evaluate(async () => {
      const { csrf } = await (await fetch('/api/v1/session')).json()
      await fetch('/api/v1/channels/walk_inbox', { method: 'PUT', headers: { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' }, body: '{"kind":"inbox"}' })
      return (await (await fetch('/api/v1/customers?limit=1')).json()).items[0].id
    })
  })()
  await go('/templates')
  await page.locator('.template-row, .state').first().waitFor()
  await look(`templates-${language}`)
  await page.getByRole('link', { name: s.new, exact: true }).click()

  // Written, and seen.
  await page.getByLabel(s.name, { exact: true }).fill('No Name')
  await page.getByText(s.nameBad).waitFor()
  await page.getByLabel(s.name, { exact: true }).fill(name)
  await page.getByLabel(s.titleOf, { exact: true }).fill('A walk')
  await page.getByLabel(s.purpose, { exact: true }).selectOption('transactional')
  const tabs = page.locator('#main').getByRole('group', { name: s.language, exact: true })
  const part = (which) => page.locator('#template-words').locator('xpath=ancestor::section').getByLabel(s.parts[which], { exact: true })
  await tabs.getByRole('button', { name: s.languages.en, exact: true }).click()
  await part('subject').fill('Order {{ data.order }}')
  await part('text').fill('Customer {{ data.order }}')
  await part('html').fill('<p style="color: #0b6e5f">Order <b>{{ data.order }}</b></p><script>parent.document.title = "taken"</script>')
  await page.getByLabel(s.sample).fill('{"order": "<1001>"}')
  const letter = page.locator('.template-letter')
  await letter.getByText('Order <1001>', { exact: true }).waitFor()
  const frame = letter.locator('iframe')
  await frame.waitFor()
  check((await frame.getAttribute('sandbox')) === '', says('the HTML stands in a frame that may do nothing'))
  check(await until(async () => (await page.frameLocator('.template-letter iframe').locator('b').innerText()) === '<1001>'), says('what is put in is escaped'))
  check(!(await page.title()).includes('taken'), says('no script of it ran'))
  await tabs.getByRole('button', { name: s.languages.zh, exact: true }).click()
  await part('text').fill('订单 {{ data.order }}')
  check(await until(async () => (await letter.innerText()).includes('订单 <1001>')), says('the other language is seen as it is chosen'))
  await page.getByLabel(s.preview.customer, { exact: true }).fill(`#${number}`)
  await page.getByLabel(s.preview.channel, { exact: true }).selectOption(mock ? 'sms' : 'walk_inbox')
  check(await until(async () => (await letter.innerText()).includes('订单')), says('as a customer, through a channel'))
  check(!page.url().includes(number), says('and who it is does not stand in the address'))
  await look(`template-${language}`, { full: true })

  // A fault leads to its place.
  await part('text').fill('一\n二 {{ data.order')
  const place = page.locator('.template-place')
  await place.waitFor()
  check(/2/.test(await place.innerText()), says('a fault has its line and column'))
  await place.click()
  check((await part('text').evaluate((area) => area.selectionStart)) >= 2 && (await part('text').evaluate((area) => area === document.activeElement)), says('and leads there'))
  await look(`template-fault-${language}`)
  await page.getByRole('button', { name: s.save, exact: true }).click()
  check(await until(async () => (await part('text').getAttribute('aria-invalid')) === 'true' && page.url().endsWith('/templates/new')), says('what is at fault is not saved'))
  await part('text').fill('订单 {{ data.order }}')
  check(await until(async () => (await place.count()) === 0 && (await letter.innerText()).includes('订单')), says('mended, it is seen again'))
  await page.getByRole('button', { name: s.save, exact: true }).click()
  await page.waitForURL(new RegExp(`/templates/${name}$`))

  // A test to oneself: only what is kept is sent.
  const test = page.locator('#template-test').locator('xpath=ancestor::section')
  await test.waitFor()
  await part('text').waitFor()
  await part('subject').fill('not kept yet')
  await test.getByText(s.test.unsaved).waitFor()
  await part('subject').fill('')
  await test.getByText(s.test.asked).waitFor()
  await test.getByLabel(s.test.customer, { exact: true }).fill(`#${number}`)
  await test.getByLabel(s.test.channel, { exact: true }).selectOption(mock ? 'inbox' : 'walk_inbox')
  await test.getByRole('button', { name: s.test.send, exact: true }).click()
  await test.getByText(s.test.sent).waitFor()
  await look(`template-sent-${language}`)
  await test.getByRole('link', { name: s.test.why }).click()
  await page.getByRole('dialog').locator('.message-step').first().waitFor()
  const stands = page.getByRole('dialog').locator('.message-verdict b')
  check([w.messages.one.verdict.sent, w.messages.one.verdict.planned, w.messages.one.verdict.sending].includes(await stands.innerText()), says('one click says what became of it'))

  // Deleted, put back, deleted.
  await go(`/templates/${name}`)
  await page.getByRole('button', { name: s.delete, exact: true }).click()
  await page.getByRole('button', { name: s.back, exact: true }).click()
  const row = page.locator('.template-row').filter({ has: page.locator('code', { hasText: new RegExp(`^${name}$`) }) })
  await row.waitFor()
  await row.getByRole('link').first().click()
  check(await until(async () => (await part('text').inputValue().catch(() => '')).length > 0), says('it can be put back as it was'))
  await page.getByRole('button', { name: s.delete, exact: true }).click()
  await page.waitForURL(/\/templates$/)
  check(await until(async () => (await row.count()) === 0), says('and deleted'))
  await context.close()
}
