import { keepsAlive } from '../watches/node-handle.ts'
import type { AsyncRecord } from '../watches/resource-watch.ts'
import { counts, type Scene, type Suspect } from './suspect.ts'

/**
 * Timers that have not fired, or fire again. Those that Node sets for itself and that do not keep the process alive are left out: the ages of idle
 * connections, the housekeeping of fetch, the deadlines of `AbortSignal.timeout`, which nobody could clear.
 */
export function timerSuspects(scene: Scene): Suspect[] {
  return scene.watch.resources.records(TIMERS).flatMap((record) => {
    const timer = record.resource.deref()
    if (timer === undefined || !counts(scene, record) || isSpared(scene, record, timer)) return []
    return [
      { kind: 'timer', what: whatOf(record, timer), detail: '', path: record.path, round: record.round },
    ]
  })
}

function isSpared({ options }: Scene, { madeBy, path }: AsyncRecord, timer: object): boolean {
  if (keepsAlive(timer)) return false
  return options.unrefTimers === 'ignore' || madeBy === 'node' || !OF_A_CALLER.has(path?.through ?? '')
}

function whatOf({ type }: AsyncRecord, timer: object): string {
  if (type === 'Immediate') return 'immediate'
  const { _repeat, _idleTimeout } = timer as { _repeat?: number | null; _idleTimeout?: number }
  const kind = typeof _repeat === 'number' ? 'interval' : 'timeout'
  return `${kind} of ${_idleTimeout} ms${keepsAlive(timer) ? '' : ', unref'}`
}

const TIMERS = new Set(['Timeout', 'Immediate'])

/** Modules of Node whose timers are the caller's: what is called to have one. */
const OF_A_CALLER = new Set(['node:timers', 'node:timers/promises', 'node:internal/timers'])
