import { messageOf } from '../../reference/errors.ts'
import { numberedLine } from '../audit/numbered-line.ts'
import type { OperatedSubject, SubjectLook } from './operated-subject.ts'
import { LINES_IN_FLIGHT, PUSHED_NAMES, type Operation, type OperationKind } from './operation.ts'

/** Lines that were handed to the subject count as written by containers of these names, which begin with a prefix. */
export interface OperatorOptions {
  readonly prefix: string
  /** Log streams that are open once the container monitor runs. */
  readonly streams: number
}

type Seen = Omit<Operation, 'kind'>

/** Operates a subject over its HTTP API as somebody with `curl` would, and remembers what was seen. */
export class Operator {
  readonly operations: Operation[] = []
  /** Number of the last line that the subject has taken, by the name it is numbered under. */
  readonly emitted: Map<string, number> = new Map<string, number>()
  readonly #subject: OperatedSubject
  readonly #options: OperatorOptions
  #requests = 0

  constructor(subject: OperatedSubject, options: OperatorOptions) {
    this.#subject = subject
    this.#options = options
  }

  /** Does it once. What goes wrong is among the operation's problems. */
  async perform(kind: OperationKind): Promise<void> {
    const problems: string[] = []
    const say = (problem: string): void => void problems.push(`${kind}: ${problem}`)
    const seen = await this.#perform(kind, say).catch((error: unknown): Partial<Seen> => {
      say(messageOf(error))
      return {}
    })
    this.operations.push({ kind, ...NOTHING_SEEN, ...seen, problems })
  }

  #perform(kind: OperationKind, say: (problem: string) => void): Promise<Partial<Seen>> {
    switch (kind) {
      case 'cycle-container-monitor':
        return this.#cycleContainerMonitor(say)
      case 'cycle-file-monitor':
        return this.#cycleFileMonitor()
      case 'push-names':
        return this.#pushNames()
      case 'stop-in-flight':
        return this.#stopInFlight(say)
    }
  }

  async #cycleContainerMonitor(say: (problem: string) => void): Promise<Partial<Seen>> {
    await this.#post('/api/monitors/container/stop')
    // The other end of a connection may hear of its close a moment later.
    await this.#until(CLOSE_LIMIT_MS, async () => this.#subject.connections() === 0)
    const seen = await this.#look()
    await this.#post('/api/monitors/container/start')
    let streams = 0
    await this.#until(STREAMS_LIMIT_MS, async () => {
      streams = Math.max(streams, (await this.#subject.look()).streams ?? 0)
      return streams >= this.#options.streams
    })
    if (streams === 0) say(`no stream was open ${STREAMS_LIMIT_MS / 1000} s after the start`)
    return seen
  }

  /** The file that it reads grows meanwhile. */
  async #cycleFileMonitor(): Promise<Partial<Seen>> {
    await this.#post('/api/monitors/file/stop')
    const name = `${this.#options.prefix}-tailed`
    const first = this.#last(name) + 1
    const lines = Array.from({ length: LINES_OF_A_CYCLE }, (_, index) => numberedLine(name, first + index))
    await this.#subject.appendToTailed(lines.map((line) => `${line}\n`).join(''))
    this.emitted.set(name, first + LINES_OF_A_CYCLE - 1)
    const seen = await this.#look()
    await this.#post('/api/monitors/file/start')
    return seen
  }

  async #pushNames(): Promise<Partial<Seen>> {
    for (let from = 0; from < PUSHED_NAMES; from += NAMES_IN_A_REQUEST) {
      const names = Array.from({ length: NAMES_IN_A_REQUEST }, (_, index) => this.#pushedName(from + index))
      // oxlint-disable-next-line no-await-in-loop -- as somebody does who waits for the answer
      await this.#push(this.#nextLines(names))
    }
    return await this.#look()
  }

  async #stopInFlight(say: (problem: string) => void): Promise<Partial<Seen>> {
    const names = Array.from({ length: LINES_IN_FLIGHT / LINES_IN_A_REQUEST }, (_, n) => this.#pushedName(n))
    const requests = names.map((name) =>
      this.#nextLines(Array.from({ length: LINES_IN_A_REQUEST }, () => name)),
    )
    const answers = requests.map((request) => this.#send(request))
    await Promise.race(answers)
    const stopSeconds = await this.#subject.restart()
    for (const [index, answer] of answers.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as they were sent
      const status = await answer
      if (status === 200) continue
      if (status !== null && status !== 503) say(`a push was answered with ${status}`)
      // oxlint-disable-next-line no-await-in-loop
      await this.#push(requests[index]!)
    }
    return { ...(await this.#look()), stopSeconds }
  }

  #pushedName(index: number): string {
    return `${this.#options.prefix}-pushed-${String(index + 1).padStart(4, '0')}`
  }

  #last(name: string): number {
    return this.emitted.get(name) ?? 0
  }

  /** A request with the next line of each name, in their order. From then on the lines count as written. */
  #nextLines(names: readonly string[]): PushRequest {
    const lines = names.map((file) => {
      const number = this.#last(file) + 1
      this.emitted.set(file, number)
      return { file: `${file}.log`, message: numberedLine(file, number) }
    })
    this.#requests += 1
    return { key: `${this.#options.prefix}-${this.#requests}`, lines }
  }

  /** Until the lines are taken: a subject that is starting, or has no room at the moment, is asked again. */
  async #push(request: PushRequest): Promise<void> {
    let status: number | null = null
    const taken = await this.#until(PUSH_LIMIT_MS, async () => {
      status = await this.#send(request)
      return status === 200
    })
    if (!taken) throw new Error(`lines were not taken within ${PUSH_LIMIT_MS / 1000} s: status ${status}`)
  }

  /** @returns the status; `null` without an answer */
  async #send({ key, lines }: PushRequest): Promise<number | null> {
    try {
      const { status } = await this.#subject.post('/api/logs', lines, { 'idempotency-key': key })
      return status
    } catch {
      return null
    }
  }

  async #post(path: string): Promise<void> {
    const { status, body } = await this.#subject.post(path)
    if (status !== 200) throw new Error(`POST ${path} was answered with ${status}: ${body.trim()}`)
  }

  async #look(): Promise<Partial<Seen>> {
    const { tasks, fds, sinkFiles }: SubjectLook = await this.#subject.look()
    return { connections: this.#subject.connections(), tasks, fds, sinkFiles }
  }

  /** @returns whether it held, at the latest after so long */
  async #until(limitMs: number, holds: () => Promise<boolean>): Promise<boolean> {
    const deadline = this.#subject.nowMs() + limitMs
    for (;;) {
      // oxlint-disable no-await-in-loop -- time passes between two looks
      if (await holds()) return true
      if (this.#subject.nowMs() >= deadline) return false
      await this.#subject.sleep(POLL_MS)
      // oxlint-enable no-await-in-loop
    }
  }
}

interface PushRequest {
  /** Under which it is taken once, however often it is sent. */
  readonly key: string
  readonly lines: readonly { readonly file: string; readonly message: string }[]
}

const NOTHING_SEEN: Seen = {
  connections: null,
  tasks: null,
  fds: null,
  sinkFiles: null,
  stopSeconds: null,
  problems: [],
}
const LINES_OF_A_CYCLE = 10
const NAMES_IN_A_REQUEST = 100
const LINES_IN_A_REQUEST = 1000
const CLOSE_LIMIT_MS = 1000
const STREAMS_LIMIT_MS = 5000
const PUSH_LIMIT_MS = 15_000
const POLL_MS = 20
