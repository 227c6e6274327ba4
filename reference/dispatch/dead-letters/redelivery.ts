import { BackOff } from '../../lifecycle/back-off.ts'
import { Condition } from '../../lifecycle/condition.ts'
import { messageOf } from '../../errors.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Random } from '../../ports/random.ts'
import type { Permit } from '../budget.ts'
import { blockBytes } from '../held-bytes.ts'
import type { Item } from '../pipeline/lane.ts'
import type { Sink } from '../sink.ts'
import { compareOffsets, type SpoolOffset } from '../spool/spool.ts'
import { readRequest, removeRequest, type LetterRequest } from './letter-files.ts'
import type { LetterStore } from './letter-store.ts'

export interface RedeliveryOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  readonly fileSystem: FileSystem
  readonly sink: Sink
  readonly store: LetterStore
  /** Whether what an earlier process left is given to the sink without being asked. */
  readonly atStart: boolean
  /** Gives a letter to the sink again. */
  readonly push: (item: Item) => void
}

/**
 * Does what is asked of the dead letters of a sink: gives them to it again, or drops them. What it does not take this time is a new letter, behind those
 * that were asked for.
 */
export class Redelivery {
  readonly #options: RedeliveryOptions
  readonly #stored = new Condition()
  /** Records that are on their way, as their permits count them, bytes. */
  #bytes = 0
  #fault: string | null = null

  constructor(options: RedeliveryOptions) {
    this.#options = options
  }

  get heldBytes(): number {
    return this.#bytes
  }

  /** What keeps it from doing what is asked; null when nothing does. */
  get trouble(): string | null {
    return this.#fault
  }

  /** A letter is with the sink, or a letter again. */
  done(items: readonly Item[]): void {
    for (const { origin, permit } of items) {
      permit.release()
      origin!.owing -= 1
    }
    this.#stored.notifyAll()
  }

  /** Until the signal is aborted: what was not redelivered by then is a letter still. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, random, sink, store } = this.#options
    const backOff = new BackOff({ initialMs: 1000, maxMs: 30_000 }, random)
    await store.waitUntilOpen({ signal })
    let atStart: SpoolOffset | null = this.#options.atStart && store.records > 0 ? store.end : null
    for (;;) {
      try {
        const request =
          atStart === null ? await this.#asked() : { action: 'redeliver' as const, before: atStart }
        if (request === null) await clock.sleep(POLL_MS, { signal })
        else await this.#serve(request, atStart === null, signal)
        if (request !== null) atStart = null
        backOff.reset()
        this.#fault = null
      } catch (error) {
        signal.throwIfAborted()
        if (this.#fault === null)
          logger.error({ sink: sink.name, err: error }, 'Dead letters cannot be dealt with')
        this.#fault = messageOf(error)
        await clock.sleep(backOff.next(), { signal })
      }
    }
  }

  async #asked(): Promise<LetterRequest | null> {
    const { fileSystem, store } = this.#options
    return await readRequest(fileSystem, store.directory)
  }

  async #serve(request: LetterRequest, isAsked: boolean, signal: AbortSignal): Promise<void> {
    const { fileSystem, logger, metrics, sink, store } = this.#options
    const before = compareOffsets(request.before, store.end) < 0 ? request.before : store.end
    if (request.action === 'drop') {
      const records = await store.settle(before)
      if (records > 0) metrics.dropped(sink.name, 'dead_letters_dropped', records)
      logger.info({ sink: sink.name, records }, 'Dead letters were dropped, as was asked')
    } else {
      logger.info({ sink: sink.name, records: store.records }, 'Dead letters are given to the sink again')
      while (compareOffsets(store.place, before) < 0) await this.#redeliver(before, signal)
    }
    if (isAsked) await removeRequest(fileSystem, store.directory)
  }

  /** As many as one read brings. */
  async #redeliver(before: SpoolOffset, signal: AbortSignal): Promise<void> {
    const { logger, metrics, push, sink, store } = this.#options
    const found = await store.read(before)
    if (found === null) {
      await store.settle(before)
      return
    }
    if (found.damaged)
      logger.error({ sink: sink.name, place: store.place }, 'Dead letters cannot be read: they are lost')
    const origin = { owing: found.blocks.length }
    for (const block of found.blocks) push({ block, permit: this.#permit(blockBytes(block)), origin })
    while (origin.owing > 0) await this.#stored.wait({ signal })
    const failed = await sink.sync({ signal })
    const [why] = failed.values()
    if (why !== undefined) throw new Error(`what was redelivered may not survive a power cut: ${why}`)
    metrics.redelivered(sink.name, await store.settle(found.next))
  }

  /** Nobody waits for this room: one read is all there is at a time. */
  #permit(bytes: number): Permit {
    this.#bytes += bytes
    let held = bytes
    const release = (): void => {
      this.#bytes -= held
      held = 0
    }
    return { bytes, release, [Symbol.dispose]: release }
  }
}

/** How often a request is looked for, while there is or was anything to ask for. */
const POLL_MS = 1000
