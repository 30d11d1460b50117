// Experiments: the list with how each stands, what starting and stopping ask, a draft deleted and brought back; a result with its intervals, one whose arms do not fit.
import { allWords, until } from './browser.mjs'

export async function experiments({ enter, check, mock }, language) {
  const w = allWords(language).experiments
  const says = (what) => `experiments, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language, expectErrors: true }) // a refused start is an answer of 409
  await go('/experiments')
  await page.getByRole('heading', { level: 1, name: w.title }).waitFor()
  if (mock) {
    await listed({ page, look, check, says, w }, language)
    await results({ page, look, go, check, says, w }, language)
    await learning({ page, look, go, check, says, w }, language)
  }
  await settingUp({ page, look, go, check, says, w, mock }, language)
  await context.close()
  if (mock) await lookingOnly({ enter, w }, language)
}

const named = (text, title) => text.replace('{{title}}', title)

async function listed({ page, look, check, says, w }, language) {
  const row = (name) => page.locator('.experiment-row').filter({ has: page.locator(`a[href="/experiments/${name}"]`) })
  const dialog = page.locator('.experiment-dialog')
  const button = (name) => page.getByRole('button', { name, exact: true })
  await row('calm').locator('.experiment-verdict-better').waitFor()
  await row('cart-lost').getByText(w.short.mismatch).waitFor()
  await row('views').getByText(w.verdict.open).waitFor()
  await row('quiet').getByText(w.states.draft).waitFor()
  await look(`experiments-list-${language}`, { full: true })

  await button(named(w.acts.stop.name, '首页少重复')).click()
  await dialog.getByText(w.acts.stop.text).waitFor()
  await look(`experiments-stop-${language}`)
  await dialog.getByRole('button', { name: w.cancel, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await row('calm').getByText(w.states.running).waitFor()

  const turn = async (act, after) => {
    await button(named(w.acts[act].name, 'Views count more')).click()
    await dialog.getByRole('button', { name: w.acts[act].confirm, exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    await row('views').getByText(after, { exact: true }).waitFor()
  }
  await turn('pause', w.states.paused)
  await turn('goOn', w.states.running)

  await button(named(w.acts.start.name, '夜间少打扰')).click()
  await dialog.getByRole('button', { name: w.acts.start.confirm, exact: true }).click()
  await dialog.getByText(w.refused.overlap).waitFor()
  await dialog.getByRole('button', { name: w.cancel, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })

  await button(named(w.remove.name, '夜间少打扰')).click()
  await row('quiet').waitFor({ state: 'detached' })
  await page.locator('.experiment-gone').getByRole('button', { name: w.remove.undo, exact: true }).click()
  await row('quiet').waitFor()
  check(await until(async () => (await page.locator('.experiment-gone').count()) === 0), says('a deleted draft comes back'))
}

async function results({ page, look, go, check, says, w }, language) {
  await go('/experiments/calm')
  await page.locator('.effect').first().waitFor()
  check(await until(async () => (await page.locator('.effect').count()) === 6), says('four metrics and two guardrails'))
  check(await until(async () => (await page.locator('.effect-sequential').count()) === 6), says('each with its interval'))
  await page.getByRole('heading', { name: w.one.guards, exact: true }).waitFor()
  await page.locator('#experiment-history').scrollIntoViewIfNeeded()
  await page.locator('.chart svg').first().waitFor()
  await page.locator('.experiment-exposed-rows tbody tr').first().waitFor()
  await look(`experiment-${language}`, { full: true })
  await page.getByRole('region', { name: w.one.exposed }).getByLabel(w.one.arm, { exact: true }).selectOption('calm')
  check(await until(async () => {
    const arms = await page.locator('.experiment-exposed-rows tbody td:nth-child(3)').allInnerTexts()
    return arms.length > 0 && arms.every((arm) => arm === 'calm')
  }), says('those of one arm'))
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: w.one.csv, exact: true }).click()])
  check(download.suggestedFilename() === 'calm.csv', says('the table is taken away'))
  await page.getByRole('region', { name: w.uplift.title }).getByRole('button', { name: w.uplift.ask, exact: true }).click()
  await page.locator('.uplift-curve svg').waitFor()
  check(await until(async () => (await page.getByRole('region', { name: w.uplift.title }).getByRole('group', { name: w.uplift.groups, exact: true }).locator('tbody tr').count()) === 3), says('the groups it moves'))
  await page.locator('.uplift-tenths summary').click()
  check(await until(async () => (await page.locator('.uplift-tenths tbody tr').count()) === 10), says('and the tenths'))
  await look(`experiment-uplift-${language}`, { full: true })
  await page.locator('.experiment-set summary').click()
  await page.getByText(w.set.windowDays, { exact: true }).waitFor()
  await page.getByRole('slider').fill('80')
  await page.locator('.experiment-share').getByRole('button', { name: w.share.save, exact: true }).click()
  await page.locator('.experiment-set').getByText(/80\s?%/).waitFor()
  await page.getByRole('slider').fill('100')
  await page.locator('.experiment-share').getByRole('button', { name: w.share.save, exact: true }).click()
  await page.locator('.experiment-set').getByText(/100\s?%/).waitFor()

  await go('/experiments/cart-lost')
  await page.locator('.experiment-alarm').waitFor()
  check(await until(async () => (await page.locator('.experiment-alarm li').count()) === 4), says('hints where to look'))
  check(await until(async () => (await page.locator('.effect').count()) === 0), says('no result where the arms do not fit'))
  await look(`experiment-mismatch-${language}`, { full: true })
  await go('/experiments/quiet')
  await page.getByText(w.one.draftTitle).waitFor()
  await look(`experiment-draft-${language}`, { full: true })
  await go('/experiments/views')
  await page.locator('.effect-arm').first().waitFor()
  await page.getByRole('region', { name: w.uplift.title }).getByRole('button', { name: w.uplift.ask, exact: true }).click()
  await page.getByText(w.uplift.verdict.no_better, { exact: true }).waitFor()
  check((await page.locator('.uplift-curve').count()) === 0, says('nobody is named where nobody can be'))
  await page.locator('#experiment-history').scrollIntoViewIfNeeded()
  await look(`experiment-arms-${language}`, { full: true })
}

/** A bandit: who gets more, where it changed; what another arm would have earned, and a refusal in words. */
async function learning({ page, look, go, check, says, w }, language) {
  await go('/experiments/learn')
  await page.locator('.bandit-chances').first().waitFor()
  check(await until(async () => (await page.locator('.bandit-chances').count()) === 3), says('the chances of three arms'))
  check(await until(async () => (await page.locator('.bandit-drift').count()) === 1 && (await page.locator('.bandit-chances line').count()) === 3), says('where a change was noticed'))
  await page.getByRole('region', { name: w.replay.title }).getByRole('button', { name: w.replay.ask, exact: true }).click()
  await page.locator('.replay-main').waitFor()
  check(await until(async () => (await page.locator('.replay-answer tbody tr').count()) === 5), says('what was earned, and four estimates'))
  await look(`experiment-bandit-${language}`, { full: true })
  await page.getByRole('region', { name: w.replay.title }).getByLabel(w.replay.arm, { exact: true }).selectOption('control')
  await page.getByRole('region', { name: w.replay.title }).getByRole('button', { name: w.replay.ask, exact: true }).click()
  await page.locator('.replay-refused').getByText(w.replay.refused, { exact: true }).waitFor()
  check(await until(async () => (await page.locator('.replay-main').count()) === 0), says('no number where there is no answer'))
  await look(`experiment-refused-${language}`, { full: true })
}

/** Set up by hand: what is wrong stands at its field, the plan follows the slider, a draft is changed and taken away again. */
async function settingUp({ page, look, go, check, says, w, mock }, language) {
  const name = `walk-${language}-${Date.now()}` // an engine may hold others
  await go('/experiments')
  await page.getByRole('link', { name: w.empty.add, exact: true }).click()
  await page.getByRole('checkbox').nth(3).waitFor()
  if (mock) {
    await page.locator('.plan-curve').waitFor()
    const units = page.locator('.plan dd').first()
    const before = (await units.allInnerTexts())[0]
    await page.getByLabel(w.plan.effect, { exact: true }).fill('10')
    check(await until(async () => (await units.allInnerTexts())[0] !== before), says('the plan follows the effect'))
  }
  await page.getByLabel(w.edit.name, { exact: true }).fill(name)
  await page.getByLabel(w.edit.title, { exact: true }).fill(name)
  await page.getByLabel(w.edit.notPersonal).check()
  await page.getByLabel(w.mode.label, { exact: true }).selectOption('bandit')
  await page.getByLabel(w.mode.strategy, { exact: true }).selectOption('epsilon_greedy')
  await page.getByLabel(w.mode.epsilon, { exact: true }).fill('0.2')
  await page.getByLabel(w.mode.winnerLoss, { exact: true }).fill('0.001')
  await page.getByLabel(w.edit.before, { exact: true }).fill('0')
  await page.getByLabel(w.edit.currency, { exact: true }).fill('CNY')
  await page.getByLabel(w.set.eligibility, { exact: true }).fill('customer.ordrs.count() > 0')
  await page.getByRole('button', { name: w.edit.save, exact: true }).click()
  await page.locator('.experiment-warn').first().waitFor()
  await look(`experiment-new-${language}`, { full: true })
  await page.locator('.edit-code').fill('customer.orders.count() > 0')
  await page.getByRole('button', { name: w.edit.save, exact: true }).click()
  await page.getByText(w.one.draftTitle).waitFor()
  await page.getByText('personal: false').waitFor()
  await page.locator('.experiment-set').getByText(new RegExp(w.mode.epsilon_greedy)).waitFor()
  await page.locator('.experiment-set').getByText('CNY', { exact: true }).waitFor()
  await page.getByRole('link', { name: w.edit.open, exact: true }).click()
  check(await until(async () => (await page.getByLabel(w.edit.name, { exact: true }).inputValue()) === name), says('a draft is opened again'))
  // Arms without a list: what the other way has no use for goes away.
  await page.getByLabel(w.set.assignment, { exact: true }).selectOption('outside')
  check(await until(async () => (await page.getByLabel(w.set.layer, { exact: true }).count()) + (await page.getByLabel(w.mode.label, { exact: true }).count()) === 0), says('who takes part is decided outside'))
  await look(`experiment-outside-${language}`, { full: true })
  await page.getByLabel(w.set.assignment, { exact: true }).selectOption('asked')
  await page.getByText(w.assignment.askedText.replace('{{name}}', name), { exact: true }).waitFor()
  await look(`experiment-asked-${language}`, { full: true })
  await page.getByRole('button', { name: w.edit.save, exact: true }).click()
  await page.locator('.experiment-set').getByText(w.assignment.asked, { exact: true }).waitFor()
  await go('/experiments')
  await page.getByRole('button', { name: named(w.remove.name, name), exact: true }).click()
  await page.locator('.experiment-row').filter({ has: page.locator(`a[href="/experiments/${name}"]`) }).waitFor({ state: 'detached' })
}

/** Roles that may not define see results, and no way to change anything; customers are hidden from them. */
async function lookingOnly({ enter, w }, language) {
  const { page, context, look, go } = await enter({ language })
  await page.route('**/api/v1/session', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), role: 'analyst' } })
  })
  await go('/experiments')
  await page.locator('.experiment-row').first().waitFor()
  await page.locator('.experiment-acts').first().waitFor({ state: 'detached' })
  await go('/experiments/calm')
  await page.getByText(w.one.exposedHidden, { exact: true }).waitFor()
  await page.locator('.experiment-acts').first().waitFor({ state: 'detached' })
  await look(`experiment-analyst-${language}`, { full: true })
  await context.close()
}
