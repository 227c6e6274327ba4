#!/usr/bin/env -S node --max-semi-space-size=4
// Node lets its space for short-lived objects grow to 100 MB and more on a large machine; a collector's live for milliseconds, and 12 MB do.
import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { missingPackage, packageNeeded } from './reference/missing-package.ts'
import { UsageError } from './reference/usage-error.ts'
import { TESTBED_IS_HERE, TESTBED_VERBS, VERBS } from './verbs.ts'

/** Exit status: 0 passed, 1 failed, 2 wrong usage or environment. */
const WRONG_USAGE = 2

/** How long a sentence that nobody reads is waited for, milliseconds. */
const TELL_MS = 1000

async function main(args: readonly string[]): Promise<void> {
  const program = new Command('watertight')
    .description('proves that a Docker log collector does not leak, hang, lose or repeat')
    .exitOverride()
  const [verb = ''] = args
  if (!TESTBED_IS_HERE && Object.hasOwn(TESTBED_VERBS, verb))
    throw new UsageError(`Cannot run ${verb}: it belongs to the testbed, which is not installed here`)
  if (Object.hasOwn(VERBS, verb)) (await VERBS[verb]!())(program)
  else await registerAll(program)
  await program.parseAsync(args, { from: 'user' })
}

/** For `--help`: also those verbs that need a package which is not there. */
async function registerAll(program: Command): Promise<void> {
  const loads = new Map(Object.entries(VERBS).map(([name, load]) => [load, name]))
  for (const [load, name] of loads) {
    try {
      ;(await load())(program)
    } catch (error) {
      const needed = missingPackage(error)
      if (needed === null) throw error
      program.command(name).description(packageNeeded(name, needed))
    }
  }
}

/** Putting defects back patches the sources: what is built in a checkout leaves that to the sources beside it. */
function sourcesFor([verb = '', ...options]: readonly string[]): URL | null {
  const patches =
    verb === 'defects' || verb === 'start' || options.some((word) => /^--defect(=|$)/.test(word))
  const sources = new URL('../cli.ts', import.meta.url)
  return patches && import.meta.filename.endsWith('.js') && existsSync(sources) ? sources : null
}

try {
  const args = process.argv.slice(2)
  const sources = sourcesFor(args)
  await (sources === null ? main(args) : import(sources.href))
} catch (error) {
  const status = statusOf(error)
  process.exitCode = status
  // Nobody may read it: what was said must not keep the process.
  setTimeout(() => process.exit(status), TELL_MS).unref()
}

function statusOf(error: unknown): number {
  // Commander has already said what is wrong, or printed the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`)
    return WRONG_USAGE
  }
  const needed = missingPackage(error)
  if (needed !== null) {
    process.stderr.write(`${packageNeeded(process.argv[2] ?? '', needed)}\n`)
    return WRONG_USAGE
  }
  console.error(error)
  return 1
}
