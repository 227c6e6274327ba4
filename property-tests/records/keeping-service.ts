import type { NotDurable, Sink, SinkBatch } from '../../reference/dispatch/sink.ts'
import type { Ports } from '../../reference/ports/index.ts'
import type { Delivered } from './record-model.ts'

/** A service that outlives the collector's processes and keeps every record under its id. */
export class KeepingService {
  readonly name: string
  /** By source, then by epoch and ordinal. */
  readonly #kept = new Map<string, Map<string, Delivered>>()
  /** What was wrong first; undefined while nothing was. */
  found: string | undefined
  /** Records that came again. */
  again = 0

  constructor(name: string) {
    this.name = name
  }

  /** The records of a source, in the order of their ids. */
  of(source: string): { readonly epoch: number; readonly ordinal: number; readonly record: Delivered }[] {
    return [...(this.#kept.get(source) ?? [])]
      .map(([id, record]) => {
        const [epoch = 0, ordinal = 0] = id.split('/').map(Number)
        return { epoch, ordinal, record }
      })
      .toSorted((a, b) => a.epoch - b.epoch || a.ordinal - b.ordinal)
  }

  /** The sink of one process. */
  sink({ clock }: Ports): Sink {
    return {
      name: this.name,
      limits: {
        batchBytes: 4096,
        batchRecords: 20,
        sourcesPerBatch: 4,
        inFlight: 2,
        writeDeadlineMs: 5000,
        repeatIsHarmless: true,
      },
      write: async (batch, { signal }) => {
        await clock.sleep(LATENCY_MS, { signal })
        this.#store(batch)
        await clock.sleep(LATENCY_MS, { signal })
        return { kind: 'stored', marks: batch.parts.map(() => undefined) }
      },
      sync: async () => NOTHING,
      forget: async () => {},
      close: async () => {},
    }
  }

  #store({ parts }: SinkBatch): void {
    for (const { blocks, source } of parts) {
      for (const { bytes, ends, epoch, firstRecord, streams, times } of blocks) {
        ends.forEach((end, index) => {
          const text = Buffer.from(bytes.subarray(index === 0 ? 0 : ends[index - 1]!, end - 1)).toString()
          const record = { stream: streams[index]!, time: times[index]!, text }
          this.#keep(source.id, `${epoch}/${firstRecord + index}`, record)
        })
      }
    }
  }

  #keep(source: string, id: string, record: Delivered): void {
    const kept = this.#kept.get(source) ?? new Map<string, Delivered>()
    this.#kept.set(source, kept)
    const before = kept.get(id)
    if (before !== undefined) this.again += 1
    if (before !== undefined && (before.text !== record.text || before.time !== record.time)) {
      this.found ??= `record ${id} came again as another: ${JSON.stringify(before.text)} is now ${JSON.stringify(record.text)}`
    }
    kept.set(id, record)
  }
}

/** Before and after it is stored: a crash may come between. */
const LATENCY_MS = 15
const NOTHING: NotDurable = new Map()
