// The log of messages: filtered, one opened to see why, from the customer's page and back.
import { allWords, until } from './browser.mjs'

/** On an engine there is nothing to look at yet: an inbox, a template that says something and one that is marketing, a customer, three messages. */
async function fill(page) {
  return page.evaluate(async () => {
    const { csrf } = await (await fetch('/api/v1/session')).json()
    const ask = async (method, path, body) => (await fetch(`/api/v1/${path}`, { method, headers: { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json().catch(() => undefined)
    await ask('PUT', 'channels/walk_inbox', { kind: 'inbox' })
    await ask('PUT', 'channels/walk_sms', { kind: 'webhook', via: 'sms', url: 'https://sms.example/send', body: '{}' })
    await ask('PUT', 'templates/walk', { purpose: 'transactional', languages: { en: { subject: 'Hello', text: 'Hello {{ customer.id }}' } } })
    await ask('PUT', 'templates/walk_offer', { purpose: 'marketing', languages: { en: { text: 'For you' } } })
    const customerId = (await ask('GET', 'customers?limit=1')).items[0].id
    for (const [channel, template, key] of [['walk_inbox', 'walk', 'walk-1'], ['walk_sms', 'walk_offer', 'walk-2'], ['walk_inbox', 'walk', 'walk-3']]) await ask('POST', 'messages', { customerId, channel, template, key, campaign: 'walk' })
    return customerId
  }).catch((error) => { throw new Error(`messages could not be made: ${error.message}`) })
}

export async function messages({ enter, check, mock }, language) {
  const w = allWords(language)
  const m = w.messages
  const says = (what) => `messages, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  const lines = page.locator('.message-line')
  await go('/messages')
  await page.locator('.message-line, .state').first().waitFor()
  const customer = mock ? '12349' : await fill(page)
  const [state, why] = ['skipped', 'no_consent']
  await go('/messages')
  check(await until(async () => (await lines.count()) >= (mock ? 50 : 3)), says('they are listed'))
  await look(`messages-${language}`)
  if (mock) {
    await page.getByRole('button', { name: w.shared.more, exact: true }).click()
    check(await until(async () => (await lines.count()) === 100), says('there are further pages'))
  }

  // Filtered: the address says what is shown, so a link shows a colleague the same.
  await page.getByLabel(m.filters.state, { exact: true }).selectOption(state)
  await page.waitForURL(/state=skipped/)
  await page.getByLabel(m.filters.why, { exact: true }).selectOption(why)
  await page.waitForURL(/why=no_consent/)
  check(await until(async () => (await lines.count()) > 0 && (await lines.locator('.message-why').allInnerTexts()).every((one) => one === m.reasons[why])), says('only what was asked for is shown'))
  await page.getByLabel(m.filters.campaign, { exact: true }).fill('no-such-campaign')
  await page.getByRole('button', { name: m.filters.submit, exact: true }).click()
  await page.getByText(m.none.title, { exact: true }).waitFor()
  await page.getByRole('button', { name: m.filters.clear, exact: true }).click()
  check(await until(async () => !page.url().includes('?') && (await lines.count()) >= 3), says('and all again'))

  // One click: why.
  const skipped = lines.filter({ hasText: m.reasons[why] }).first()
  await skipped.getByRole('button').click()
  const drawer = page.getByRole('dialog')
  await drawer.locator('.message-step').first().waitFor()
  check((await drawer.getByText(m.because[why]).count()) === 2 && (await drawer.locator('.message-step-ended').count()) === 1, says('the reason is told in a sentence, and where it stopped'))
  check((await drawer.locator('.message-step').count()) === 12, says('with every step'))
  await look(`message-${language}`)
  await drawer.getByRole('link', { name: m.one.of }).click()
  await page.waitForURL(/customer=\d+/)
  check(await until(async () => (await lines.count()) > 0 && (await page.getByRole('dialog').count()) === 0), says('the messages of the customer'))

  // From the customer's page.
  await go(`/customers/${customer}`)
  const card = page.locator('.card').filter({ has: page.locator('#customer-messages') })
  await card.locator('.message-line').first().waitFor()
  await card.scrollIntoViewIfNeeded()
  await look(`customer-messages-${language}`)
  await card.locator('.message-line').first().getByRole('button').click()
  await page.getByRole('dialog').locator('.message-step').first().waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await card.getByRole('link', { name: m.ofOne.all }).click()
  await page.waitForURL(new RegExp(`/messages\\?customer=${customer}`))
  await lines.first().waitFor()
  const back = lines.first().getByRole('link')
  if ((await back.count()) > 0) check((await back.getAttribute('href')).startsWith(`/customers/${customer}`), says('each line leads to its customer'))
  await context.close()
}
