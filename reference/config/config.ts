import type { z } from 'zod'
import type { MetadataField } from '../dispatch/attributes.ts'
import type { MultilinePreset } from '../docker/stages/multiline-presets.ts'
import type * as registry from '../sinks/registry.ts'
import type { TlsConfig } from './tls-config.ts'

/**
 * The collector's configuration, complete and checked. `parseConfig` makes it from YAML, `completeConfig` from a part of it.
 * Durations are milliseconds, sizes bytes.
 */
export interface CollectorConfig {
  /** Positions, lock, spool. One collector per directory. */
  readonly stateDir: string
  readonly containerMonitor: ContainerMonitorConfig
  readonly fileMonitor: FileMonitorConfig
  readonly dispatcher: DispatcherConfig
  readonly sinks: SinksConfig
  readonly metrics: ListenerConfig
  readonly api: ListenerConfig
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

/** What every record of a container carries beside its own fields, where its format has a place for it. */
export interface MetadataConfig {
  readonly fields: readonly MetadataField[]
  /** Keys; one that ends in `*` stands for all that begin so. */
  readonly labels: readonly string[]
  /** What the field `host` says; null for the machine's name. */
  readonly host: string | null
}

/** Which lines are joined to one record, unless the container's own label says so. Nothing is joined without a preset and patterns. */
export interface MultilineConfig {
  readonly preset: MultilinePreset | null
  /** A line that it matches begins a record. */
  readonly start: RegExp | null
  /** A line that it matches goes on with the record before it; null: any that begins none. */
  readonly continues: RegExp | null
  /** A line that was written this much later than the one before it begins a record. */
  readonly timeoutMs: number
  readonly maxLines: number
  readonly maxBytes: number
}

/** How much of each container's output is taken, in lines or in bytes; both null: all of it. */
export interface RateLimitConfig {
  readonly linesPerSecond: number | null
  readonly bytesPerSecond: number | null
  /** At once as much as the rate gives in this time. */
  readonly burstMs: number
  /** Whether what is beyond that is left out, or reading waits. */
  readonly whenExceeded: 'drop' | 'delay'
}

export interface ContainerMonitorConfig {
  readonly enabled: boolean
  /** `unix:///path` or `tcp://host:port`. */
  readonly socketPath: string
  /** TLS to an engine at `tcp://`; null for none. Never set for a socket. */
  readonly tls: TlsConfig | null
  /** Containers being attached at the same time. */
  readonly maxConcurrent: number
  readonly healthCheckDelayMs: number
  readonly reconnectIntervalMs: number
  readonly heartbeatIntervalMs: number
  /** How often containers are listed again, because the engine may drop events. */
  readonly resyncIntervalMs: number
  readonly readTimeoutMs: number
  readonly openTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly slotTurnMs: number
  readonly filters: ContainerFilters
  /** Whether labels of containers that begin with `watertight.` are settings. */
  readonly settingsByLabel: boolean
  readonly metadata: MetadataConfig
  /** Where lines come from: the engine's API, its `json-file` logs on this machine's disk, or those where they can be read. */
  readonly source: 'api' | 'files' | 'auto'
  /** Logs that are open at the same time, of those that are read from files. */
  readonly maxOpenLogs: number
  readonly multiline: MultilineConfig
  readonly rateLimit: RateLimitConfig
  /** For containers without a position: what they wrote in this time, milliseconds, or everything, or nothing that is there already. */
  readonly from: 'start' | 'now' | number
  /** A longer line is cut into lines of this length. */
  readonly maxLineBytes: number
  /** How often logs are read where the engine's follow cannot be trusted (Podman), and how often a file is looked at to which nothing is written. */
  readonly pollIntervalMs: number
  readonly streamRotation: StreamRotationConfig
}

export interface ContainerFilters {
  /** Whether the container that the collector runs in is left out. */
  readonly excludeSelf: boolean
  /** `key` or `key=value`. */
  readonly includeLabels: readonly string[]
  readonly excludeLabels: readonly string[]
  /** Matched against the name without its slash. */
  readonly includeNames: readonly RegExp[]
  readonly excludeNames: readonly RegExp[]
  /** Matched against the text of each record, the first 16 KiB of it. */
  readonly includeLines: readonly RegExp[]
  readonly excludeLines: readonly RegExp[]
}

export interface StreamRotationConfig {
  readonly enabled: boolean
  /** A stream's maximum age; jitter only shortens it. */
  readonly intervalMs: number
  /** The slot pool's capacity. */
  readonly maxConcurrentStreams: number
  readonly pauseBetweenRotationsMs: number
}

export interface FileMonitorConfig {
  readonly enabled: boolean
  /** Absolute paths and globs of the logs to be read; `exclude` wins. */
  readonly paths: readonly string[]
  readonly exclude: readonly string[]
  /** For files without a position that are there when the collector starts. */
  readonly from: 'start' | 'now'
  /** How often a file is looked at; one that is silent up to four times less often. */
  readonly pollIntervalMs: number
  /** How often directories are searched for new files. */
  readonly discoveryIntervalMs: number
  /** How long a file that was renamed away must be silent before the next one is begun. */
  readonly rotateWaitMs: number
  /** How long a log must be gone before it is forgotten. */
  readonly forgetAfterMs: number
  readonly maxOpenFiles: number
  /** A longer line is cut into lines of this length. */
  readonly maxLineBytes: number
  /** Whether a carriage return before the newline is cut. */
  readonly cutCarriageReturn: boolean
}

export interface DispatcherConfig {
  /** Writes to a sink under way at the same time. */
  readonly workers: number
  /** Of those, at most so many that repeat a write that failed. */
  readonly retriesMax: number
  /** Memory for lines on their way; with a spool each sink may hold as much again, at most 16 MiB. */
  readonly queueBytesMax: number
  /** How often acknowledged positions are written to disk. */
  readonly checkpointIntervalMs: number
  /** How often the log says what became of the lines; 0 for never. */
  readonly statisticsIntervalMs: number
  readonly spool: SpoolConfig
  readonly deadLetters: DeadLettersConfig
}

/** Records that a sink will not get: they are kept on disk until they are redelivered or dropped. */
export interface DeadLettersConfig {
  /** Bound on the disk space of those of one sink. */
  readonly bytesMax: number
  /** Whether the sources of further ones wait when it is full, or the oldest are given up. */
  readonly whenFull: 'wait' | 'drop_oldest'
  /** Whether what an earlier run left is given to its sink again at the start. */
  readonly redeliverAtStart: boolean
  /** What of one source was written so often, and failed, is a dead letter. Null: never, it waits. A sink that is away is not counted. */
  readonly afterAttempts: number | null
  /** The same by the time since it failed first. */
  readonly afterAgeMs: number | null
}

/** For more than one sink, and for one that may be away: what is read waits for them on disk. */
export interface SpoolConfig {
  /** Bound on the disk space it takes. */
  readonly bytesMax: number
  /** Whether reading waits when it is full, or the oldest lines are given up. */
  readonly whenFull: 'wait' | 'drop_oldest'
}

/** A section for each kind of sink. */
export type SinksConfig = {
  readonly [Key in keyof typeof registry]: z.output<(typeof registry)[Key]['schema']>
}

export interface ListenerConfig {
  readonly enabled: boolean
  readonly host: string
  readonly port: number
}
