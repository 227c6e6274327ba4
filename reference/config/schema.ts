import { z } from 'zod'
import { METADATA_FIELDS } from '../dispatch/attributes.ts'
import { MULTILINE_PRESET_NAMES } from '../docker/stages/multiline-presets.ts'
import * as registry from '../sinks/registry.ts'
import type { CollectorConfig, ListenerConfig, SinksConfig } from './config.ts'
import { engineAddress, type Environment } from './engine-environment.ts'
import { section } from './section.ts'
import {
  count,
  dockerHost,
  durationFrom,
  flag,
  globs,
  labelKeys,
  listen,
  notYet,
  oneOf,
  oneOfOrDuration,
  pattern,
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
    file_monitor: fileMonitor,
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
    fileMonitor: values.file_monitor,
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
    multiline,
    rate_limit: rateLimit,
    from: oneOfOrDuration(['start', 'now'], '1s', '10000h').default('start'),
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
    multiline: values.multiline,
    rateLimit: values.rate_limit,
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

const multiline = section({
  preset: oneOf(MULTILINE_PRESET_NAMES).nullable().default(null),
  start: pattern.nullable().default(null),
  continue: pattern.nullable().default(null),
  timeout: durationFrom('10ms', '1h').prefault('1s'),
  max_lines: count(2, 100_000).default(500),
  max_bytes: sizeFrom('1KiB', '16MiB').prefault('64KiB'),
}).transform((values) => ({
  preset: values.preset,
  start: values.start,
  continues: values.continue,
  timeoutMs: values.timeout,
  maxLines: values.max_lines,
  maxBytes: values.max_bytes,
}))

const rateLimit = section({
  lines_per_second: count(1, 10_000_000).nullable().default(null),
  bytes_per_second: sizeFrom('1B', '16GiB').nullable().default(null),
  burst: durationFrom('1s', '1h').prefault('5s'),
  when_exceeded: oneOf(['drop', 'delay']).default('delay'),
}).transform((values) => ({
  linesPerSecond: values.lines_per_second,
  bytesPerSecond: values.bytes_per_second,
  burstMs: values.burst,
  whenExceeded: values.when_exceeded,
}))

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

const fileMonitor = section({
  enabled: flag.default(false),
  paths: globs.default([]),
  exclude: globs.default([]),
  from: oneOf(['start', 'now']).default('start'),
  poll_interval: durationFrom('10ms', '1m').prefault('1s'),
  discovery_interval: durationFrom('10ms', '1h').prefault('2s'),
  rotate_wait: durationFrom('0ms', '10m').prefault('5s'),
  forget_after: durationFrom('1s', '24h').prefault('1m'),
  max_open_files: count(1, 100_000).default(100),
  max_line_bytes: sizeFrom('1KiB', '256MiB').prefault('1MiB'),
  cut_carriage_return: flag.default(false),
}).transform((values) => ({
  enabled: values.enabled,
  paths: values.paths,
  exclude: values.exclude,
  from: values.from,
  pollIntervalMs: values.poll_interval,
  discoveryIntervalMs: values.discovery_interval,
  rotateWaitMs: values.rotate_wait,
  forgetAfterMs: values.forget_after,
  maxOpenFiles: values.max_open_files,
  maxLineBytes: values.max_line_bytes,
  cutCarriageReturn: values.cut_carriage_return,
}))

const spool = section({
  bytes_max: sizeFrom('1MiB', '1024GiB').prefault('1GiB'),
  when_full: oneOf(['wait', 'drop_oldest']).default('wait'),
}).transform((values) => ({ bytesMax: values.bytes_max, whenFull: values.when_full }))

const deadLetters = section({
  bytes_max: sizeFrom('1MiB', '1024GiB').prefault('256MiB'),
  when_full: oneOf(['wait', 'drop_oldest']).default('wait'),
  redeliver_at_start: flag.default(false),
  after_attempts: count(1, 1_000_000).nullable().default(null),
  after_age: durationFrom('1s', '10000h').nullable().default(null),
}).transform((values) => ({
  bytesMax: values.bytes_max,
  whenFull: values.when_full,
  redeliverAtStart: values.redeliver_at_start,
  afterAttempts: values.after_attempts,
  afterAgeMs: values.after_age,
}))

const dispatcher = section({
  workers: count(1, 64).default(4),
  retries_max: count(1, 64).default(2),
  queue_bytes_max: sizeFrom('1MiB', '64GiB').prefault('64MiB'),
  checkpoint_interval: durationFrom('10ms', '5m').prefault('1s'),
  statistics_interval: durationFrom('0s', '24h').prefault('1m'),
  spool,
  dead_letters: deadLetters,
}).transform((values) => ({
  workers: values.workers,
  retriesMax: values.retries_max,
  queueBytesMax: values.queue_bytes_max,
  checkpointIntervalMs: values.checkpoint_interval,
  statisticsIntervalMs: values.statistics_interval,
  spool: values.spool,
  deadLetters: values.dead_letters,
}))

/** As the registry lists them. */
const kinds = Object.entries(registry)

const sinks = section(
  Object.fromEntries(kinds.map(([, { name, schema }]): [string, z.ZodType] => [name, schema])),
).transform((values: Readonly<Record<string, unknown>>) => {
  const byKey = Object.fromEntries(kinds.map(([key, { name }]) => [key, values[name]]))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each is what the schema of its kind made
  return byKey as SinksConfig
})

function listener(address: string) {
  return section({ enabled: flag.default(true), listen: listen.prefault(address) }).transform(
    (values): ListenerConfig => ({ enabled: values.enabled, ...values.listen }),
  )
}
