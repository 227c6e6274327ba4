import type { z } from 'zod'
import { containerFilters } from './container-filters.ts'
import { DEFAULT_DOCKER_HOST } from '../docker-host.ts'
import { metadata, multiline, rateLimit } from './record-settings.ts'
import { section } from '../section.ts'
import { tlsByKeysOrSwitch } from './tls.ts'
import { count, dockerHost, durationFrom, flag, oneOf, oneOfOrDuration, sizeFrom } from '../values.ts'

const streamRotation = section({
  enabled: flag.default(true).describe('rotate streams'),
  intervalMs: durationFrom('100ms', '24h')
    .prefault('5m')
    .describe("a stream's maximum age; jitter only shortens it"),
  maxConcurrentStreams: count(1, 10_000)
    .default(50)
    .describe('slots: streams that are open at the same time; more containers take turns'),
  pauseBetweenRotationsMs: durationFrom('0ms', '1m')
    .prefault('100ms')
    .describe('how long a stream stays closed before it is opened again'),
}).describe('closes each stream in time and opens it again at its position, so that none grows old')

export interface StreamRotationConfig extends Readonly<z.output<typeof streamRotation>> {}

export const containerMonitor = section({
  enabled: flag.default(true).describe('follow the containers of an engine'),
  socketPath: dockerHost
    .default(DEFAULT_DOCKER_HOST)
    .describe('where the engine listens, unix:// or tcp://host:port; DOCKER_HOST goes before this default')
    .meta({ needsRestart: true }),
  tls: tlsByKeysOrSwitch
    .describe(
      'TLS to an engine at tcp://, port 2376 if none is named; DOCKER_TLS_VERIFY and DOCKER_CERT_PATH go before these defaults',
    )
    .meta({ needsRestart: true }),
  maxConcurrent: count(1, 1000).default(25).describe('containers being attached at the same time'),
  healthCheckDelayMs: durationFrom('10ms', '1h')
    .prefault('30s')
    .describe('how often the engine is asked for a sign of life'),
  reconnectIntervalMs: durationFrom('10ms', '1h')
    .prefault('30s')
    .describe('an engine or a stream that fails is tried again after this at the latest'),
  heartbeatIntervalMs: durationFrom('10ms', '1h')
    .prefault('30s')
    .describe('how often what follows a container gives a sign of life'),
  resyncIntervalMs: durationFrom('100ms', '1h')
    .prefault('1m')
    .describe(
      'how often containers are listed again, because the engine may drop events; what three lists in a row miss is gone',
    ),
  readTimeoutMs: durationFrom('10ms', '1h')
    .prefault('30s')
    .describe('a stream that is silent for so long is checked, and opened again where it is stuck'),
  openTimeoutMs: durationFrom('10ms', '10m')
    .prefault('30s')
    .describe('how long the engine may take to open a stream'),
  closeTimeoutMs: durationFrom('10ms', '1m')
    .prefault('5s')
    .describe('how long the acknowledgement of a close is waited for; the slot is given back without it'),
  slotTurnMs: durationFrom('1ms', '1h')
    .prefault('5s')
    .describe('how long a stream keeps its slot while other containers wait for one'),
  filters: containerFilters,
  settingsByLabel: flag
    .default(true)
    .describe(
      'labels of containers are settings. watertight.enable: true or false, over all filters but those of lines. watertight.format: raw or json. watertight.sink: names of sinks, with commas. watertight.multiline: off, a preset or a pattern for start. watertight.include_lines, watertight.exclude_lines: a regular expression',
    ),
  metadata,
  multiline,
  rateLimit,
  from: oneOfOrDuration(['start', 'now'], '1s', '10000h')
    .prefault('start')
    .describe(
      'for containers without a position: start, now, or a duration such as 24h: what they wrote since then. now is when the collector started; containers that are created later are read whole',
    ),
  source: oneOf(['api', 'files', 'auto'])
    .default('api')
    .describe(
      'where lines come from: api, the engine; files, the files in which its log driver json-file stores them, on this machine, readable by this process, and the containers of other drivers are refused; auto, those files where they can be read, and the engine for other containers',
    ),
  maxOpenLogs: count(1, 100_000)
    .default(200)
    .describe('logs that are open at the same time, of those that are read from files')
    .meta({ needsRestart: true }),
  maxLineBytes: sizeFrom('1KiB', '256MiB')
    .prefault('1MiB')
    .describe('a longer line is cut into lines of this length'),
  pollIntervalMs: durationFrom('10ms', '1h')
    .prefault('1s')
    .describe(
      "how often logs are read where follow cannot be trusted (Podman), and a log's file is looked at to which nothing is written",
    ),
  streamRotation,
}).describe('follows the containers of one engine')

export interface ContainerMonitorConfig extends Readonly<z.output<typeof containerMonitor>> {}
