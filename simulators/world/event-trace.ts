import { hashText } from './seeded-random.ts'

/** One event that happened. */
export interface TracedEvent {
  /** Virtual milliseconds since the start of the world. */
  readonly atMs: number
  readonly label: string
}

/** What happened, as a rolling hash over time and label of every event, and the last few (or all) of them in full. */
export class EventTrace {
  readonly #keep: number
  /** Times and labels of the remembered events, as a ring once there are as many as are kept. */
  readonly #times: number[] = []
  readonly #labels: string[] = []
  readonly #labelHashes = new Map<string, number>()
  readonly #time = new Float64Array(1)
  readonly #timeWords = new Uint32Array(this.#time.buffer)
  #high = 0x6a09e667
  #low = 0xbb67ae85
  #count = 0

  /** @param keep how many events to remember; Infinity for all. */
  constructor(keep: number) {
    this.#keep = keep
  }

  /** Events so far. */
  get count(): number {
    return this.#count
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }

  /** The remembered events, oldest first. */
  get events(): TracedEvent[] {
    const events = this.#times.map((atMs, index) => ({ atMs, label: this.#labels[index]! }))
    const oldest = this.#count > events.length ? this.#count % this.#keep : 0
    return [...events.slice(oldest), ...events.slice(0, oldest)]
  }

  add(atMs: number, label: string): void {
    this.#mix(atMs, label)
    const place = this.#count % this.#keep
    this.#times[place] = atMs
    this.#labels[place] = label
    this.#count += 1
  }

  #mix(atMs: number, label: string): void {
    this.#time[0] = atMs
    const high = Math.imul(this.#high ^ this.#timeWords[0]!, 0x85ebca6b) ^ this.#labelHash(label)
    const low = Math.imul(this.#low ^ this.#timeWords[1]!, 0xc2b2ae35) ^ (high >>> 13)
    this.#high = Math.imul(high ^ (low >>> 16), 0x27d4eb2f)
    this.#low = Math.imul(low ^ (this.#high >>> 15), 0x165667b1)
  }

  #labelHash(label: string): number {
    const known = this.#labelHashes.get(label)
    if (known !== undefined) return known
    const hash = hashText(label, 0)
    this.#labelHashes.set(label, hash)
    return hash
  }
}
