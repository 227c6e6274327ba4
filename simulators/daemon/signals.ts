import { constants } from 'node:os'
import type { SimulatedEngine } from '../engine/simulated-engine.ts'

/** The number of a signal given as `KILL`, `SIGKILL` or `9`; SIGKILL when none is given. 'unknown' is no signal at all, 'unsupported' a number of none. */
export function parseSignal(text: string | null): number | 'unknown' | 'unsupported' {
  if (text === null || text === '') return constants.signals.SIGKILL
  const name = text.toUpperCase().replace(/^(?!SIG)/, 'SIG')
  const number = Object.entries(constants.signals).find(
    ([known, value]) => known === name || String(value) === text,
  )?.[1]
  return number ?? (/^\d+$/.test(text) ? 'unsupported' : 'unknown')
}

/** Sends a signal to a container's process, which has no handler for any. */
export function sendSignal(engine: SimulatedEngine, id: string, signal: number): void {
  if (endsProcess(signal)) engine.kill(id, signal)
  else engine.signal(id, signal)
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
