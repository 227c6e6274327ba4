import type { ContainerDetails } from '../../reference/ports/index.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import type { Wire } from '../wire/wire.ts'
import { ContainerLog, type LogRotationOptions } from './log/container-log.ts'
import type { Host } from '../world/host.ts'
import { ExpectedOutput } from './output/expected-output.ts'
import { STDERR, STDOUT, type StreamNumber } from './log/log-file.ts'
import { NumberedLines } from './output/numbered-lines.ts'
import { ConmonCopier } from './output/conmon-copier.ts'
import { OutputCopier, type Copier } from './output/output-copier.ts'
import { Stamper } from './log/stamper.ts'
import type { EnginePersonality } from './personality.ts'
import { storedText } from './log/stored-text.ts'
import { Workload, type Behaviour, type LineShape } from './output/workload.ts'

export interface ContainerOptions {
  /** Without the leading slash. */
  readonly name: string
  readonly behaviour?: Behaviour
  readonly labels?: Readonly<Record<string, string>>
  /** Shown by `inspect`; no image is needed. Default `simulated:latest`. */
  readonly image?: string
  /** Shown by `inspect`; what runs is the behaviour. Default `["workload"]`. */
  readonly command?: readonly string[]
  /** Default false. */
  readonly tty?: boolean
  /** Default `json-file`. `none` cannot be read. */
  readonly logDriver?: string
  /** Default: one file without a limit. */
  readonly logRotation?: LogRotationOptions
  /** Options of the log driver as `inspect` shows them. Default what {@link logRotation} says. */
  readonly logOptions?: Readonly<Record<string, string>>
  /** Whether it is removed when its process ends. Default false. */
  readonly autoRemove?: boolean
  /** Numbered lines written just before the process ends, the last of them without a newline if `unterminated`. Default none. */
  readonly atExit?: { readonly lines: number; readonly unterminated?: boolean } & LineShape
  /** The text of a numbered line, without its newline, instead of the name, the number and a filler of the shape's length. */
  readonly lineText?: (number: number) => string
  /** False leaves it created but not started. Default true. */
  readonly started?: boolean
  /** So long after it was created it starts, milliseconds. Default 0: at once. `docker run` took 150 ms. */
  readonly startsAfterMs?: number
  /** So long after each start the process ends by itself with exit code 0, milliseconds. Default: it goes on. */
  readonly lastsMs?: number
}

export type ContainerState = 'created' | 'running' | 'paused' | 'exited' | 'removing' | 'removed'

/** Makes of the right stamp the one that is stored: 30 bytes of ASCII each. */
export type StampDistortion = (stamp: Uint8Array) => Uint8Array

/** Told when a container stores a message. */
export type StoredListener = (container: SimulatedContainer) => void

/** What a container needs of the engine it is in. */
export interface ContainerEngine {
  readonly onStored: StoredListener
  /** How it stores what is written. */
  personality(): EnginePersonality
}

/** One container: its process, its stored log, and the streams that read it. The engine moves it between states. */
export class SimulatedContainer {
  readonly id: string
  readonly tty: boolean
  readonly logDriver: string
  readonly labels: Readonly<Record<string, string>>
  readonly image: string
  readonly command: readonly string[]
  readonly logOptions: Readonly<Record<string, string>>
  readonly autoRemove: boolean
  /** Files of its log that are kept. */
  readonly logFilesMax: number
  /** Where its log is stored as files too, if it is. */
  logPath = ''
  /** How long its process runs, milliseconds; null for as long as it is left to. */
  readonly lastsMs: number | null
  /** Wall time, milliseconds since the epoch, with their fraction; so are the times below. */
  readonly createdAt: number
  readonly random: SeededRandom
  readonly log: ContainerLog
  /** The streams its log is being sent over. */
  readonly wires: Set<Wire> = new Set()
  name: string
  state: ContainerState = 'created'
  /** When it was started last, or null. */
  startedAt: number | null = null
  /** When it ended last, or null. */
  finishedAt: number | null = null
  /** Of the last process that ended. */
  exitCode = 0
  /** How often its process was started. */
  starts = 0
  readonly #host: Host
  readonly #options: ContainerOptions
  readonly #expected: ExpectedOutput
  readonly #lines: NumberedLines
  readonly #stamper: Stamper
  readonly #engine: ContainerEngine
  #distortions: readonly StampDistortion[] = []
  #copiers: ReadonlyMap<StreamNumber, Copier>
  #behaviour: Behaviour
  #workload: Workload | null = null
  /** The moment of the monotonic clock as of which the workload writes; null while it does not. */
  #writingAtMs: number | null = null
  #lastNumber = 0
  /** The rest of the last numbered line, if it is still to be written. */
  #lateEnd: { readonly stream: 'stdout' | 'stderr'; readonly end: Uint8Array } | null = null
  #logsOpened = 0
  #logsFollowed = 0

