import { codeOf } from '../../reference/errors.ts'
import type { FileSystem } from '../../reference/ports/index.ts'

/** Where reading resumes, and how long the file is there. */
export interface Place {
  /** The last messages that were read. */
  readonly ring: readonly string[]
  readonly stamp: string
  /** Of a line whose end has not come, base64. */
  readonly partial: string
  /** Bytes of the output that belong to it. */
  readonly length: number
}

export interface SmallOutputOptions {
  /** What a killed process has written behind its position is cut off at the next start. */
  readonly isCut: boolean
  /** The position is saved, and what it says is written later. */
  readonly savesFirst: boolean
  /** Positions are saved when the process ends, and only then. */
  readonly savesAtStop: boolean
  readonly delay: (ms: number) => Promise<void>
}

export const OUTPUT = '/output'
const STATE = '/state/positions.json'

/** A file for each container, and one with all positions. */
export class SmallOutput {
  readonly #fileSystem: FileSystem
  readonly #options: SmallOutputOptions
  readonly #places = new Map<string, Place>()
  /** One writes at a time. */
  #turn: Promise<void> = Promise.resolve()

  constructor(fileSystem: FileSystem, options: SmallOutputOptions) {
    this.#fileSystem = fileSystem
    this.#options = options
  }

  async open(): Promise<void> {
    await this.#fileSystem.mkdir(OUTPUT)
    await this.#fileSystem.mkdir('/state')
    const text = await this.#read(STATE)
    const places: Record<string, Place> = JSON.parse(text === '' ? '{}' : text)
    for (const [key, place] of Object.entries(places)) this.#places.set(key, place)
    if (!this.#options.isCut) return
    for (const name of await this.#fileSystem.readdir(OUTPUT))
      await this.#cut(`${OUTPUT}/${name}`, this.#places.get(name.slice(0, -4))?.length ?? 0)
  }

  placeOf(key: string): Place | null {
    return this.#places.get(key) ?? null
  }

  forget(key: string): void {
    this.#places.delete(key)
  }

  async write(key: string, lines: readonly Buffer[], place: Place): Promise<void> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    await before
    try {
      await this.#writeNext(key, lines, place)
    } finally {
      resolve()
    }
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#save()
  }

  async #writeNext(key: string, lines: readonly Buffer[], place: Place): Promise<void> {
    const { savesFirst, savesAtStop, delay } = this.#options
    const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
    if (savesFirst) {
      this.#places.set(key, place)
      await this.#save()
      await delay(500)
    }
    const file = await this.#fileSystem.open(`${OUTPUT}/${key}.log`, 'a+')
    try {
      for (let at = 0; at < bytes.length;) at += await file.write([bytes.subarray(at)])
      const { size } = await file.stat()
      this.#places.set(key, { ...place, length: size })
    } finally {
      await file.close()
    }
    if (!savesFirst && !savesAtStop) await this.#save()
  }

  async #save(): Promise<void> {
    const file = await this.#fileSystem.open(`${STATE}.new`, 'w')
    try {
      const bytes = Buffer.from(JSON.stringify(Object.fromEntries(this.#places)))
      for (let at = 0; at < bytes.length;) at += await file.write([bytes.subarray(at)])
    } finally {
      await file.close()
    }
    await this.#fileSystem.rename(`${STATE}.new`, STATE)
  }

  async #read(path: string): Promise<string> {
    const file = await this.#fileSystem.open(path, 'r').catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
      return null
    })
    if (file === null) return ''
    try {
      const { size } = await file.stat()
      const bytes = new Uint8Array(size)
      for (let at = 0; at < size;) at += await file.read(bytes.subarray(at), at)
      return Buffer.from(bytes).toString()
    } finally {
      await file.close()
    }
  }

  async #cut(path: string, length: number): Promise<void> {
    const file = await this.#fileSystem.open(path, 'r+')
    try {
      await file.truncate(length)
    } finally {
      await file.close()
    }
  }
}
