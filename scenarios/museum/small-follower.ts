import { Demultiplexer } from '../../reference/docker/reading/parsing/demultiplexer.ts'
import type { MessageParser } from '../../reference/docker/reading/parsing/message-parser.ts'
import { STAMP_PREFIX } from '../../reference/docker/reading/parsing/stamp.ts'
import { TtyDemultiplexer } from '../../reference/docker/reading/parsing/tty-demultiplexer.ts'
import { withDeadline } from '../../reference/lifecycle/deadline.ts'
import {
  EngineError,
  type ContainerDetails,
  type LogStream,
  type Ports,
} from '../../reference/ports/index.ts'
import { SmallOutput, type Place } from './small-output.ts'

/** A fault that a released collector has had, put into the small one. */
export type SmallFault = (typeof SMALL_FAULTS)[number]
export const SMALL_FAULTS = [
  'whole-second-position',
  'position-by-stamp',
  'strictly-later',
  'position-dropped-at-stop',
  'replay-after-error',
  'no-back-off',
  'removed-is-retried',
  'chunks-are-lines',
  'stop-waits-for-reader',
  'one-lock',
  'list-only',
  'no-read-timeout',
  'task-per-rotation',
  'stream-left-open',
  'saved-before-written',
  'saved-at-stop',
  'equal-lines-dropped',
  'new-from-now',
  'events-once',
  'full-queue-drops',
  'absent-is-forgotten',
  'errors-are-lines',
  'tty-is-framed',
  'file-is-not-cut',
  'ended-is-over',
  'own-clock',
] as const

/** One message of a log: stamp, space, data. */
export interface SmallMessage {
  readonly key: string
  readonly stamp: string
  readonly stream: number
  readonly data: Buffer
}

interface Followed {
  readonly id: string
  name: string
  readonly abort: AbortController
  /** Something may have changed: look again at once. */
  wake: () => void
}

const RING = 20
const OPEN_MS = 5_000
const READ_MS = 8_000
const ROTATE_MS = 10_000
const LIST_MS = 5_000
const RETRY_MS = 1_000
const CHUNK_BYTES = 16 * 1024
const QUEUE_MAX = 20

/**
 * A log collector of some three hundred lines: it finds its place in a log again by the last messages it has read, rotates its streams, and writes files, each with its
 * position. It is right where the exhibits look; each of its faults is one decision of a released collector.
 */
export class SmallFollower {
  readonly #ports: Ports
  readonly #fault: SmallFault | null
  readonly #output: SmallOutput
  readonly #followed = new Map<string, Followed>()
  readonly #abort = new AbortController()
  readonly #tasks = new Set<Promise<void>>()
  readonly #startedAt: string
  #lock: Promise<void> = Promise.resolve()

