import type { OpenFiles } from '../lifecycle/open-files.ts'
import type { Clock } from '../ports/clock.ts'
import type { FileStat, FileSystem } from '../ports/file-system.ts'
import { STAMP_BYTES } from '../docker/reading/parsing/stamp.ts'
import { behind, fits, overlapStart, type FilePlace } from './file-place.ts'
import type { FileRecords } from './file-records.ts'
import { TailedFile } from './tailed-file.ts'
import { NEVER } from '../lifecycle/abort-listener.ts'

/**
 * - `more`: something was read, and more may be there
 * - `end`: nothing is there beyond the place
 * - `changed`: what lies before the place is not what was read there
 * - `elsewhere`: the path leads to another file by now
 */
export type ReadOutcome = 'more' | 'end' | 'changed' | 'elsewhere'

export interface FileReadsContext {
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly openFiles: OpenFiles
}

/** Reads the file at the place where the records of a log are, piece by piece. Whenever it goes on it makes sure that this is still the same file. */
export class FileReads {
  readonly #context: FileReadsContext
  readonly #records: FileRecords
  readonly #file: TailedFile

  constructor(context: FileReadsContext, records: FileRecords) {
    this.#context = context
    this.#records = records
    this.#file = new TailedFile(context.fileSystem, records.place!)
  }

  get isOpen(): boolean {
    return this.#file.isOpen
  }

  /** Reads the next piece. @param path by which it is opened if it is not open @param isFirst of a look: the beginning is compared too */
  async next(path: string, isFirst: boolean, signal: AbortSignal): Promise<ReadOutcome> {
    return await this.#context.openFiles.use(this.#file, { signal }, async () => {
      if (!this.#file.isOpen && !(await this.#file.open(path))) return 'elsewhere'
      signal.throwIfAborted()
      if (isFirst && !(await this.#beginsAsBefore(this.#records.place!))) return 'changed'
      signal.throwIfAborted()
      return await this.#readPiece(this.#records.place!)
    })
  }

  /** What the open file is like; undefined when it is not open. */
  async stat(): Promise<FileStat | undefined> {
    return await this.#context.openFiles.use(this.#file, { signal: NEVER }, async () =>
      this.#file.isOpen ? await this.#file.stat() : undefined,
    )
  }

  async close(): Promise<void> {
    if (!this.#file.isOpen) return
    await this.#context.openFiles.use(this.#file, { signal: NEVER }, () => this.#file.close())
  }

  /** What was cut and has grown since then may have the same bytes before the place, where lines are alike. */
  async #beginsAsBefore(place: FilePlace): Promise<boolean> {
    // It is read anyway.
    if (overlapStart(place) === 0) return true
    const head = new Uint8Array(place.head.length)
    const length = await this.#file.read(head, 0, head.length)
    return Buffer.compare(head.subarray(0, length), place.head) === 0
  }

  async #readPiece(place: FilePlace): Promise<ReadOutcome> {
    const buffer = BUFFERS.pop() ?? Buffer.allocUnsafeSlow(STAMP_BYTES + PIECE_BYTES)
    try {
      const start = overlapStart(place)
      const overlap = place.offset - start
      const piece = buffer.subarray(STAMP_BYTES)
      const read = piece.subarray(0, await this.#file.read(piece, start, overlap))
      if (!fits(place, read)) return 'changed'
      if (read.length === overlap) return 'end'
      buffer.write(stampOf(this.#context.clock.now()), 0, 'latin1')
      this.#records.add(buffer, STAMP_BYTES + overlap, STAMP_BYTES + read.length, behind(place, read))
      return 'more'
    } finally {
      if (BUFFERS.length < BUFFERS_MAX) BUFFERS.push(buffer)
    }
  }
}

/** In the usual form of stamps. */
function stampOf(ms: number): string {
  return `${new Date(Math.max(0, ms)).toISOString().slice(0, -1)}000000Z`
}

const PIECE_BYTES = 128 * 1024
/** Records are copied out of them, so that they can be used again. */
const BUFFERS: Buffer[] = []
const BUFFERS_MAX = 16