  constructor(host: Host, id: string, options: ContainerOptions, engine: ContainerEngine) {
    this.id = id
    this.name = options.name
    this.tty = options.tty ?? false
    this.logDriver = options.logDriver ?? 'json-file'
    this.labels = options.labels ?? {}
    this.image = options.image ?? 'simulated:latest'
    this.command = options.command ?? ['workload']
    this.logOptions = options.logOptions ?? rotationTexts(options.logRotation ?? {})
    this.autoRemove = options.autoRemove ?? false
    this.logFilesMax = options.logRotation?.maxFiles ?? 1
    this.lastsMs = options.lastsMs ?? null
    this.createdAt = host.clock.wallTime()
    this.random = host.random.fork(`container ${id}`)
    this.log = new ContainerLog(options.logRotation, () => host.clock.monotonic())
    this.#expected = new ExpectedOutput(this.tty)
    this.#host = host
    this.#options = options
    this.#lines = new NumberedLines(options.name)
    this.#stamper = new Stamper(() => this.#wallTime(), this.random.fork('stamps'))
    this.#engine = engine
    this.#copiers = this.#newCopiers()
    this.#behaviour = options.behaviour ?? { kind: 'silent' }
  }

  get running(): boolean {
    return this.state === 'running' || this.state === 'paused'
  }

  /** The number of the last numbered line; numbers begin at 1. */
  get lastNumber(): number {
    this.log.catchUp()
    return this.#lastNumber
  }

  /** What a file must hold that has everything it wrote up to now. */
  get expected(): ExpectedOutput {
    this.log.catchUp()
    return this.#expected
  }

  /** How often its log was asked for, with follow and without. */
  get logsOpened(): number {
    return this.#logsOpened
  }

  /** How often its log was opened with follow while it ran. */
  get logsFollowed(): number {
    return this.#logsFollowed
  }

  /** For the engine: its log is sent over one more stream. */
  addWire(wire: Wire): void {
    this.wires.add(wire)
    this.#logsOpened += 1
    if (wire.follow) this.#logsFollowed += 1
  }

  /** As `inspect` shows it. */
  details(): ContainerDetails {
    const { id, name, labels, image, running, tty, logDriver, logPath } = this
    const startedAt = this.startedAt === null ? null : String(this.startedAt)
    return { id, name, labels, image, running, tty, logDriver, startedAt, logPath }
  }

  /**
   * What the process writes, in full or in part: text without a newline waits for one, for 16 KiB, or for the end of the process (not in
   * Podman, which stores it at once). With a TTY newlines become CR LF and both streams are one.
   * @throws Error when the container is not running
   */
  write(stream: 'stdout' | 'stderr', output: string | Uint8Array): void {
    if (!this.running)
      throw new Error(`Cannot write in container ${this.name}: it is ${this.state}, not running`)
    this.log.catchUp()
    const number = stream === 'stderr' && !this.tty ? STDERR : STDOUT
    this.#copiers.get(number)!.write(this.tty ? withCarriageReturns(output) : toBytes(output))
  }

  /** Writes the next numbered line. */
  writeNumberedLine(shape: LineShape = {}, ending: '\n' | '' = '\n'): void {
    this.log.catchUp()
    const line = this.#numberedLine(++this.#lastNumber, shape, ending)
    const stream = shape.stream ?? 'stdout'
    const chosen = stream === 'both' ? (this.random.chance(0.5) ? 'stdout' : 'stderr') : stream
    this.#writeLateEnd()
    if (shape.endsLate === true) this.#writeFirstHalf(chosen, toBytes(line))
    else this.write(chosen, line)
  }

  /** Replaces what the process does, at once if it runs. */
  setBehaviour(behaviour: Behaviour): void {
    this.#behaviour = behaviour
    if (this.#workload !== null) this.beginWork()
  }

  /** For the engine: the process starts or goes on. */
  beginWork(): void {
    this.suspendWork()
    this.#workload = new Workload(this.#host, {
      behaviour: this.#behaviour,
      random: this.random,
      label: `write ${this.name}`,
      writeLine: (atMs, shape) => this.#writeLineAsOf(atMs, shape),
      onDue: () => this.log.catchUp(),
    })
    this.log.setWriter(this.#workload)
  }

