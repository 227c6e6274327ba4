import type { RunProgress } from '../engines/phase-engine.ts'

/** Where progress is shown. */
export interface ProgressTarget {
  readonly isTTY?: boolean
  /** True while nobody reads what was written: then progress is not shown, for it would only pile up. */
  readonly writableNeedDrain?: boolean
  write(text: string): unknown
}

/** Progress as text: on a terminal one line that is written over and over, otherwise a line now and then. */
export class Progress {
  readonly #target: ProgressTarget
  readonly #now: () => number
  #lastMs = -Infinity
  #lineOpen = false

  /** @param now milliseconds that never go back */
  constructor(target: ProgressTarget, now: () => number = () => performance.now()) {
    this.#target = target
    this.#now = now
  }

  /** The progress of one phase. */
  of(phase: string): RunProgress {
    let begun: number | null = null
    return {
      step: (what) => this.#show(`${phase}: ${what}`, true),
      clock: (seconds, ofSeconds) => {
        begun ??= this.#now()
        const left = leftText(this.#now() - begun, seconds / ofSeconds)
        this.#show(`${phase}: ${clockText(seconds, ofSeconds)}${left}`, seconds >= ofSeconds)
      },
    }
  }

  /** Says something that is no phase's. */
  say(what: string): void {
    this.#show(what, true)
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (this.#lineOpen) this.#target.write('\r\u001B[K')
    this.#lineOpen = false
  }

  #show(text: string, important: boolean): void {
    const now = this.#now()
    const everyMs = this.#target.isTTY === true ? TTY_EVERY_MS : PLAIN_EVERY_MS
    if (this.#target.writableNeedDrain === true || (!important && now - this.#lastMs < everyMs)) return
    this.#lastMs = now
    if (this.#target.isTTY === true) {
      this.#target.write(`\r\u001B[K${text}`)
      this.#lineOpen = true
    } else {
      this.#target.write(`${text}\n`)
    }
  }
}

/** Shows nothing. */
export const SILENT_TARGET: ProgressTarget = { write: () => undefined }

function clockText(seconds: number, ofSeconds: number): string {
  const done = Math.round((seconds / ofSeconds) * BAR)
  const bar = '#'.repeat(done).padEnd(BAR, '.')
  return `[${bar}] minute ${(seconds / 60).toFixed(1)} of ${(ofSeconds / 60).toFixed(0)}`
}

/** How long it will go on as it did; nothing while that cannot be told, or is not worth it. */
function leftText(elapsedMs: number, share: number): string {
  const leftSeconds = share < 0.02 ? 0 : (elapsedMs / 1000) * (1 / share - 1)
  if (leftSeconds < 10) return ''
  return leftSeconds < 90
    ? `, ${Math.round(leftSeconds)} s left`
    : `, ${Math.round(leftSeconds / 60)} min left`
}

const BAR = 24
const TTY_EVERY_MS = 100
const PLAIN_EVERY_MS = 10_000
