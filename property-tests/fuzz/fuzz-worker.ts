import { parentPort, workerData } from 'node:worker_threads'
import { fuzz, type FuzzRange } from './fuzz.ts'
import type { FuzzTarget } from './fuzz-target.ts'

/** What the worker is given. */
export interface FuzzWork extends FuzzRange {
  readonly target: string
  /** The module that exports the targets, as a URL. */
  readonly targets: string
  /** The number of the input that is being tried, for the one who watches. */
  readonly progress: Int32Array
}

/** What it answers when it is done: null, or what failed. */
export type FuzzAnswer = { readonly at: number; readonly error: string } | null

const work: FuzzWork = workerData
const { target: name, targets, progress, ...range } = work
const loaded: { readonly FUZZ_TARGETS: readonly FuzzTarget[] } = await import(targets)
const target = loaded.FUZZ_TARGETS.find((one) => one.name === name)!
const failure = await fuzz(target, range, (at) => Atomics.store(progress, 0, at))
const answer: FuzzAnswer = failure && {
  at: failure.at,
  error: failure.error instanceof Error ? String(failure.error.stack) : String(failure.error),
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, no window
parentPort!.postMessage(answer)