  /** For the engine: the process is paused. */
  suspendWork(): void {
    this.log.setWriter(null)
    this.#workload?.stop()
    this.#workload = null
  }

  /** For the engine: the process ends. Its last output is stored, then the log closes and followed replies end. */
  endWork(): void {
    this.suspendWork()
    const { lines, unterminated, ...shape } = this.#options.atExit ?? { lines: 0 }
    for (let line = 1; line <= lines; line++) {
      this.writeNumberedLine(shape, unterminated === true && line === lines ? '' : '\n')
    }
    this.#writeLateEnd()
    for (const copier of this.#copiers.values()) copier.end()
    this.#expected.end()
    this.#copiers = this.#newCopiers()
    this.log.close()
  }

  /** Stores messages with stamps that are wrong until what is returned is disposed. */
  distortStamps(distortion: StampDistortion): Disposable {
    this.log.catchUp()
    this.#distortions = [...this.#distortions, distortion]
    return {
      [Symbol.dispose]: () => {
        this.log.catchUp()
        this.#distortions = this.#distortions.filter((each) => each !== distortion)
      },
    }
  }

  #nextStamp(): Uint8Array {
    let stamp = this.#stamper.next()
    if (this.#distortions.length > 0) stamp = stamp.slice()
    for (const distort of this.#distortions) stamp = distort(stamp)
    return stamp
  }

  #wallTime(): number {
    const { clock } = this.#host
    if (this.#writingAtMs === null || clock.wallTimeAt === null) return clock.wallTime()
    return clock.wallTimeAt(this.#writingAtMs)
  }

  #writeFirstHalf(stream: 'stdout' | 'stderr', line: Uint8Array): void {
    const half = line.length >> 1
    this.write(stream, line.subarray(0, half))
    this.#lateEnd = { stream, end: line.slice(half) }
  }

  #writeLateEnd(): void {
    if (this.#lateEnd === null) return
    const { stream, end } = this.#lateEnd
    this.#lateEnd = null
    this.write(stream, end)
  }

  #writeLineAsOf(atMs: number, shape: LineShape): void {
    this.#writingAtMs = atMs
    this.writeNumberedLine(shape)
    this.#writingAtMs = null
  }

  #numberedLine(number: number, shape: LineShape, ending: '\n' | ''): string | Uint8Array {
    const text = this.#options.lineText?.(number)
    if (text !== undefined) return text + ending
    const { min, max } = shape.lineBytes ?? DEFAULT_LINE_BYTES
    return this.#lines.line(number, this.random.integer(min, max), ending)
  }

  #newCopiers(): ReadonlyMap<StreamNumber, Copier> {
    const streams: StreamNumber[] = this.tty ? [STDOUT] : [STDOUT, STDERR]
    return new Map(streams.map((stream) => [stream, this.#newCopier(stream)]))
  }

  #newCopier(stream: StreamNumber): Copier {
    const { product, chunkBytes, terminalChunkBytes } = this.#engine.personality()
    const NewCopier = product === 'podman' ? ConmonCopier : OutputCopier
    return new NewCopier(
      this.tty ? terminalChunkBytes : chunkBytes,
      () => this.#nextStamp(),
      (stamp, written, continuesLine) => {
        const data = this.#stored(written)
        this.#expected.add(stream, data, this.log.stored)
        this.log.append(stream, stamp, continuesLine ? this.#continuation(data) : data)
        this.#engine.onStored(this)
      },
    )
  }

  /** Docker's json-file stores text; Podman's driver of that name stores bytes. */
  #stored(written: Uint8Array): Uint8Array {
    const storesText = this.logDriver === 'json-file' && this.#engine.personality().product === 'docker'
    return storesText ? storedText(written) : written
  }

  /** The last chunk of a line as the driver stores it. */
  #continuation(data: Uint8Array): Uint8Array {
    if (this.logDriver !== 'local' || this.#engine.personality().localKeepsLastNewline) return data
    return data.at(-1) === NEWLINE ? data.subarray(0, -1) : data
  }
}

/** As they are given to the engine. */
function rotationTexts({ maxSizeBytes, maxFiles }: LogRotationOptions): Record<string, string> {
  return {
    ...(maxSizeBytes !== undefined && { 'max-size': String(maxSizeBytes) }),
    ...(maxFiles !== undefined && { 'max-file': String(maxFiles) }),
  }
}

function toBytes(output: string | Uint8Array): Uint8Array {
  return typeof output === 'string' ? Buffer.from(output) : output
}

function withCarriageReturns(output: string | Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(toBytes(output)).toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
}

const NEWLINE = 0x0a
const DEFAULT_LINE_BYTES = { min: 40, max: 120 }
