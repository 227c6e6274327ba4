import type { Block, Source } from '../dispatch/block.ts'
import type { Finding } from './anomaly.ts'
import { Detector, type DetectorSettings } from './detector.ts'

export const MINUTE_MS = 60_000
/** A midnight, UTC. */
export const MIDNIGHT_MS: number = Date.UTC(2026, 0, 5)

export const SETTINGS: DetectorSettings = {
  windowMs: MINUTE_MS,
  trainingIntervalMs: 10 * MINUTE_MS,
  threshold: 4,
  templatesPerSource: 64,
  bytesPerSecond: 1024 * 1024,
  cpuPercent: 100,
  memoryBytesMax: 32 * 1024 * 1024,
}

export function watched(name: string, id = `id of ${name}`): Source {
  return { id, kind: 'container', name, attributes: {} }
}

/** Lines that were written at the moments, milliseconds since the epoch; the last goes for those that have none. */
export function linesAt(
  source: Source,
  lines: readonly (string | Uint8Array)[],
  atMs: readonly number[],
): Block {
  const parts = lines.map((line) => Buffer.from(line))
  let end = 0
  const nanoseconds = lines.map((_, index) => BigInt(atMs[Math.min(index, atMs.length - 1)]!) * 1_000_000n)
  return {
    source,
    bytes: Buffer.concat(parts.flatMap((part) => [part, NEWLINE])),
    ends: Uint32Array.from(parts, ({ length }) => (end += length + 1)),
    streams: new Uint8Array(lines.length).fill(1),
    times: BigInt64Array.from(nanoseconds),
    epoch: 0,
    firstRecord: 0,
    position: { epoch: 0, records: lines.length, toJSON: () => ({}) },
  }
}

const NEWLINE = Buffer.from('\n')

/** A detector and its time, which passes a second at a time. */
export class DetectorRig {
  readonly detector: Detector
  readonly found: (Finding & { readonly minute: number })[] = []
  readonly usual: string[] = []
  readonly skipped: Record<string, number> = {}
  mined = 0
  late = 0
  evicted = 0
  trained = 0
  nowMs: number = MIDNIGHT_MS
  reading = true

  constructor(settings: Partial<DetectorSettings> = {}) {
    this.detector = new Detector(
      { ...SETTINGS, ...settings },
      {
        found: (finding, atMs) =>
          void this.found.push({ ...finding, minute: Math.round((atMs - MIDNIGHT_MS) / MINUTE_MS) }),
        usual: ({ name }, aspect) => void this.usual.push(`${name} ${aspect}`),
        mined: (lines) => (this.mined += lines),
        skipped: (reason, lines) => (this.skipped[reason] = (this.skipped[reason] ?? 0) + lines),
        late: (lines) => (this.late += lines),
        evicted: () => (this.evicted += 1),
        trained: () => (this.trained += 1),
      },
    )
  }

  /** Lines that were written now. */
  write(source: Source, ...lines: readonly (string | Uint8Array)[]): void {
    this.detector.observe(linesAt(source, lines, [this.nowMs]), this.nowMs)
  }

  /** Time passes, and all work that is due is done. */
  pass(ms: number): void {
    this.nowMs += ms
    this.tick()
  }

  tick(): void {
    this.detector.allowance.renew()
    for (const work of [
      this.detector.mine(this.nowMs),
      this.detector.judge(this.nowMs, this.reading),
      this.detector.train(this.nowMs),
    ])
      work.toArray()
  }

  /** Minutes of so many lines each, written at once. */
  minutes(source: Source, count: number, lines: (minute: number) => readonly string[]): void {
    for (let minute = 0; minute < count; minute++) {
      const written = lines(minute)
      if (written.length > 0) this.write(source, ...written)
      this.pass(MINUTE_MS)
    }
  }

  kinds(): string[] {
    return this.found.map(({ kind }) => kind)
  }
}

/** So many lines that differ in a number only. */
export function requests(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `GET /items/${index} took ${index % 7} ms`)
}

/** A word without a digit, another one for each number. */
export function word(number: number): string {
  const letters = Array.from(number.toString(26), (digit) => 97 + Number.parseInt(digit, 26))
  return String.fromCharCode(...letters)
}

/** A line of so many words that is like no other. */
export function strange(number: number, words: number): string {
  return Array.from({ length: words }, (_, index) => word(number * 31 + index * 977)).join(' ')
}
