import { existsSync } from 'node:fs'
import type { Command } from 'commander'

/** What each verb needs is loaded with it: a collector in production does not carry the testbed in its memory. */
export type Verbs = Readonly<Record<string, () => Promise<(program: Command) => void>>>

const COLLECTOR_VERBS: Verbs = {
  collect: async () => (await import('./reference/collect-command.ts')).registerCollectCommand,
  'dead-letters': async () =>
    (await import('./reference/dead-letters-command.ts')).registerDeadLettersCommand,
}

export const TESTBED_VERBS: Verbs = {
  doctor: async () => (await import('./scenarios/doctor/doctor-command.ts')).registerDoctorCommand,
  init: async () => (await import('./scenarios/init/init-command.ts')).registerInitCommand,
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
export const TESTBED_IS_HERE: boolean = existsSync(new URL('scenarios', import.meta.url))
export const VERBS: Verbs = { ...COLLECTOR_VERBS, ...(TESTBED_IS_HERE ? TESTBED_VERBS : {}) }

async function failureCommands(): Promise<(program: Command) => void> {
  return (await import('./property-tests/failures/failure-commands.ts')).registerFailureCommands
}
