import type { MetadataField } from '../dispatch/attributes.ts'

/**
 * The collector's configuration, complete and checked. `parseConfig` makes it from YAML, `completeConfig` from a part of it.
 * Durations are milliseconds, sizes bytes.
 */
export interface CollectorConfig {
  /** Positions, lock, spool. One collector per directory. */
  readonly stateDir: string
  readonly containerMonitor: ContainerMonitorConfig
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
  /** For containers without a position. */
  readonly from: 'start' | 'now'
  /** A longer line is cut into lines of this length. */
  readonly maxLineBytes: number
  /** How often logs are read where the engine's follow cannot be trusted (Podman), and how often a file is looked at to which nothing is written. */
  readonly pollIntervalMs: number
  readonly streamRotation: StreamRotationConfig
}

/** Files in PEM; null where there is none. A certificate and its key come together. */
export interface TlsConfig {
  /** Whether the engine's certificate must be valid and carry its name. */
  readonly verify: boolean
  /** Who signed the engine's certificate; without it the authorities that Node trusts. */
  readonly ca: string | null
  /** What the collector shows to the engine. */
  readonly cert: string | null
  readonly key: string | null
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

export interface DispatcherConfig {
  readonly workers: number
  readonly queueBytesMax: number
  /** How often acknowledged positions are written to disk. */
  readonly checkpointIntervalMs: number
  readonly spool: SpoolConfig
}

/** For more than one sink, and for one that may be away: what is read waits for them on disk. */
export interface SpoolConfig {
  /** Bound on the disk space it takes. */
  readonly bytesMax: number
  /** Whether reading waits when it is full, or the oldest lines are given up. */
  readonly whenFull: 'wait' | 'drop_oldest'
}

export interface SinksConfig {
  readonly localFile: LocalFileSinkConfig
  readonly stdout: { readonly enabled: boolean }
}

export interface LocalFileSinkConfig {
  readonly enabled: boolean
  readonly directory: string
  readonly maxOpenFiles: number
  readonly format: 'raw' | 'json'
  readonly rotate: RotationConfig
}

/** When the local file sink begins a new file, and what becomes of the old ones. */
export interface RotationConfig {
  /** A file is not made longer than this, unless one record is, or the first batch after a start. Null: for no size. */
  readonly maxSize: number | null
  /** A file is begun anew at the first record after it was written to for this long. Null: at no age. */
  readonly maxAgeMs: number | null
  /** Rotated files kept per source. */
  readonly maxFiles: number
  readonly compress: 'none' | 'gzip'
}

export interface ListenerConfig {
  readonly enabled: boolean
  readonly host: string
  readonly port: number
}
