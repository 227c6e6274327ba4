import type { Source } from '../../reference/dispatch/block.ts'
import type { NotDurable, Sink, SinkBatch, SinkLimits, WriteAnswer } from '../../reference/dispatch/sink.ts'
import { onAbort } from '../../reference/lifecycle/abort.ts'
import type { Ports } from '../../reference/ports/index.ts'
import {
  OutputCheck,
  type SimulatedContainer,
  type SimulatedEngine,
  type SkippedLines,
} from '../../simulators/index.ts'

/** How a service answers: it stores all, or takes nothing for one of some reasons, or stores and cannot say so. */
export const MOODS = ['well', 'again', 'smaller', 'refused', 'hangs', 'acknowledgements lost'] as const
export type Mood = (typeof MOODS)[number]

/** What is kept of one source. */
interface Kept {
  readonly records: Map<string, Buffer>
  epoch: number
}

/**
 * A service over the network that outlives the collector's processes. It knows records by their ids: one that comes again is kept once, and must have the
 * bytes it had.
 */
export class NetworkService {
  readonly #engine: SimulatedEngine
  readonly #onSkipped: (lines: SkippedLines) => void
  readonly #checks = new Map<string, OutputCheck>()
  readonly #kept = new Map<string, Kept>()
  /** Sources of which the collector may have forgotten that it delivered them. */
  readonly #mayRepeat = new Set<string>()
  /** Writes that hang, to be let go. */
  readonly #hung = new Set<() => void>()
  #mood: Mood = 'well'
  #found: string | undefined
  /** Whether a record came twice. */
  cameAgain = false
  /** Whether an id was given to another record after a crash. */
  renumbered = false

  constructor(engine: SimulatedEngine, onSkipped: (lines: SkippedLines) => void) {
    this.#engine = engine
    this.#onSkipped = onSkipped
  }

  /** A sentence; undefined while everything is right. */
  get found(): string | undefined {
    return this.#found
  }

  of(container: SimulatedContainer): OutputCheck {
    const known = this.#checks.get(container.id)
    if (known !== undefined) return known
    const check = new OutputCheck(container, this.#onSkipped)
    this.#checks.set(container.id, check)
    return check
  }

  /** From now on it answers like that. Connections of writes that hang break. */
  become(mood: Mood): void {
    this.#mood = mood
    for (const release of this.#hung) release()
    this.#hung.clear()
  }

  /**
   * The collector's machine lost power, or its process was killed. What the collector had not committed it reads again; where the engine has lost lines in
   * the meantime the same lines are records of a new epoch.
   */
  crashed(): void {
    for (const id of this.#kept.keys()) this.#mayRepeat.add(id)
    this.#hung.clear()
  }

  /** The sink of one process. */
  sink({ clock }: Ports): Sink {
    return {
      name: 'network',
      limits: LIMITS,
      write: async (batch, { signal }) => {
        await clock.sleep(LATENCY_MS, { signal })
        return await this.#write(batch, signal)
      },
      sync: async () => NOTHING,
      forget: async () => {},
      close: async () => {},
    }
  }

  async #write(batch: SinkBatch, signal: AbortSignal): Promise<WriteAnswer> {
    switch (this.#mood) {
      case 'again':
        return { kind: 'again', why: 'The service is busy' }
      case 'refused':
        return { kind: 'refused', why: 'The service does not know the key' }
      case 'hangs':
        return await this.#hang(signal)
      case 'smaller':
        if (batch.records > SMALL_RECORDS) return { kind: 'smaller', why: 'The batch is too large' }
        break
      case 'acknowledgements lost':
        this.#store(batch)
        return await this.#hang(signal)
      case 'well':
    }
    this.#store(batch)
    return { kind: 'stored', marks: batch.parts.map(() => undefined) }
  }

  async #hang(signal: AbortSignal): Promise<WriteAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<WriteAnswer>()
    using _ = onAbort(signal, () => reject(signal.reason))
    const release = (): void => resolve({ kind: 'again', why: 'The connection broke' })
    this.#hung.add(release)
    try {
      return await promise
    } finally {
      this.#hung.delete(release)
    }
  }

  #store({ parts }: SinkBatch): void {
    for (const { source, blocks } of parts) {
      for (const { bytes, ends, epoch, firstRecord } of blocks) {
        let from = 0
        ends.forEach((end, index) => {
          this.#take(source, epoch, firstRecord + index, Buffer.from(bytes.slice(from, end)))
          from = end
        })
      }
    }
  }

  #take(source: Source, epoch: number, ordinal: number, bytes: Buffer): void {
    const kept = this.#keptOf(source.id)
    const id = `${epoch}/${ordinal}`
    const before = kept.records.get(id)
    const check = this.of(this.#engine.container(source.id))
    if (before !== undefined && !before.equals(bytes) && this.#isRenumbered(source.id)) {
      this.renumbered = true
      kept.records.clear()
      check.resumeAt(bytes)
    } else if (before !== undefined) {
      this.cameAgain = true
      if (!before.equals(bytes))
        this.#found ??= `record ${id} of ${source.name} came again with other bytes: ${before.toString()} is now ${bytes.toString()}`
      return
    }
    kept.records.set(id, bytes)
    if (epoch > kept.epoch && this.#mayRepeat.delete(source.id)) check.resumeAt(bytes)
    kept.epoch = epoch
    const wrong = check.take(bytes)
    if (wrong !== undefined) this.#found ??= `what the service was given ${wrong}`
  }

  /**
   * Open: an id does not hold for good where a power cut takes the spool with records that were sent, and the engine loses what they were made of before it
   * is read again. A scenario that is marked as failing shows it.
   */
  #isRenumbered(id: string): boolean {
    return this.#mayRepeat.has(id) && this.#engine.container(id).log.lost.losses.length > 0
  }

  #keptOf(id: string): Kept {
    const known = this.#kept.get(id)
    if (known !== undefined) return known
    const kept: Kept = { records: new Map(), epoch: 0 }
    this.#kept.set(id, kept)
    return kept
  }
}

const LATENCY_MS = 20
/** What is not too large. */
const SMALL_RECORDS = 10
const LIMITS: SinkLimits = {
  batchBytes: 64 * 1024,
  batchRecords: 500,
  sourcesPerBatch: 16,
  inFlight: 4,
  writeDeadlineMs: 5000,
  repeatIsHarmless: true,
}
const NOTHING: NotDurable = new Map()
