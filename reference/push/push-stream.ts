import { STDOUT, type Block, type Source } from '../dispatch/block.ts'
import { PushPosition, RecentKeys } from './push-position.ts'
import { shown } from './file-name.ts'
import { PushRefusal } from './push-refusal.ts'
import type { PushedLines, PushRequest } from './push-request.ts'

/**
 * What is pushed to one file: gives its records their numbers. What is drafted counts once it is committed.
 *
 *     position --draft()--> draft --commit()--> position
 *                             \-----drop()----> position as it was
 */
export class PushStream {
  readonly source: Source
  readonly #keysMax: number
  #position: PushPosition
  #draft: PushPosition

  /** @param options.position of its records until now; undefined for a file that is new, which begins an epoch that no earlier one had. */
  constructor(
    source: Source,
    { keysMax, nowMs, position }: { keysMax: number; nowMs: number; position: PushPosition | undefined },
  ) {
    this.source = source
    this.#keysMax = keysMax
    this.#position = this.#draft = position ?? beginning(nowMs)
  }

  get position(): PushPosition {
    return this.#position
  }

  /** @throws PushRefusal when the key stood for other lines */
  assertKey({ key, digest }: PushRequest): void {
    if (key === null || this.#draft.keys.find(key, digest) !== 'other') return
    throw new PushRefusal(
      422,
      `Cannot take this Idempotency-Key: other lines came with it for ${shown(this.source.name)}`,
    )
  }

  /** The lines as a block behind what was drafted before; nothing when they came before under the same key. */
  draft({ bytes, ends }: PushedLines, { key, digest }: PushRequest, nowMs: number): Block[] {
    const { epoch, records, keys } = this.#draft
    if (key !== null && keys.find(key, digest) === 'same') return []
    this.#draft = new PushPosition({
      epoch,
      records: records + ends.length,
      usedMs: nowMs,
      keys: key === null ? keys : keys.with(key, digest, this.#keysMax),
    })
    const block: Block = {
      source: this.source,
      bytes,
      ends,
      streams: new Uint8Array(ends.length).fill(STDOUT),
      times: new BigInt64Array(ends.length).fill(BigInt(Math.round(nowMs)) * NANOSECONDS),
      epoch,
      firstRecord: records,
      position: this.#draft,
    }
    return [block]
  }

  commit(): void {
    this.#position = this.#draft
  }

  drop(): void {
    this.#draft = this.#position
  }
}

/** Epochs only grow, also where nobody remembers the one before: who holds records by their ids may. */
function beginning(nowMs: number): PushPosition {
  return new PushPosition({
    epoch: Math.max(0, Math.floor(nowMs / 1000)),
    records: 0,
    usedMs: nowMs,
    keys: RecentKeys.NONE,
  })
}

/** In a millisecond. */
const NANOSECONDS = 1_000_000n
