// The acceptance tests T1 to T15 with the SDKs shops use, as they are published, against an engine of this build.
//   ZHUN=build/zhun node tests/sdk/run.mjs [PART OF A NAME]      tools/sdks.sh installs what it needs first
// Each line names the tests it shows. Status 77: something is missing. Nothing leaves the machine.
import { counts, missing, run } from './lab.mjs'

const why = missing()
if (why !== undefined) {
  console.log(`skipped: ${why}`)
  process.exit(77)
}
for (const name of ['segment_node', 'rudder_node', 'segment_browser', 'sensors_browser', 'wire']) await import(`./${name}.mjs`)
await run(process.argv[2] ?? '')
console.log(`${counts.passed + counts.failures.length} checks, ${counts.failures.length} failed`)
process.exit(counts.failures.length === 0 ? 0 : 1)
