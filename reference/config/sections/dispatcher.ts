import type { z } from 'zod'
import { section } from '../section.ts'
import { count, durationFrom, flag, oneOf, optional, sizeFrom } from '../values.ts'

/** For more than one sink, and for one that may be away: what is read waits for them on disk. */
const spool = section({
  bytesMax: sizeFrom('1MiB', '1024GiB').prefault('1GiB').describe('most disk space that it takes'),
  whenFull: oneOf(['wait', 'drop_oldest'])
    .default('wait')
    .describe('reading waits, or the oldest lines are given up: counted and said'),
}).describe('on disk, in state_dir; only with more than one sink, or one that may be away')

export interface SpoolConfig extends Readonly<z.output<typeof spool>> {}

/** Records that a sink will not get: they are kept on disk until they are redelivered or dropped. */
const deadLetters = section({
  bytesMax: sizeFrom('1MiB', '1024GiB')
    .prefault('256MiB')
    .describe('most disk space that those of one sink take'),
  whenFull: oneOf(['wait', 'drop_oldest'])
    .default('wait')
    .describe('the sources of further ones wait, or the oldest are given up: counted and said'),
  redeliverAtStart: flag.default(false).describe('give them to their sink again when the collector starts'),
  afterAttempts: optional(count(1, 1_000_000)).meta({
    description:
      'what of one source failed so often becomes a dead letter; by default it waits for the sink. A sink that is away does not count',
    example: 20,
  }),
  afterAgeMs: optional(durationFrom('1s', '10000h')).meta({
    description: 'what of one source fails for so long becomes a dead letter',
    example: '24h',
  }),
}).describe('on disk, in state_dir: records that a sink does not take; see watertight dead-letters')

export interface DeadLettersConfig extends Readonly<z.output<typeof deadLetters>> {}

export const dispatcher = section({
  workers: count(1, 64).default(4).describe('writes to a sink at the same time').meta({ needsRestart: true }),
  retriesMax: count(1, 64)
    .default(2)
    .describe('how many of those may repeat a write that failed')
    .meta({ needsRestart: true }),
  queueBytesMax: sizeFrom('1MiB', '64GiB')
    .prefault('64MiB')
    .describe('memory for lines on their way; with a spool each sink may hold as much again, at most 16 MiB'),
  checkpointIntervalMs: durationFrom('10ms', '5m').prefault('1s').describe('how often positions are saved'),
  statisticsIntervalMs: durationFrom('0s', '24h')
    .prefault('1m')
    .describe('how often the log says what became of the lines, if anything did; 0s for never'),
  spool,
  deadLetters,
}).describe('brings lines from the monitors to the sinks')

export interface DispatcherConfig extends Readonly<z.output<typeof dispatcher>> {}
