// Imports: a file is chosen, looked at, its columns are named, it is imported, its rejects are handed out, and it is taken back.
import { allWords, until } from './browser.mjs'

/** A table with dates of both readings, a line that cannot be read, and one that is there twice. */
function table(language) {
  const rows = ['订单编号,买家会员名,商品ID,商品名称,购买数量,单价(元),订单总金额,下单时间,备注']
  for (let n = 0; n < 40; n++) rows.push(`W${language}${n},w${n % 5},k${n % 7},茶 ${n % 7},${n === 16 ? 'x' : 1},¥${n}.50,¥${n}.50,0${(n % 9) + 1}/0${(n % 7) + 1}/2026 08:15,`)
  return Buffer.from(`${rows.join('\n')}\n`)
}

export async function imports({ enter, check, mock }, language) {
  const w = allWords(language).imports
  const says = (what) => `imports, ${language}: ${what}`
  const { page, context, look, go } = await enter({ language })
  await go('/imports')
  await page.getByRole('heading', { name: w.list.title }).waitFor()
  await page.getByRole('button', { name: w.choose.button, exact: true }).waitFor()
  await look(`imports-${language}`, { full: true })
  await page.getByLabel(w.choose.source).fill('walk-office')
  await page.locator('#import-file').setInputFiles({ name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.alloc(0) })
  await page.getByText(w.choose.blank).waitFor()
  await page.locator('#import-file').setInputFiles({ name: `orders-${language}.csv`, mimeType: 'text/csv', buffer: table(language) })

  const columns = page.locator('.import-columns tbody tr')
  await columns.first().waitFor()
  const submit = page.getByRole('button', { name: w.map.submit, exact: true })
  check(await submit.isDisabled(), says('what is open keeps it from being imported'))
  const dates = page.getByLabel(w.map.dates)
  check((await dates.locator('option').count()) > 3, says('both readings of the dates stand to choose'))
  await look(`imports-map-${language}`, { full: true })
  const select = (name) => columns.filter({ has: page.getByRole('rowheader', { name, exact: true }) }).locator('select')
  await select('商品名称').selectOption('')
  check(await until(async () => (await select('商品名称').inputValue()) === ''), says('a column is left out'))
  await select('商品名称').selectOption('title')
  await select('订单编号').selectOption('')
  await page.locator('.import-problems').getByText(w.columns.order_id, { exact: false }).first().waitFor()
  check(await submit.isDisabled(), says('a needed column that is missing is named'))
  await select('订单编号').selectOption('order_id')
  await dates.selectOption('%d/%m/%Y %H:%M')
  await page.getByLabel(w.map.zone).selectOption('Asia/Shanghai')
  check(await until(async () => !(await submit.isDisabled())), says('when nothing is open it may be imported'))
  await page.locator('.import-first tbody tr').first().waitFor()
  await look(`imports-ready-${language}`, { full: true })

  await submit.click()
  await page.getByText(w.done.title, { exact: true }).waitFor({ timeout: 60_000 })
  await look(`imports-done-${language}`, { full: true })
  const rejects = page.getByRole('link', { name: w.done.rejects })
  const got = await page.evaluate(async (url) => (await fetch(url)).text(), await rejects.getAttribute('href'))
  check(got.startsWith('file,line,reason,raw'), says('rejected lines can be downloaded'))
  const row = page.locator('.import-row').filter({ hasText: `orders-${language}.csv` })
  check(await until(async () => (await row.count()) > 0 && (await row.first().innerText()).includes(w.states.done)), says('it is listed'))
  await page.getByRole('button', { name: w.done.again, exact: true }).click()
  await page.getByRole('button', { name: w.choose.button, exact: true }).waitFor()

  await row.first().locator('.import-undo').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(w.undo.restart).waitFor()
  await look(`imports-undo-${language}`)
  await dialog.getByRole('button', { name: w.cancel, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  check((await row.first().innerText()).includes(w.states.done), says('a cancelled undoing changes nothing'))
  if (mock) { // an engine opens itself anew and asks everybody to sign in: tests/e2e/undo.py
    await row.first().locator('.import-undo').click()
    await dialog.getByRole('button', { name: w.undo.confirm, exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    await row.first().locator('progress').waitFor()
    await look(`imports-undoing-${language}`)
    check(await until(async () => (await row.first().innerText()).includes(w.states.undone)), says('it is taken back'))
  }
  await context.close()
}
