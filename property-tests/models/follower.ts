import { parseContainerPosition } from '../../reference/docker/reading/container-position.ts'
import type {
  ContainerReader,
  ContainerReaderOptions,
  LogRequest,
  ReaderState,
} from '../../reference/docker/reading/container-reader.ts'
import { createReader } from '../../reference/docker/reading/create-reader.ts'
import type { Block } from '../../reference/dispatch/block.ts'
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
  /** Snapshots that were read to settle a doubt. */
  proofs = 0
  readonly #options: ContainerReaderOptions
  #reader: ContainerReader

  constructor(options: Pick<ContainerReaderOptions, 'poll'> & Partial<ContainerReaderOptions>) {
    this.#options = { ...OPTIONS, ...options }
    this.#reader = createReader(this.#options)
  }

  get reader(): ContainerReader {
    return this.#reader
  }

  /** @throws Error when a block does not continue the one before it. */
  take(): void {
    for (let block = this.#reader.take(); block !== undefined; block = this.#reader.take()) this.#add(block)
  }

  #add(block: Block): void {
    if (block.firstRecord !== this.records) throw new Error(`${block.firstRecord} follows ${this.records}`)
    if ((block.ends.at(-1) ?? 0) !== block.bytes.length) throw new Error('a block ends within a record')
    this.records += block.ends.length
    this.lines += Buffer.from(block.bytes).toString('latin1')
  }

  /** Goes on from what was saved. */
  restart(): void {
    const position = parseContainerPosition(JSON.parse(JSON.stringify(this.#reader.position)))
    this.#reader = createReader({ ...this.#options, position })
  }

  /** The container is gone: open lines become records. */
  flush(): void {
    this.#reader.flush()
    this.take()
  }

  /**
   * One connection; opens again as often as the reader asks for it, and reads snapshots beside it where it leaves a doubt.
   * @param serve the engine's answer; `follow` says whether it is followed
   */
  visit(serve: Serve, { chunk, cutAt, how }: Connection): void {
    for (let opens = 0; opens < OPENS_MAX; opens++) {
      const state = this.#connect(serve, how, chunk, cutAt)
      this.take()
      if (state !== 'reopen') return
    }
    throw new Error(`the reader asked for more ${OPENS_MAX} times`)
  }

  /** One message of the followed connection, with the store as it is then. */
  follow(message: StoredMessage, serve: Serve): void {
    const state = this.#settle(serve, this.#reader.push(encodeFrame(message)), PROOF_CHUNK)
    this.take()
    if (state === 'reopen') throw new Error('the reader gave the connection up')
  }

  #connect(
    serve: Serve,
    how: 'follow' | 'snapshot' | 'proof',
    chunk: number,
    cutAt: number | null,
  ): ReaderState {
    const request = this.#reader.open(how)
    const bytes = Buffer.concat(serve(request).map(encodeFrame))
    // The proof may not be cut: then the connection beside it would be over too.
    const length = cutAt === null || how === 'proof' ? bytes.length : Math.floor(bytes.length * cutAt)
    for (let at = 0; at < length; at += chunk) {
      const state = this.#settle(
        serve,
        this.#reader.push(bytes.subarray(at, Math.min(length, at + chunk))),
        chunk,
      )
      this.take()
      if (state === 'reopen') return state
    }
    if (length === bytes.length && cutAt === null) return this.#settle(serve, this.#reader.end(), chunk)
    if (how === 'proof') return this.#reader.end()
    this.#reader.cut()
    return 'aligned'
  }

  #settle(serve: Serve, first: ReaderState, chunk: number): ReaderState {
    let state = first
    while (state === 'doubt') {
      for (let proof: ReaderState = 'reopen'; proof === 'reopen';) {
        proof = this.#connect(serve, 'proof', chunk, null)
        this.take()
        this.proofs += 1
        if (this.proofs > PROOFS_MAX) throw new Error('the reader is in doubt for ever')
      }
      state = this.#reader.resume('read')
      this.take()
    }
    return state
  }
}

/** What the engine answers to a request. */
export type Serve = (request: LogRequest) => readonly StoredMessage[]

const SOURCE = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const OPTIONS = { source: SOURCE, tty: false, maxLineBytes: 1 << 20, from: 'start' } as const
const OPENS_MAX = 30
const PROOF_CHUNK = 65_536
const PROOFS_MAX = 10_000
