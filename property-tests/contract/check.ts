/** Holds every broken simulator to the cases that have to catch it, and prints what came of it as JSON. */
import { spawnSync } from 'node:child_process'
import { CAUGHT_BY } from './caught-by.ts'
import { holdMutant, type MutantResult } from './hold-mutant.ts'
import { PatchedModules } from '../defects/patched-modules.ts'
import { MUTATIONS } from './mutations.ts'

// A broken simulator breaks what was given up long ago, too.
process.on('unhandledRejection', () => {})

const hasDockerCommand = spawnSync('docker', ['--version']).status === 0
using modules = new PatchedModules(MUTATIONS.map(({ id, patch }) => ({ id, patches: [patch] })))
const waiting = [...MUTATIONS]
const results: MutantResult[] = []

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { id } = next
    // oxlint-disable-next-line no-await-in-loop -- each worker does one after the other
    results.push(
      ...(await holdMutant(
        modules,
        next,
        ({ name, needs = [] }) => CAUGHT_BY[name] === id && (hasDockerCommand || !needs.includes('docker')),
      )),
    )
  }
}

await Promise.all(Array.from({ length: 4 }, work))
process.stdout.write(JSON.stringify(results), () => process.exit())