  constructor(ports: Ports, fault: SmallFault | null) {
    this.#ports = ports
    this.#fault = fault
    this.#output = new SmallOutput(ports.fileSystem, {
      isCut: fault !== 'file-is-not-cut' && fault !== 'saved-at-stop',
      savesFirst: fault === 'saved-before-written',
      savesAtStop: fault === 'saved-at-stop',
      delay: (ms) => ports.clock.sleep(ms, this.#abort),
    })
    this.#startedAt = new Date(ports.clock.now()).toISOString()
  }

  async start(): Promise<void> {
    await this.#output.open()
    if (!this.#has('list-only')) this.#spawn(() => this.#listen())
    this.#spawn(() => this.#list())
  }

  async stop(): Promise<void> {
    if (this.#has('stop-waits-for-reader')) await Promise.all(this.#tasks)
    this.#abort.abort(new Error('stopped'))
    await Promise.allSettled(this.#tasks)
    await this.#output.close()
  }

  #has(fault: SmallFault): boolean {
    return this.#fault === fault
  }

  #spawn(run: () => Promise<void>): void {
    const task = run().catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.#ports.logger.error({ err: error }, 'A task failed')
    })
    this.#tasks.add(task)
    void task.then(() => this.#tasks.delete(task))
  }

  async #list(): Promise<void> {
    const { clock, engine } = this.#ports
    for (;;) {
      try {
        const all = await this.#inTime((signal) => engine.listContainers({ signal }))
        for (const { id, name } of all) this.#found(id, name)
        if (this.#has('absent-is-forgotten'))
          for (const { id } of this.#followed.values())
            if (!all.some((one) => one.id === id)) this.#forget(id)
      } catch (error) {
        this.#passOver(error)
      }
      await clock.sleep(this.#has('no-back-off') ? 1 : LIST_MS, this.#abort)
    }
  }

  async #listen(): Promise<void> {
    const { clock, engine } = this.#ports
    for (;;) {
      try {
        const events = await this.#inTime((signal) => engine.openEvents({ signal }))
        try {
          for (
            let event = await events.read(this.#abort);
            event !== null;
            event = await events.read(this.#abort)
          ) {
            if (event.action === 'start' || event.action === 'rename') this.#found(event.id, event.name)
            if (event.action === 'die' && this.#has('position-dropped-at-stop')) this.#output.forget(event.id)
            this.#followed.get(event.id)?.wake()
          }
        } finally {
          events.destroy()
        }
      } catch (error) {
        this.#passOver(error)
      }
      if (this.#has('events-once')) return
      await clock.sleep(RETRY_MS, this.#abort)
    }
  }

  #found(id: string, name: string): void {
    const known = this.#followed.get(id)
    if (known !== undefined) {
      known.name = name
      return
    }
    const followed: Followed = { id, name, abort: new AbortController(), wake: () => {} }
    this.#followed.set(id, followed)
    this.#spawn(() => this.#follow(followed))
  }

  #forget(id: string): void {
    const followed = this.#followed.get(id)
    this.#followed.delete(id)
    followed?.abort.abort(new Error('gone'))
    if (followed !== undefined) this.#output.forget(followed.id)
  }

  async #follow(followed: Followed): Promise<void> {
    const { clock } = this.#ports
    const signal = AbortSignal.any([this.#abort.signal, followed.abort.signal])
    for (;;) {
      try {
        const details = await this.#inTime((own) =>
          this.#ports.engine.inspectContainer(followed.id, { signal: own }),
        )
        await this.#catchUp(followed, details)
        if (details.running) await this.#readOn(followed, details, signal)
        else if (this.#has('ended-is-over')) return
        else await this.#sleepUntilWoken(followed, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof EngineError && error.code === 'not_found' && !this.#has('removed-is-retried')) {
          this.#followed.delete(followed.id)
          return
        }
        if (this.#has('replay-after-error')) this.#output.forget(followed.id)
        await clock.sleep(this.#pauseMs(error), { signal })
      }
    }
  }

  #pauseMs(error: unknown): number {
    if (this.#has('no-back-off')) return 1
    return this.#has('removed-is-retried') && error instanceof EngineError ? 20 : RETRY_MS
  }

  /** Reads what is stored, to its end, and delivers what is new in it. */
  async #catchUp(followed: Followed, details: ContainerDetails): Promise<void> {
    const key = followed.id
    const place = this.#output.placeOf(key)
    const messages = await this.#readAll(details)
    if (this.#has('new-from-now') && place === null) return await this.#passOverAll(key, messages)
    const isLater = this.#isLater(key)
    const fresh =
      isLater === null
        ? messages.slice(place === null ? 0 : (placeIn(messages, place) ?? 0))
        : messages.filter(isLater)
    await this.#deliver(key, fresh, details.tty)
  }

  async #passOverAll(key: string, messages: readonly SmallMessage[]): Promise<void> {
    const last = messages.at(-1)
    if (last === undefined) return
    const ring = messages.map((message) => message.key).slice(-RING)
    await this.#output.write(key, [], { ...NOWHERE, ring, stamp: last.stamp })
  }

  async #readAll(details: ContainerDetails): Promise<SmallMessage[]> {
    const stream = await this.#open(details, false)
    const messages: SmallMessage[] = []
    try {
      const parser = this.#parser(details)
      const add = adding(messages)
      for (;;) {
        const chunk = await this.#inTime((signal) => stream.read({ signal }))
        if (chunk === null) break
        parser.push(chunk, add)
      }
      parser.end(add)
      return messages
    } finally {
      stream.destroy()
    }
  }

  /** Reads what comes until the stream ends, is silent for long, or is to be rotated. */
  async #readOn(followed: Followed, details: ContainerDetails, signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports
    const key = followed.id
    const stream = await this.#open(details, true)
    // Reading does not wait for writing: of a container that is removed the engine sends what is left at once, or never.
    let delivered: Promise<void> = Promise.resolve()
    const rotateAtMs = clock.monotonic() + ROTATE_MS
    if (this.#has('task-per-rotation')) this.#spawn(() => clock.sleep(24 * 3_600_000, this.#abort))
    const parser = this.#parser(details)
    try {
      const since: Since = {
        place: this.#output.placeOf(key),
        seen: [],
        isFound: false,
        isLater: this.#isLater(key),
      }
      while (clock.monotonic() < rotateAtMs) {
        const chunk = await this.#readNext(stream, signal)
        if (chunk === null) return parser.end(() => {})
        const messages: SmallMessage[] = []
        parser.push(chunk, adding(messages))
        const fresh = this.#behindPlace(messages, since)
        delivered = delivered.then(() => this.#deliver(key, fresh, details.tty))
      }
    } catch (error) {
      if (!(error instanceof Error && error.name === 'DeadlineError')) throw error
    } finally {
      if (!this.#has('stream-left-open')) stream.destroy()
      await delivered
    }
  }

  async #readNext(stream: LogStream, signal: AbortSignal): Promise<Uint8Array | null> {
    const read = (): Promise<Uint8Array | null> =>
      this.#has('no-read-timeout') || this.#has('one-lock')
        ? stream.read({ signal })
        : withDeadline(this.#ports.clock, 'reading', READ_MS, signal, (own) => stream.read({ signal: own }))
    if (!this.#has('one-lock')) return await read()
    const before = this.#lock
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#lock = promise
    await before
    try {
      return await read()
    } finally {
      resolve()
    }
  }

  /** Of what a stream sends from its beginning on, what lies behind the place. */
  #behindPlace(messages: readonly SmallMessage[], since: Since): readonly SmallMessage[] {
    if (since.isLater !== null) return messages.filter(since.isLater)
    if (since.place === null || since.isFound) return messages
    since.seen.push(...messages)
    const found = placeIn(since.seen, since.place)
    if (found === null) return []
    since.isFound = true
    return since.seen.slice(found)
  }

  /** With a stamp as the position, what is taken for new from now on; null where it is found by the last messages. */
  #isLater(key: string): ((message: SmallMessage) => boolean) | null {
    const place = this.#output.placeOf(key)
    if (place === null) return null
    if (this.#has('whole-second-position')) return ({ stamp }) => stamp >= `${place.stamp.slice(0, 19)}.`
    if (this.#has('strictly-later')) return ({ stamp }) => stamp > place.stamp
    if (!this.#has('own-clock')) return null
    const now = new Date(this.#ports.clock.now()).toISOString()
    return ({ stamp }) => stamp >= now
  }

  async #deliver(key: string, messages: readonly SmallMessage[], tty: boolean): Promise<void> {
    if (messages.length === 0) return
    const before = this.#output.placeOf(key) ?? NOWHERE
    const wanted = this.#wanted(messages, before)
    const { lines, partial } = this.#linesOf(wanted, Buffer.from(before.partial, 'base64'), tty)
    const last = messages.at(-1)!
    await this.#output.write(key, lines, {
      ring: [...before.ring, ...messages.map((message) => message.key)].slice(-RING),
      stamp: last.stamp,
      partial: partial.toString('base64'),
      length: 0,
    })
  }

  #wanted(messages: readonly SmallMessage[], before: Place): readonly SmallMessage[] {
    if (this.#has('full-queue-drops')) return messages.slice(-QUEUE_MAX)
    if (this.#has('position-by-stamp')) {
      let newest = before.stamp
      return messages.filter(({ stamp }) => {
        if (stamp < newest) return false
        newest = stamp
        return true
      })
    }
    if (!this.#has('equal-lines-dropped')) return messages
    return messages.filter(({ data }, index) => index === 0 || !data.equals(messages[index - 1]!.data))
  }

  /** Whole lines, and what is left of one whose end has not come. */
  #linesOf(
    messages: readonly SmallMessage[],
    partial: Buffer,
    tty: boolean,
  ): { lines: Buffer[]; partial: Buffer } {
    const lines: Buffer[] = []
    let held = partial
    for (const { data } of messages) {
      const isEnd = data.at(-1) === 0x0a
      const text = isEnd ? data.subarray(0, tty && data.at(-2) === 0x0d ? -2 : -1) : data
      held = Buffer.concat([held, text])
      if (!isEnd && !this.#has('chunks-are-lines')) continue
      lines.push(held)
      held = Buffer.alloc(0)
    }
    return { lines, partial: held }
  }

  #parser({ tty }: ContainerDetails): MessageParser {
    if (tty && !this.#has('tty-is-framed')) return new TtyDemultiplexer(CHUNK_BYTES, () => [])
    const parser = new Demultiplexer()
    if (!this.#has('errors-are-lines')) return parser
    return {
      push: (chunk, handler) => {
        try {
          parser.push(chunk, handler)
        } catch (error) {
          const text = Buffer.from(`${this.#startedAt.replace('Z', '000000Z')} ${String(error)}\n`)
          handler(1, text, 0, text.length)
        }
      },
      end: () => parser.reset(),
      reset: () => parser.reset(),
    }
  }

  async #open({ id }: ContainerDetails, follow: boolean): Promise<LogStream> {
    return await this.#inTime(
      (signal) => this.#ports.engine.openLogs(id, { signal, follow }),
      (late) => late.destroy(),
    )
  }

  async #inTime<T>(run: (signal: AbortSignal) => Promise<T>, release?: (late: T) => void): Promise<T> {
    return await withDeadline(this.#ports.clock, 'the call', OPEN_MS, this.#abort.signal, run, release)
  }

  async #sleepUntilWoken(followed: Followed, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    followed.wake = resolve
    using _ = this.#ports.clock.after(RETRY_MS, resolve)
    await promise
    signal.throwIfAborted()
  }

  #passOver(error: unknown): void {
    this.#abort.signal.throwIfAborted()
    this.#ports.logger.warn({ err: error }, 'A call failed; it is made again')
  }
}

function adding(
  messages: SmallMessage[],
): (stream: number, buffer: Uint8Array, start: number, end: number) => void {
  return (stream, buffer, start, end) => {
    const bytes = Buffer.from(buffer.subarray(start, end))
    messages.push({
      key: `${stream} ${bytes.toString('latin1')}`,
      stamp: bytes.toString('latin1', 0, STAMP_PREFIX - 1),
      stream,
      data: bytes.subarray(STAMP_PREFIX),
    })
  }
}

/** Where in these messages what is new begins; null when the place is not among them. */
function placeIn(messages: readonly SmallMessage[], { ring }: Place): number | null {
  for (let end = messages.length; end >= ring.length; end--) {
    if (ring.every((key, index) => messages[end - ring.length + index]!.key === key)) return end
  }
  return null
}

interface Since {
  readonly place: Place | null
  readonly seen: SmallMessage[]
  isFound: boolean
  readonly isLater: ((message: SmallMessage) => boolean) | null
}

const NOWHERE: Place = { ring: [], stamp: '', partial: '', length: 0 }
