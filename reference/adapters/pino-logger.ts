import process from 'node:process'
import { destination, pino } from 'pino'
import type { Logger } from '../ports/logger.ts'

/**
 * One JSON object a line on standard error. Written synchronously: nothing is lost when the process ends.
 * An error under the key `err` is logged with its stack and cause.
 */
export function pinoLogger(level: 'debug' | 'info' | 'warn' | 'error'): Logger {
  return pino({ level, base: { pid: process.pid } }, destination({ dest: process.stderr.fd, sync: true }))
}
