export interface AllowanceOptions {
  readonly bytesPerSecond: number
  /** Of one processor. */
  readonly cpuPercent: number
}

/**
 * What the detector may take: bytes of lines that are copied, of which one source gets at most a quarter, and time of the processor. Both are for a second; what is
 * not used is not kept, time that was used too much is owed.
 */
export class Allowance {
  readonly #options: AllowanceOptions
  #bytesLeft: number
  #cpuMsLeft: number
  readonly #bySource = new Map<object, number>()

  constructor(options: AllowanceOptions) {
    this.#options = options
    this.#bytesLeft = options.bytesPerSecond
    this.#cpuMsLeft = cpuMsOf(options)
  }

  /** Another second. */
  renew(): void {
    this.#bytesLeft = this.#options.bytesPerSecond
    this.#cpuMsLeft = Math.min(0, this.#cpuMsLeft) + cpuMsOf(this.#options)
    this.#bySource.clear()
  }

  /** Bytes that may be copied of a source. */
  bytesFor(source: object): number {
    const share = Math.ceil(this.#options.bytesPerSecond * SOURCE_SHARE) - (this.#bySource.get(source) ?? 0)
    return Math.max(0, Math.min(this.#bytesLeft, share))
  }

  takeBytes(source: object, bytes: number): void {
    this.#bytesLeft -= bytes
    this.#bySource.set(source, (this.#bySource.get(source) ?? 0) + bytes)
  }

  get hasCpu(): boolean {
    return this.#cpuMsLeft > 0
  }

  takeCpu(ms: number): void {
    this.#cpuMsLeft -= ms
  }
}

function cpuMsOf({ cpuPercent }: AllowanceOptions): number {
  return cpuPercent * 10
}

const SOURCE_SHARE = 1 / 4
