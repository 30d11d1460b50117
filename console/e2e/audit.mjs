// The audit: lines in words, by who, by route, by customer, page by page; the signed head as a file; what opening found changed is said in red.
import { allWords, until } from './browser.mjs'

export async function audit({ enter, check, mock }, language) {
  const all = allWords(language)
  const w = all.audit
  const says = (what) => `audit, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true })
  const rows = page.locator('.audit-table tbody tr')
  const button = (name) => page.getByRole('button', { name, exact: true })
  const find = async (label, text) => {
    await page.getByLabel(label, { exact: true }).fill(text)
    await button(w.find.submit).click()
  }
  await go('/audit')
  await page.getByRole('heading', { level: 1, name: w.title }).waitFor()
  await rows.first().waitFor()
  check((await page.getByRole('alert').count()) === 0, says('nothing is damaged'))
  const [head] = await Promise.all([page.waitForEvent('download'), button(w.head.save).click()])
  check(/^audit-head-\d+\.json$/.test(head.suggestedFilename()), says('the head is a file'))
  await page.getByText(head.suggestedFilename()).first().waitFor()
  check((await page.locator('.audit-command code').innerText()).endsWith(head.suggestedFilename()), says('the command names the file'))
  await look(`audit-${language}`, { full: true })
  await find(w.find.did, 'login')
  check(await until(() => new URL(page.url()).searchParams.get('did') === 'login'), says('the route stands in the address'))
  check(await until(async () => (await rows.count()) > 0 && (await rows.filter({ hasText: w.acts.login }).count()) === (await rows.count())), says('tries to sign in, and no others'))
  await button(w.find.all).click()
  check(await until(async () => new URL(page.url()).search === '' && (await page.getByLabel(w.find.did, { exact: true }).inputValue()) === ''), says('all lines again, and an empty form'))
  await find(w.find.customer, 'nobody')
  await page.getByText(w.unknown.title, { exact: true }).waitFor()
  check(!page.url().includes('nobody'), says('an id of a person stays out of the address'))
  await look(`audit-unknown-${language}`)
  await button(w.find.all).click()
  await rows.first().waitFor()
  if (mock) {
    check((await rows.count()) === 50, says('fifty lines'))
    await button(all.shared.more).click()
    check(await until(async () => (await rows.count()) === 100), says('and fifty more'))
    check((await rows.filter({ hasText: 'PUT /api/v1/uploads/{}' }).count()) === 10, says('what has no words stands as it is'))
    await find(w.find.by, 'shop')
    check(await until(() => new URL(page.url()).searchParams.get('by') === 'user 2'), says('a name is found'))
    check(await until(async () => (await rows.count()) > 0 && (await rows.filter({ hasText: 'shop' }).count()) === (await rows.count())), says('lines of one person, by name'))
    await page.route('**/api/v1/audit?*', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ response: answer, json: { ...(await answer.json()), damage: 'line 12 of 00000001.jsonl does not follow line 11' } })
    })
    await go('/audit')
    await page.getByRole('alert').getByText('line 12').waitFor()
    await look(`audit-damage-${language}`)
  }
  await context.close()
}
