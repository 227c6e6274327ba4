import type { Clock } from './clock.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { FileSystem } from './file-system.ts'
import type { HostProcess } from './host-process.ts'
import type { HttpClient, HttpClientOptions } from './http-client.ts'
import type { HttpServer } from './http-server.ts'
import type { JetStream } from './jet-stream.ts'
import type { Logger } from './logger.ts'
import type { Random } from './random.ts'

export type * from './clock.ts'
export type * from './diagnostics.ts'
export * from './docker-engine.ts'
export type * from './file-system.ts'
export type * from './host-process.ts'
export type * from './http-client.ts'
export type * from './http-server.ts'
export * from './jet-stream.ts'
export type * from './logger.ts'
export type * from './random.ts'

/** Everything the collector is given. What differs between a proof and production is only what is plugged in here. */
export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly fileSystem: FileSystem
  readonly engine: DockerEngine
  readonly http: HttpServer
  readonly process: HostProcess
  readonly diagnostics: Diagnostics
  /** For the sink of that name. */
  readonly jetStream: JetStream
  readonly logger: Logger
  /** Makes one gzip member of the bytes, off the event loop. Members one after the other are a gzip file. */
  readonly gzip: (bytes: Uint8Array) => Promise<Uint8Array>
  /** Unpacks gzip, all members of it, piece by piece; rejects where the bytes are none. Whoever takes its iterator ends it. */
  readonly gunzip: (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
  /** Compresses to snappy's block format, off the event loop. */
  readonly snappy: (bytes: Uint8Array) => Promise<Uint8Array>
  /** For a sink: connections of its own, which it closes. Opens nothing yet. */
  readonly httpClient: (options: HttpClientOptions) => HttpClient
  /** Standard output, for the sink of that name: resolves when the bytes were taken. */
  readonly stdout: (bytes: readonly Uint8Array[]) => Promise<void>
}
