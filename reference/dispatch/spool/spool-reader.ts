import { join } from 'node:path'
import { codeOf } from '../../errors.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import { readPiece, type SpoolOffset, type SpoolPiece } from './read-transactions.ts'
import { segmentOf, segmentName } from './segment-name.ts'

/** Reads what lies in a directory of segments, while whoever appends to it may be at work. Changes nothing. */
export class SpoolReader {
  readonly #fileSystem: FileSystem
  readonly #directory: string

  constructor(fileSystem: FileSystem, directory: string) {
    this.#fileSystem = fileSystem
    this.#directory = directory
  }

  /** The transactions from a place on, as many as one read brings; null at the end, which may be in the middle of one that is being written. */
  async read(from: SpoolOffset): Promise<SpoolPiece | null> {
    const segments = await this.#segments()
    const found = segments.includes(from.segment) ? await this.#readSegment(from) : null
    const isLast = from.segment >= (segments.at(-1) ?? 0)
    if (found !== null && !(found.damaged && isLast)) return found
    const next = segments.find((segment) => segment > from.segment)
    return next === undefined ? null : await this.read({ segment: next, offset: 0 })
  }

  async #readSegment(from: SpoolOffset): Promise<SpoolPiece | null> {
    const path = join(this.#directory, segmentName(from.segment))
    const file = await this.#fileSystem.open(path, 'r').catch(noneThere)
    if (file === null) return null
    try {
      const { size } = await file.stat()
      return from.offset >= size ? null : await readPiece(file, from, size)
    } finally {
      await file.close()
    }
  }

  async #segments(): Promise<number[]> {
    const names = (await this.#fileSystem.readdir(this.#directory).catch(noneThere)) ?? []
    return names.flatMap(segmentOf).toSorted((a, b) => a - b)
  }
}

function noneThere(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null
  throw error
}
