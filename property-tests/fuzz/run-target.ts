import { Worker } from 'node:worker_threads'
import { messageOf } from '../../reference/errors.ts'
import type { FuzzRange } from './fuzz.ts'
import type { FuzzAnswer, FuzzWork } from './fuzz-worker.ts'

export interface FuzzLimits {
  /** An input that takes longer hangs, milliseconds of real time. They take microseconds. */
  readonly inputMs: number
  /** Of the heap, MiB. */
  readonly heapMiB: number
  /** That the process may grow by while a target runs, MiB: buffers are not in the heap. */
  readonly growthMiB: number
}

const FUZZ_LIMITS: FuzzLimits = { inputMs: 20_000, heapMiB: 256, growthMiB: 600 }

/** Why a run ended before its last input. */
export interface FuzzEnd {
  /** The number of the input at which it ended. */
  readonly at: number
  readonly why: string
}

/**
 * Tries the inputs in a thread of its own: one that does not end, or takes too much memory, is ended and told like one that fails.
 * @returns null when every input was tried and nothing was wrong
 */
export async function runTarget(
  target: string,
  range: FuzzRange,
  { limits = FUZZ_LIMITS, targets = TARGETS }: { limits?: FuzzLimits; targets?: URL } = {},
): Promise<FuzzEnd | null> {
  const progress = new Int32Array(new SharedArrayBuffer(4))
  progress[0] = NOT_BEGUN
  const work: FuzzWork = { ...range, target, targets: targets.href, progress }
  const worker = new Worker(new URL('fuzz-worker.ts', import.meta.url), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMiB },
  })
  const { promise, resolve } = Promise.withResolvers<FuzzEnd | null>()
  const end = (why: string): void => resolve({ at: Math.max(range.from, Atomics.load(progress, 0)), why })
  worker.once('message', (answer: FuzzAnswer) => resolve(answer && { at: answer.at, why: answer.error }))
  worker.once('error', (error) => end(messageOf(error)))
  const watch = setInterval(watching(progress, limits, end), Math.min(1000, limits.inputMs / 4))
  try {
    return await promise
  } finally {
    clearInterval(watch)
    await worker.terminate()
  }
}

/** Where the targets are. */
const TARGETS = new URL('targets.ts', import.meta.url)

/** What the progress is until the first input: the thread loads what it needs, which no input is to blame for. */
const NOT_BEGUN = -1
const LOADING_MS = 300_000

/** Called again and again: ends the run when one input takes too long, or memory grows. */
function watching(progress: Int32Array, limits: FuzzLimits, end: (why: string) => void): () => void {
  const bytes = process.memoryUsage.rss()
  let last = { at: NOT_BEGUN, sinceMs: performance.now() }
  return () => {
    const at = Atomics.load(progress, 0)
    if (at !== last.at) last = { at, sinceMs: performance.now() }
    const longestMs = at === NOT_BEGUN ? LOADING_MS : limits.inputMs
    if (performance.now() - last.sinceMs > longestMs) end(`It does not end within ${longestMs} ms`)
    const growthMiB = (process.memoryUsage.rss() - bytes) / 2 ** 20
    if (growthMiB > limits.growthMiB) end(`The process has grown by ${growthMiB.toFixed(0)} MiB`)
  }
}
