// Signing in and out: a wrong password, the first load, a session that outlives a reload and ends when it should.
import { gzipSync } from 'node:zlib'
import { allWords } from './browser.mjs'

const SIGNIN_MAX = 350_000 // compressed bytes until one can sign in

export async function session({ browser, base, open, check, signIn }, language) {
  const w = allWords(language)
  const at = (name) => `${name}-${language}`
  const { page, context, look, go } = await open(browser, { language })
  const loaded = []
  page.on('response', (response) => {
    if (/\/assets\//.test(response.url())) loaded.push(response.body().then((body) => gzipSync(body, { level: 9 }).length).catch(() => 0))
  })
  const bytes = async () => (await Promise.all(loaded)).reduce((sum, one) => sum + one, 0)
  await go('/')
  await page.getByRole('heading', { name: w.session.title }).waitFor()
  await look(at('signin'))
  const atSignIn = await bytes()
  await page.getByLabel(w.session.user, { exact: true }).fill('admin')
  await page.getByLabel(w.session.password, { exact: true }).fill('wrong password here')
  await page.getByRole('button', { name: w.session.submit }).click()
  await page.getByText(w.session.errors.wrong).waitFor()
  await look(at('signin-wrong'))
  await signIn(page, w)
  await page.getByRole('heading', { level: 1, name: w.overview.title }).waitFor()
  await page.locator('.event').first().waitFor()
  await page.waitForTimeout(1_000)
  console.log(`  first load: ${Math.round(atSignIn / 1000)} kB to sign in, ${Math.round((await bytes()) / 1000)} kB with the overview, compressed`)
  check(atSignIn > 10_000 && atSignIn < SIGNIN_MAX, `${language}: the first load is ${atSignIn} bytes`)

  await page.reload({ waitUntil: 'domcontentloaded' })
  await page.getByRole('heading', { level: 1, name: w.overview.title }).waitFor()
  check(true, `${language}: the session outlives a reload`)
  await page.getByRole('button', { name: w.shell.account.signOut }).click()
  await page.getByRole('heading', { name: w.session.title }).waitFor()
  const after = await context.request.get(`${base}/api/v1/system`)
  check(after.status() === 401, `${language}: signing out ends the session (${after.status()})`)
  await go('/live')
  await page.getByRole('heading', { name: w.session.title }).waitFor()
  check(new URL(page.url()).pathname === '/live', `${language}: the sign-in page stands at the address that was asked for`)
  await context.close()
}
