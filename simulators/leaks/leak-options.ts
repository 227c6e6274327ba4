import { LEAK_KINDS, type LeakKind } from './leak.ts'

export interface LeakOptions {
  /** What is looked for. Default everything. */
  readonly kinds?: readonly LeakKind[]
  /** Leaks whose line in the report contains one of these, or matches it, are left out. Default none. */
  readonly ignore?: readonly (string | RegExp)[]
  /**
   * How long, in milliseconds, what is open after the block may take to close by itself. Nothing is waited for once nothing is open. Default 1000.
   */
  readonly settleMs?: number
  /** How often the block runs before anything is looked at, for what is opened once and kept on purpose. Default 0. */
  readonly warmUpRounds?: number
  /**
   * How often the block runs. With 2 or more only what grew in every round is reported, so that what is opened once is not. Default 1.
   */
  readonly rounds?: number
  /**
   * Whose leaks: `block`, what code opened that the block called, directly or by way of callbacks and promises; `process`, also what other code of the
   * caller's opened meanwhile, such as a server in the same process, or a worker that was started before the block. Default `block`.
   */
  readonly scope?: 'block' | 'process'
  /** Whether a connection counts that a pool (an `http.Agent`, fetch) keeps for the next request. Default `ignore`. */
  readonly idleConnections?: 'ignore' | 'report'
  /** Whether a timer counts that was told not to keep the process alive. Default `report`: it still fires, and keeps what it refers to. */
  readonly unrefTimers?: 'ignore' | 'report'
}

export type CompleteLeakOptions = Required<LeakOptions>

/** @throws RangeError for a number or a kind that makes no sense */
export function completeLeakOptions(options: LeakOptions = {}): CompleteLeakOptions {
  const complete: CompleteLeakOptions = {
    kinds: options.kinds ?? LEAK_KINDS,
    ignore: options.ignore ?? [],
    settleMs: options.settleMs ?? 1000,
    warmUpRounds: options.warmUpRounds ?? 0,
    rounds: options.rounds ?? 1,
    scope: options.scope ?? 'block',
    idleConnections: options.idleConnections ?? 'ignore',
    unrefTimers: options.unrefTimers ?? 'report',
  }
  const unknown = complete.kinds.find((kind) => !LEAK_KINDS.includes(kind))
  if (unknown !== undefined) {
    throw new RangeError(`Cannot look for ${JSON.stringify(unknown)}: kinds are ${LEAK_KINDS.join(', ')}`)
  }
  assertAtLeast(0, 'settleMs', complete.settleMs)
  assertWhole(0, 'warmUpRounds', complete.warmUpRounds)
  assertWhole(1, 'rounds', complete.rounds)
  return complete
}

function assertAtLeast(least: number, name: string, value: number): void {
  if (!(value >= least)) throw new RangeError(`Cannot use ${name} ${value}: it is ${least} or more`)
}

function assertWhole(least: number, name: string, value: number): void {
  assertAtLeast(least, name, value)
  if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot use ${name} ${value}: it is a whole number`)
}
