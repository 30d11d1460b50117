// The delivery policy: hours, caps and the holdout set in a form, a day drawn, what is refused told, what is saved there after a reload.
import { allWords, until } from './browser.mjs'

export async function delivery({ enter, check }, language) {
  const d = allWords(language).delivery
  const says = (what) => `delivery, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  await go('/delivery')
  await page.locator('.day-bar').first().waitFor()
  const on = page.getByLabel(d.quiet.on)
  const save = page.getByRole('button', { name: d.save, exact: true })
  const saved = async () => {
    await save.click()
    await page.getByText(d.saved).waitFor()
  }

  // Nothing at all.
  await on.setChecked(false)
  while ((await page.getByRole('button', { name: d.caps.drop }).count()) > 0) await page.getByRole('button', { name: d.caps.drop }).first().click()
  await page.getByLabel(d.holdout.share).fill('0')
  check((await page.locator('.day-bar i').count()) === 0 && (await page.locator('.day-bar').count()) === 1, says('without quiet hours a day has no night'))
  await page.getByText(d.caps.none).waitFor()
  await saved()

  // Refused, then right.
  await on.setChecked(true)
  check(await until(async () => (await page.locator('.day-bar i').count()) === 2), says('a night over midnight has two parts'))
  await page.getByLabel(d.quiet.to, { exact: true }).fill('22:00')
  await save.click()
  await page.getByRole('alert').waitFor()
  check((await page.getByRole('alert').innerText()).length > 10 && (await page.locator('.day-bar i').count()) === 0, says('hours that are none are refused with a sentence'))
  await page.getByLabel(d.quiet.to, { exact: true }).fill('09:30')
  const quiet = page.getByRole('group', { name: d.channels }).first()
  const sms = allWords(language).consents.channels.sms
  await quiet.getByLabel(sms, { exact: true }).check()
  check((await page.locator('.day-row').first().innerText()).includes(sms) && (await page.locator('.day-bar').count()) === 2, says('the channels that are held stand apart'))
  await quiet.getByLabel(sms, { exact: true }).uncheck()
  await page.getByRole('button', { name: d.caps.add, exact: true }).click()
  await page.getByRole('button', { name: d.caps.add, exact: true }).click()
  const second = page.locator('.cap').nth(1)
  await second.getByLabel(d.caps.most).fill('3')
  await second.getByLabel(d.caps.per).selectOption('hours')
  await second.getByLabel(d.caps.hours, { exact: true }).fill('168')
  await second.getByLabel(d.caps.over).selectOption('wait')
  await second.getByLabel(sms, { exact: true }).check()
  await page.getByLabel(d.holdout.share).fill('2.5')
  await saved()
  await look(`delivery-${language}`, { full: true })
  await page.reload()
  await page.locator('.cap').nth(1).waitFor()
  const kept = await page.evaluate(async () => (await (await fetch('/api/v1/delivery')).json()).policy)
  const want = { quietHours: { from: '22:00', to: '09:30', over: 'wait' }, caps: [{ most: 1, per: 'day', over: 'skip' }, { most: 3, hours: 168, channels: ['sms'], over: 'wait' }], holdout: 0.025 }
  check(JSON.stringify(kept) === JSON.stringify(want), says(`the engine has what the form said (${JSON.stringify(kept)})`))
  check((await page.locator('.cap').nth(1).getByLabel(d.caps.hours, { exact: true }).inputValue()) === '168' && (await page.getByLabel(d.holdout.share).inputValue()) === '2.5', says('and the form shows it again'))

  // Back to nothing: other walks send messages.
  await on.setChecked(false)
  while ((await page.getByRole('button', { name: d.caps.drop }).count()) > 0) await page.getByRole('button', { name: d.caps.drop }).first().click()
  await page.getByLabel(d.holdout.share).fill('0')
  await saved()
  await context.close()
}
