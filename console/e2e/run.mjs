// Walks through the console in a real browser, in both languages, and looks at it.
//   node e2e/run.mjs                        against the mock, all pages in all their states
//   node e2e/run.mjs live items             only these walks
//   BASE_URL=http://127.0.0.1:8700 ZHUN_ADMIN_PASSWORD=… node e2e/run.mjs   against an engine
// Fails on: a console error, a breach of the content security policy, a finding of axe that is serious
// or critical, a page that scrolls sideways, a text without words, a missing control, a late first paint.
// Screenshots: out/screens/.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { start } from '../mock/server.mjs'
import { chromiumPath, flags, toolsFor } from './browser.mjs'
import { audit } from './audit.mjs'
import { builder } from './builder.mjs'
import { customers } from './customers.mjs'
import { debugging } from './debugger.mjs'
import { experiments } from './experiments.mjs'
import { fairness } from './fairness.mjs'
import { frame } from './frame.mjs'
import { funnels } from './funnels.mjs'
import { groups } from './groups.mjs'
import { imports } from './imports.mjs'
import { items } from './items.mjs'
import { live } from './live.mjs'
import { channels } from './channels.mjs'
import { delivery } from './delivery.mjs'
import { campaigns } from './campaigns.mjs'
import { journeys } from './journeys.mjs'
import { templates } from './templates.mjs'
import { messages } from './messages.mjs'
import { members } from './members.mjs'
import { metrics } from './metrics.mjs'
import { models } from './models.mjs'
import { offers } from './offers.mjs'
import { placements } from './placements.mjs'
import { preview } from './preview.mjs'
import { privacy } from './privacy.mjs'
import { quality } from './quality.mjs'
import { reports } from './reports.mjs'
import { scene } from './scene.mjs'
import { segments } from './segments.mjs'
import { session } from './session.mjs'
import { paint, portrait, shapes, states } from './shapes.mjs'
import { sources } from './sources.mjs'
import { predictions } from './predictions.mjs'
import { attribution } from './attribution.mjs'
import { standing } from './standing.mjs'
import { account } from './account.mjs'
import { system } from './system.mjs'
import { consents } from './consents.mjs'
import { feedback } from './feedback.mjs'
import { tags } from './tags.mjs'
import { views } from './views.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const screens = process.env.SCREENS ?? join(root, 'out/screens')
mkdirSync(screens, { recursive: true })

// Each walk looks at one page, or at all of them in one way.
const walks = { session, live, customers, segments, builder, groups, tags, feedback, consents, views, standing, predictions, items, placements, offers, messages, campaigns, journeys, templates, channels, delivery, preview, models, scene, experiments, fairness, attribution, metrics, funnels, reports, sources, imports, quality, debugger: debugging, privacy, members, audit, system, account, shapes, states, paint }
const chosen = process.argv.slice(2)
const wanted = (name) => chosen.length === 0 || chosen.includes(name)
const unknown = chosen.filter((name) => !(name in walks) && !['frame', 'portrait'].includes(name))
if (unknown.length > 0) throw new Error(`no such walk: ${unknown.join(', ')}; there are ${[...Object.keys(walks), 'frame', 'portrait'].join(', ')}`)

const real = process.env.BASE_URL
const mock = real === undefined ? await start() : undefined
const password = process.env.ZHUN_ADMIN_PASSWORD ?? mock?.password
if (password === undefined) throw new Error('set ZHUN_ADMIN_PASSWORD')
const browser = await chromium.launch({ executablePath: chromiumPath(), args: flags })
const ctx = toolsFor({ browser, base: real ?? mock.url, password, mock, screens })

/** A walk that breaks off is one failure; the others still go. */
async function go(name, walk) {
  if (!wanted(name)) return
  try {
    await walk()
  } catch (error) {
    ctx.check(false, `${name} broke off: ${error instanceof Error ? error.message : error}`)
  }
}

try {
  for (const language of ['zh', 'en']) {
    for (const [name, walk] of Object.entries(walks)) {
      if (wanted(name)) console.log(`${name}, ${language}`)
      await go(name, () => walk(ctx, language))
    }
  }
  await go('frame', () => frame(ctx))
  await go('portrait', () => portrait({ ...ctx, screens }))
} finally {
  await browser.close()
  await mock?.stop()
}
const { passed, failures } = ctx.counts()
console.log(`screenshots in ${screens}`)
console.log(`${passed + failures.length} checks, ${failures.length} failed`)
process.exit(failures.length === 0 ? 0 : 1)
