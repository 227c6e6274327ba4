import process from 'node:process'
import type { Logger } from '../ports/logger.ts'

/** What happens to the process that its work must react to. Dispose to take the handlers away. */
export interface ProcessWatch extends Disposable {
  /** Resolves at the first SIGTERM or SIGINT, and after an error that nobody handled. */
  readonly end: Promise<void>
  /** Whether anything went wrong that only the exit status can still tell. */
  readonly failed: boolean
  /** Calls the listener, one for all, at every SIGHUP; one that comes before is ignored. */
  onHangUp(listener: () => void): void
}

/**
 * Watches signals, errors nobody handled, and Node's warnings. A second signal ends the process at once, with 130 for SIGINT and
 * 143 for SIGTERM. Node's warnings (a descriptor closed by the collector of garbage, listeners that pile up) are leaks: they
 * are logged as errors and make the run a failure, but do not end it.
 */
export function watchProcess(logger: Logger): ProcessWatch {
  const { promise: end, resolve } = Promise.withResolvers<void>()
  let signals = 0
  let failed = false
  let hangUp: () => void = ignore

  function warned(warning: Error): void {
    if (warning.name === 'ExperimentalWarning') return
    failed = true
    logger.error({ err: warning }, 'Node warned')
  }

  function unhandled(error: unknown): void {
    failed = true
    logger.error({ err: error }, 'An error was not handled')
    resolve()
  }

  function asked(signal: string, status: number): void {
    signals += 1
    if (signals > 1) process.exit(status)
    logger.info({ signal }, 'Asked to stop')
    resolve()
  }

  const hungUp = (): void => hangUp()
  const interrupted = (): void => asked('SIGINT', SIGNAL_STATUS + 2)
  const terminated = (): void => asked('SIGTERM', SIGNAL_STATUS + 15)
  process.on('uncaughtException', unhandled).on('unhandledRejection', unhandled).on('warning', warned)
  process.on('SIGINT', interrupted).on('SIGTERM', terminated).on('SIGHUP', hungUp)
  return {
    end,
    get failed() {
      return failed
    },
    onHangUp(listener) {
      hangUp = listener
    },
    [Symbol.dispose]() {
      process.off('uncaughtException', unhandled).off('unhandledRejection', unhandled).off('warning', warned)
      process.off('SIGINT', interrupted).off('SIGTERM', terminated).off('SIGHUP', hungUp)
    },
  }
}

/** The exit status of a process that a signal ends is this plus the signal's number. */
const SIGNAL_STATUS = 128
/** Nobody wants to be told. */
function ignore(): void {}
