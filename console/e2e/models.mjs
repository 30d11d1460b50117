// The league: who is ahead, beside a mark; playing it shows when it is done. What answers: a version is rolled back, switched off and deployed again. An analyst looks only.
import { allWords, until } from './browser.mjs'

export async function models({ enter, check, mock }, language) {
  const w = allWords(language).models
  const says = (what) => `models, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/models')
  await page.getByRole('heading', { level: 1, name: w.title }).waitFor()
  await page.locator('.models-table tbody tr, .state').first().waitFor()
  if (mock) {
    check(await until(async () => (await page.locator('.models-table tbody tr').count()) === 6), says('six recommenders'))
    check((await page.locator('.models-bar > i').count()) === 5, says('each that played beside the mark'))
    await page.locator('.models-table summary').first().click()
    await page.getByText('lam 300 · recency 0', { exact: true }).waitFor()
    await look(`models-${language}`, { full: true })
  }
  const note = page.locator('.page-note')
  const before = (await note.allInnerTexts())[0]
  const playedAt = () => page.evaluate(async () => (await (await fetch('/api/v1/models')).json()).league?.at ?? '')
  const last = await playedAt()
  await page.getByRole('button', { name: w.play, exact: true }).click()
  check(await until(async () => (await playedAt()) > last, 60_000), says('a league is played'))
  check(await until(async () => (await note.allInnerTexts())[0] !== before || last !== ''), says('and shows when')) // of one minute with the one before it reads the same
  if (!mock) await look(`models-${language}`, { full: true })
  await context.close()
  if (!mock) return
  await versions({ enter, w, check, says }, language)
  await lookingOnly({ enter, w, check, says }, language)
}

async function versions({ enter, w, check, says }, language) {
  const { page, context, go, look } = await enter({ language })
  const s = w.serving
  await go('/models')
  const rows = page.locator('.models-versions tbody tr')
  await rows.first().waitFor()
  const chip = (row) => rows.nth(row).getByText(s.answers, { exact: true }).count()
  check((await rows.count()) === 2 && (await chip(0)) === 1, says('two versions, the newest answers'))
  await page.getByRole('button', { name: s.toVersion.replace('{{act}}', s.back).replace('{{version}}', '1'), exact: true }).click()
  check(await until(async () => (await chip(1)) === 1 && (await chip(0)) === 0), says('rolled back to the first'))
  await page.getByRole('button', { name: s.off, exact: true }).click()
  check(await until(async () => (await chip(1)) === 0), says('switched off'))
  await look(`models-off-${language}`, { full: true })
  await page.getByLabel(s.automatic, { exact: true }).click()
  check(await until(async () => !(await page.getByLabel(s.automatic, { exact: true }).isChecked())), says('nothing is deployed by itself'))
  await page.getByLabel(s.automatic, { exact: true }).click()
  await page.getByRole('button', { name: s.toVersion.replace('{{act}}', s.deploy).replace('{{version}}', '2'), exact: true }).click()
  check(await until(async () => (await chip(0)) === 1), says('deployed again'))
  await context.close()
}

async function lookingOnly({ enter, w, check, says }, language) {
  const { page, context, go } = await enter({ language })
  await page.route('**/api/v1/session', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), role: 'analyst' } })
  })
  await go('/models')
  await page.locator('.models-table tbody tr').first().waitFor()
  check((await page.getByRole('button', { name: w.play, exact: true }).count()) === 0, says('who may not define does not play'))
  check((await page.locator('.models-versions button, .models-buttons').count()) === 0, says('nor deploys'))
  await context.close()
}
