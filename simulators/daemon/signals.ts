import { constants } from 'node:os'
import { ApiError } from './api-error.ts'

/** The number of a signal given as `KILL`, `SIGKILL` or `9`; SIGKILL when none is given. @throws ApiError 400 */
export function parseSignal(text: string | null): number {
  if (text === null || text === '') return constants.signals.SIGKILL
  const name = text.toUpperCase().replace(/^(?!SIG)/, 'SIG')
  const number = Object.entries(constants.signals).find(
    ([known, value]) => known === name || String(value) === text,
  )?.[1]
  if (number === undefined) throw new ApiError(400, `Invalid signal: ${text}`)
  return number
}

/** Whether a process that has no handler for the signal is ended by it. */
export function endsProcess(signal: number): boolean {
  return !HARMLESS.has(signal)
}

const { SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH } = constants.signals
const HARMLESS: ReadonlySet<number> = new Set([
  SIGCHLD,
  SIGCONT,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGWINCH,
])
