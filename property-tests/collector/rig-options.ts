import { completeConfig } from '../../reference/config/complete-config.ts'
import type { CollectorConfig } from '../../reference/config/config.ts'
import type { LogRotationOptions, PersonalityName } from '../../simulators/index.ts'

/** Where records go: files, standard output, or a service over the network. */
export const SINK_KINDS = ['files', 'stdout', 'network'] as const
export type SinkKind = (typeof SINK_KINDS)[number]

/** What may be set otherwise when a process starts again. */
export interface RigSettings {
  readonly rotationIntervalMs: number
  /** In any order, at least one. */
  readonly sinks: readonly SinkKind[]
  readonly workers: number
  readonly queueBytesMax: number
  readonly checkpointIntervalMs: number
  /** Containers being attached at the same time. */
  readonly maxConcurrent: number
  /** Where lines come from. Files only where the engine stores logs as such. */
  readonly source: LogSource
}

export type LogSource = CollectorConfig['containerMonitor']['source']

/** What differs from one run to another, besides what happens in it. */
export interface RigOptions extends Partial<Omit<RigSettings, 'rotationIntervalMs'>> {
  /** The world's: latencies and ties. */
  readonly seed: number
  /** Streams at a time. */
  readonly slots: number
  readonly rotationIntervalMs: number
  readonly engine: PersonalityName
  /** How the logs of containers are rotated that do not say otherwise. Default they are not. */
  readonly logRotation?: LogRotationOptions | null
  /** Whether minutes pass at a time: what shows only then. Otherwise seconds do, and a case costs a twentieth. Default true. */
  readonly isLong?: boolean
  /** What a sync of a file takes longer than other operations, milliseconds. Default 0. */
  readonly syncMs?: number
  /** Whether promises of ports settle some micro-tasks late. Default in one world of four, as the seed says. */
  readonly microTaskJitter?: boolean
  /** Whether the engine's logs are on the disk too, as files. Default false. */
  readonly storesLogs?: boolean
  /** Checks that are left out, by how their names begin (`unchecked` of a simulation). Default none. */
  readonly unchecked?: readonly string[]
}

export function settingsOf(options: RigOptions): RigSettings {
  const { rotationIntervalMs, sinks = ['files'], workers = 4 } = options
  const { queueBytesMax = QUEUE_BYTES_MAX, checkpointIntervalMs = CHECKPOINT_INTERVAL_MS } = options
  const { maxConcurrent = 25, source = 'api' } = options
  return { rotationIntervalMs, sinks, workers, queueBytesMax, checkpointIntervalMs, maxConcurrent, source }
}

export function configOf(slots: number, settings: RigSettings): CollectorConfig {
  const { rotationIntervalMs, sinks, workers, queueBytesMax, checkpointIntervalMs, maxConcurrent } = settings
  const { source } = settings
  return completeConfig({
    stateDir: STATE,
    containerMonitor: {
      maxConcurrent,
      source,
      maxOpenLogs: OPEN_LOGS_MAX,
      streamRotation: { intervalMs: rotationIntervalMs, maxConcurrentStreams: slots },
    },
    dispatcher: { workers, queueBytesMax, checkpointIntervalMs },
    sinks: {
      localFile: { enabled: sinks.includes('files'), directory: LOGS, maxOpenFiles: OPEN_FILES_MAX },
      stdout: { enabled: sinks.includes('stdout') },
    },
  })
}

export const STATE = '/var/lib/state'
/** Not beside the state: they share no directory whose sync could do for both. */
export const LOGS = '/srv/logs'
/** Small, so that the sink closes files and reading waits for room. */
const OPEN_FILES_MAX = 3
const OPEN_LOGS_MAX = 3
const QUEUE_BYTES_MAX = 256 * 1024
const CHECKPOINT_INTERVAL_MS = 1000
