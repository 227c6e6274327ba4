import { parseContainerPosition } from '../../reference/docker/reading/container-position.ts'
import {
  ContainerReader,
  type ContainerReaderOptions,
  type LogRequest,
} from '../../reference/docker/reading/container-reader.ts'
import { encodeFrame, type StoredMessage } from './stored-log.ts'

/** One connection of a follower. */
export interface Connection {
  /** Where it is cut, as a fraction of the bytes it would bring; null: it ends cleanly. */
  readonly cutAt: number | null
  /** Bytes that arrive together. */
  readonly chunk: number
  readonly how: 'follow' | 'snapshot'
}

/** A reader with what it delivered, and a process around it that can be restarted. */
export class Follower {
  lines = ''
  records = 0
  readonly #options: ContainerReaderOptions
  #reader: ContainerReader

  constructor(options: Pick<ContainerReaderOptions, 'poll'> & Partial<ContainerReaderOptions>) {
    this.#options = { ...OPTIONS, ...options }
    this.#reader = new ContainerReader(this.#options)
  }

  get reader(): ContainerReader {
    return this.#reader
  }

  /** @throws Error when a block does not continue the one before it. */
  take(): void {
    const block = this.#reader.take()
    if (block === undefined) return
    if (block.firstRecord !== this.records) throw new Error(`${block.firstRecord} follows ${this.records}`)
    if ((block.ends.at(-1) ?? 0) !== block.bytes.length) throw new Error('a block ends within a record')
    this.records += block.ends.length
    this.lines += Buffer.from(block.bytes).toString('latin1')
  }

  /** Goes on from what was saved. */
  restart(): void {
    const position = parseContainerPosition(JSON.parse(JSON.stringify(this.#reader.position)))
    this.#reader = new ContainerReader({ ...this.#options, position })
  }

  /** The container is gone: open lines become records. */
  flush(): void {
    this.#reader.flush()
    this.take()
  }

  /**
   * One connection; opens again as often as the reader asks for it.
   * @param serve the engine's answer
   */
  visit(serve: (request: LogRequest) => readonly StoredMessage[], { chunk, cutAt, how }: Connection): void {
    for (let opens = 0; opens < OPENS_MAX; opens++) {
      const bytes = Buffer.concat(serve(this.#reader.open(how)).map(encodeFrame))
      const length = cutAt === null ? bytes.length : Math.floor(bytes.length * cutAt)
      let state = this.#reader.aligned ? 'aligned' : 'aligning'
      for (let at = 0; at < length && state !== 'reopen'; at += chunk) {
        state = this.#reader.push(bytes.subarray(at, Math.min(length, at + chunk)))
        this.take()
      }
      if (cutAt === null && state !== 'reopen') state = this.#reader.end()
      else this.#reader.cut()
      this.take()
      if (state !== 'reopen') return
    }
    throw new Error(`the reader asked for more ${OPENS_MAX} times`)
  }
}

const SOURCE = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const OPTIONS = { source: SOURCE, tty: false, maxLineBytes: 1 << 20, from: 'start' } as const
const OPENS_MAX = 30
