import process from 'node:process'
import type { Writable } from 'node:stream'
import { pino } from 'pino'
import type { Logger } from '../ports/logger.ts'
import { BoundedOutput } from './bounded-output.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface ProcessLogger extends Logger {
  /** Lines that were dropped because nobody read them. */
  readonly dropped: number
  /** The least that is logged; may be set at any time. */
  level: LogLevel
  /** Resolves once what waits is written, and after `deadlineMs` milliseconds at the latest. */
  flush(deadlineMs: number): Promise<void>
}

/**
 * One JSON object a line on standard error. Logging never waits: while nobody reads, 1 MiB is kept, and what is beyond that is dropped and counted, and
 * told when it flows again. A process that ends by itself flushes first.
 * An error under the key `err` is logged with its stack and cause.
 */
export function pinoLogger(level: LogLevel, stream: Writable = process.stderr): ProcessLogger {
  const output = new BoundedOutput(stream, {
    bytesMax: WAITING_BYTES_MAX,
    onFlow: (dropped) => logger.warn({ dropped }, 'Lines of this log were dropped: nobody read them'),
  })
  let current = level
  const logger = pino({ level, base: { pid: process.pid } }, output)
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    get level() {
      return current
    },
    set level(next) {
      current = next
      logger.level = next
    },
    get dropped() {
      return output.dropped
    },
    flush: (deadlineMs) => output.flush(deadlineMs),
  }
}

const WAITING_BYTES_MAX = 2 ** 20
