import type { DockerEngine, LogStream } from '../../reference/ports/index.ts'
import type { WireMachine } from '../wire/disturbable-engine.ts'
import type { Fault } from './fault.ts'

/** A container that writes what it is told to. */
export interface DemonstrationContainer {
  readonly id: string
  /** Resolves once it is written; the engine may store it later. */
  write(stream: 'stdout', text: string): void | Promise<void>
}

/** What a demonstration of a fault of connections needs: an engine of whatever kind, with one silent container, `web`, and a client. */
export interface DemonstrationRig {
  readonly client: DockerEngine
  readonly web: DemonstrationContainer
  inject(fault: Fault<WireMachine>): Disposable
  addContainer(name: string): DemonstrationContainer | Promise<DemonstrationContainer>
  /** `web` ends by itself. */
  exit(): void | Promise<void>
  /** `web` is paused, which is an event. */
  pause(): void | Promise<void>
  openLog(options?: { follow?: boolean; tail?: number }): Promise<LogStream>
  /** So many milliseconds here, where time may be shorter than in a demonstration. */
  ms(ms: number): number
  /** A rate of a second there, here. */
  perSecond(count: number): number
  /** What may be taken at most: for ever where others use the machine, too. */
  atMostMs(ms: number): number
  sleep(ms: number): Promise<void>
  /** One read that is given up after a while. */
  readWithin(stream: LogStream, ms: number): Promise<Uint8Array | null | 'idle'>
  /** Everything that comes until nothing comes for a while. */
  readUntilIdle(stream: LogStream, idleMs?: number): Promise<Buffer>
  /** The same, as the text of messages. */
  readLines(stream: LogStream, idleMs?: number): Promise<string[]>
  /** Reads until so many bytes have come: a piece may be cut anywhere. */
  readBytes(stream: LogStream, bytes: number): Promise<void>
  /** Milliseconds until this has settled, as of here. */
  durationOf(work: Promise<unknown>): Promise<number>
}

export type Demonstrations<Kinds> = {
  readonly [Name in keyof Kinds]: (rig: DemonstrationRig) => Promise<void>
}
