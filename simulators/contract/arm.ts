import type { Answer } from './answer.ts'
import type { LogSeen } from './log-seen.ts'
import type { Program } from './program.ts'
import type { Release } from './release.ts'
import type { StoredLogs } from './stored-logs.ts'

/**
 * What a case may need beyond what every client can do.
 * - `requests`: what a request may say, and refusals of it
 * - `statuses`: the status of an answer
 * - `streams`: logs by stream
 * - `lists`: lists by filters, limits and states, and inspections in full
 * - `history`: events that were, and by filters
 * - `http`: requests as they are written
 * - `docker`: the docker command
 */
export type Need = 'requests' | 'statuses' | 'streams' | 'lists' | 'history' | 'http' | 'docker'

export interface ContainerSpec {
  /** Default: goes on without a word. */
  readonly program?: Program
  readonly labels?: Readonly<Record<string, string>>
  readonly tty?: boolean
  /** Default json-file. */
  readonly logDriver?: string
  readonly logOptions?: Readonly<Record<string, string>>
  readonly autoRemove?: boolean
}

/** Options of a request for a log, as the API has them. Both streams unless told otherwise. */
export interface LogOptions {
  readonly stdout?: boolean
  readonly stderr?: boolean
  readonly timestamps?: boolean
  /** RFC 3339 with nine decimals. */
  readonly since?: string
  readonly until?: string
  readonly tail?: number | 'all'
}

export interface ListOptions {
  readonly all?: boolean
  readonly limit?: number
  readonly filters?: Readonly<Record<string, readonly string[]>>
}

export interface EventOptions {
  /** RFC 3339 with nine decimals. */
  readonly since?: string
  readonly until?: string
  readonly filters?: Readonly<Record<string, readonly string[]>>
}

/** An element of a list, as far as every client shows it. */
export interface Listed {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly status: string
}

export interface SeenEvent {
  readonly action: string
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
}

export type Verb = 'start' | 'stop' | 'restart' | 'kill' | 'pause' | 'unpause' | 'rename' | 'wait' | 'remove'

/** Options of a verb, as the API names them. */
export type VerbOptions = Readonly<Record<string, string | number | boolean>>

/** Something that is being sent. What came so far is there to be looked at. */
export interface Following<T> {
  readonly seen: T
  /** True once the engine has ended it. */
  readonly ended: boolean
  /** Gives it up. Idempotent. */
  close(): void
}

/** The parts of an inspection that cases look at, in the API's shape. */
export type Inspection = Readonly<Record<string, unknown>>

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface CommandResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * An engine and a client: where the contract is held. Names, ids and stamps are those of the engine; words of refusals too. What an arm's client
 * does not show it leaves out in {@link view}, of what it saw and of what was expected alike. Asking for what an arm lacks throws.
 */
export interface ContractArm {
  readonly name: string
  readonly release: Release
  /** What cannot be expressed here, and why. */
  readonly lacks: Readonly<Partial<Record<Need, string>>>
  readonly storedLogs: StoredLogs
  readonly view: { answer(seen: Answer): unknown; log(seen: LogSeen): unknown }
  /** Runs a case in the arm's time. */
  run<T>(operation: () => Promise<T>): Promise<T>
  sleep(ms: number): Promise<void>
  /** The engine's clock, milliseconds since the epoch. */
  now(): number
  create(name: string, spec: ContainerSpec): Promise<Answer>
  act(verb: Verb, reference: string, options?: VerbOptions): Promise<Answer>
  list(options: ListOptions): Promise<Listed[] | Answer>
  inspect(reference: string): Promise<Inspection | Answer>
  logs(reference: string, options?: LogOptions): Promise<LogSeen | Answer>
  /** The stamps of every stored message, of both streams. */
  stamps(reference: string): Promise<string[]>
  follow(reference: string, options?: LogOptions): Promise<Following<LogSeen>>
  events(options?: EventOptions): Promise<Following<readonly SeenEvent[]>>
  http(method: string, path: string, body?: unknown): Promise<HttpAnswer>
  docker(...args: readonly string[]): Promise<CommandResult>
}
