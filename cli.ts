#!/usr/bin/env -S node --max-semi-space-size=4
// Node lets its space for short-lived objects grow to 100 MB and more on a large machine; a collector's live for milliseconds, and 12 MB do.
import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { UsageError } from './reference/usage-error.ts'

/** Exit status: 0 passed, 1 failed, 2 wrong usage or environment. */
const WRONG_USAGE = 2

/** How long a sentence that nobody reads is waited for, milliseconds. */
const TELL_MS = 1000

/** What each verb needs is loaded with it: a collector in production does not carry the testbed in its memory. */
type Verbs = Readonly<Record<string, () => Promise<(program: Command) => void>>>

const COLLECTOR_VERBS: Verbs = {
  collect: async () => (await import('./reference/collect-command.ts')).registerCollectCommand,
  'dead-letters': async () =>
    (await import('./reference/dead-letters-command.ts')).registerDeadLettersCommand,
}

const TESTBED_VERBS: Verbs = {
  dockerd: async () => (await import('./scenarios/dockerd-command.ts')).registerDockerdCommand,
  proxy: async () => (await import('./scenarios/proxy-command.ts')).registerProxyCommand,
  phases: async () => (await import('./scenarios/phases-command.ts')).registerPhasesCommand,
  report: async () => (await import('./scenarios/report-command.ts')).registerReportCommand,
  run: async () => (await import('./scenarios/run-command.ts')).registerRunCommand,
  start: async () => (await import('./scenarios/start-command.ts')).registerStartCommand,
  replay: failureCommands,
  cause: failureCommands,
  defects: async () => (await import('./property-tests/defects/defects-command.ts')).registerDefectsCommand,
}

/** Not in the collector's container image. */
const TESTBED_IS_HERE = existsSync(new URL('scenarios', import.meta.url))
const VERBS: Verbs = { ...COLLECTOR_VERBS, ...(TESTBED_IS_HERE ? TESTBED_VERBS : {}) }

async function failureCommands(): Promise<(program: Command) => void> {
  return (await import('./property-tests/failures/failure-commands.ts')).registerFailureCommands
}

async function main(args: readonly string[]): Promise<void> {
  const program = new Command('watertight')
    .description('proves that a Docker log collector does not leak, hang, lose or repeat')
    .exitOverride()
  const [verb = ''] = args
  if (!TESTBED_IS_HERE && Object.hasOwn(TESTBED_VERBS, verb))
    throw new UsageError(`Cannot run ${verb}: it belongs to the testbed, which is not installed here`)
  const wanted = new Set(Object.hasOwn(VERBS, verb) ? [VERBS[verb]!] : Object.values(VERBS))
  for (const load of wanted) (await load())(program)
  await program.parseAsync(args, { from: 'user' })
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
  console.error(error)
  return 1
}
