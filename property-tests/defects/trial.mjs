// scratch: node trial.mjs ids...
import { DEFECTS } from './catalogue.ts'
import { runUnitSuite } from './unit-suite.ts'
const ids = process.argv.slice(2)
const chosen = DEFECTS.filter((d) => ids.length === 0 || ids.includes(d.id) || ids.includes(d.finding))
const t = performance.now()
const { defects, clean } = await runUnitSuite(chosen, { clean: process.env.CLEAN === '1' })
for (const [id, r] of defects) {
  console.log(id, r.failed.length ? 'caught' : '**NOT**', r.cases, r.seconds.toFixed(1))
  for (const f of r.failed)
    console.log('     ', f.title, '\n        =>', f.message.slice(0, 300).replaceAll('\n', '\n           '))
}
if (clean) console.log('clean', clean.cases, JSON.stringify(clean.failed))
console.log(((performance.now() - t) / 1000).toFixed(1), 's')
