import { z } from 'zod'
import { METADATA_FIELDS } from '../dispatch/attributes.ts'
import type { CollectorConfig, ListenerConfig } from './config.ts'
import { engineAddress, type Environment } from './engine-environment.ts'
import {
  count,
  dockerHost,
  durationFrom,
  flag,
  labelKeys,
  listen,
  notYet,
  oneOf,
  someOf,
  patterns,
  sizeFrom,
  text,
  texts,
} from './values.ts'

/**
 * The keys of the YAML file with their defaults: the only place either is written down. Every key is optional, and a section may
 * be empty. The keys of parts to come are there to be refused with a better reason than "unknown".
 */
export function configSchema(env: Environment): z.ZodType<CollectorConfig> {
  return section({
    state_dir: text.default('./data/state'),
    log_level: oneOf(['debug', 'info', 'warn', 'error']).default('info'),
    container_monitor: containerMonitor(env),
    file_monitor: section({
      enabled: notYet.default(false),
      paths: texts.default([]),
      exclude: texts.default([]),
    }),
    dispatcher,
    sinks,
    metrics: listener('127.0.0.1:8001'),
    api: listener('127.0.0.1:8401'),
    anomaly: section({
      enabled: notYet.default(false),
      training_interval: durationFrom('1s', '24h').prefault('10m'),
    }),
  }).transform((values) => ({
    stateDir: values.state_dir,
    logLevel: values.log_level,
    containerMonitor: values.container_monitor,
    dispatcher: values.dispatcher,
    sinks: values.sinks,
    metrics: values.metrics,
    api: values.api,
  }))
}

function containerMonitor(env: Environment) {
  return section({
    enabled: flag.default(true),
    socket_path: dockerHost.optional(),
    tls,
    max_concurrent: count(1, 1000).default(25),
    health_check_delay: durationFrom('10ms', '1h').prefault('30s'),
    reconnect_interval: durationFrom('10ms', '1h').prefault('30s'),
    heartbeat_interval: durationFrom('10ms', '1h').prefault('30s'),
    resync_interval: durationFrom('100ms', '1h').prefault('1m'),
    read_timeout: durationFrom('10ms', '1h').prefault('30s'),
    open_timeout: durationFrom('10ms', '10m').prefault('30s'),
    close_timeout: durationFrom('10ms', '1m').prefault('5s'),
    slot_turn: durationFrom('1ms', '1h').prefault('5s'),
    filters,
    settings_by_label: flag.default(true),
    metadata,
    from: oneOf(['start', 'now']).default('start'),
    source: oneOf(['api', 'files', 'auto']).default('api'),
    max_open_logs: count(1, 100_000).default(200),
    max_line_bytes: sizeFrom('1KiB', '256MiB').prefault('1MiB'),
    poll_interval: durationFrom('10ms', '1h').prefault('1s'),
    stream_rotation: streamRotation,
  }).transform((values) => ({
    enabled: values.enabled,
    ...engineAddress(values.socket_path, values.tls, env),
    maxConcurrent: values.max_concurrent,
    healthCheckDelayMs: values.health_check_delay,
    reconnectIntervalMs: values.reconnect_interval,
    heartbeatIntervalMs: values.heartbeat_interval,
    resyncIntervalMs: values.resync_interval,
    readTimeoutMs: values.read_timeout,
    openTimeoutMs: values.open_timeout,
    closeTimeoutMs: values.close_timeout,
    slotTurnMs: values.slot_turn,
    filters: values.filters,
    settingsByLabel: values.settings_by_label,
    metadata: values.metadata,
    from: values.from,
    source: values.source,
    maxOpenLogs: values.max_open_logs,
    maxLineBytes: values.max_line_bytes,
    pollIntervalMs: values.poll_interval,
    streamRotation: values.stream_rotation,
  }))
}

const tls = section({
  enabled: flag.optional(),
  verify: flag.optional(),
  ca: text.optional(),
  cert: text.optional(),
  key: text.optional(),
})

const filters = section({
  exclude_self: flag.default(true),
  include_labels: texts.default([]),
  exclude_labels: texts.default([]),
  include_names: patterns.prefault([]),
  exclude_names: patterns.prefault([]),
  include_lines: patterns.prefault([]),
  exclude_lines: patterns.prefault([]),
}).transform((values) => ({
  excludeSelf: values.exclude_self,
  includeLabels: values.include_labels,
  excludeLabels: values.exclude_labels,
  includeNames: values.include_names,
  excludeNames: values.exclude_names,
  includeLines: values.include_lines,
  excludeLines: values.exclude_lines,
}))

const metadata = section({
  fields: someOf(METADATA_FIELDS).default([]),
  labels: labelKeys.default([]),
  host: text.nullable().default(null),
})

const streamRotation = section({
  enabled: flag.default(true),
  interval: durationFrom('100ms', '24h').prefault('5m'),
  max_concurrent_streams: count(1, 10_000).default(50),
  pause_between_rotations: durationFrom('0ms', '1m').prefault('100ms'),
}).transform((values) => ({
  enabled: values.enabled,
  intervalMs: values.interval,
  maxConcurrentStreams: values.max_concurrent_streams,
  pauseBetweenRotationsMs: values.pause_between_rotations,
}))

const spool = section({
  bytes_max: sizeFrom('1MiB', '1024GiB').prefault('1GiB'),
  when_full: oneOf(['wait', 'drop_oldest']).default('wait'),
}).transform((values) => ({ bytesMax: values.bytes_max, whenFull: values.when_full }))

const dispatcher = section({
  workers: count(1, 64).default(4),
  queue_bytes_max: sizeFrom('1MiB', '64GiB').prefault('64MiB'),
  checkpoint_interval: durationFrom('10ms', '5m').prefault('1s'),
  spool,
}).transform((values) => ({
  workers: values.workers,
  queueBytesMax: values.queue_bytes_max,
  checkpointIntervalMs: values.checkpoint_interval,
  spool: values.spool,
}))

const rotate = section({
  max_size: sizeFrom('1KiB', '1024GiB').nullable().default(null),
  max_age: durationFrom('1s', '10000h').nullable().default(null),
  max_files: count(1, 100_000).default(10),
  compress: oneOf(['none', 'gzip']).default('none'),
}).transform((values) => ({
  maxSize: values.max_size,
  maxAgeMs: values.max_age,
  maxFiles: values.max_files,
  compress: values.compress,
}))

const localFile = section({
  enabled: flag.default(true),
  directory: text.default('./data/logs'),
  max_open_files: count(1, 100_000).default(100),
  format: oneOf(['raw', 'json']).default('raw'),
  rotate,
}).transform((values) => ({
  enabled: values.enabled,
  directory: values.directory,
  maxOpenFiles: values.max_open_files,
  format: values.format,
  rotate: values.rotate,
}))

const sinks = section({
  local_file: localFile,
  stdout: section({ enabled: flag.default(false) }),
  loki: section({
    enabled: notYet.default(false),
    url: text.default('http://127.0.0.1:3100/loki/api/v1/push'),
  }),
}).transform((values) => ({ localFile: values.local_file, stdout: values.stdout }))

function listener(address: string) {
  return section({ enabled: flag.default(true), listen: listen.prefault(address) }).transform(
    (values): ListenerConfig => ({ enabled: values.enabled, ...values.listen }),
  )
}

/** Keys and nothing but them. Left out or empty it is all defaults. */
function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'a section with keys' : undefined),
  })
  return z.preprocess((value) => value ?? {}, keys)
}
