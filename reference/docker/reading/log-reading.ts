import type { EngineInfo } from '../../ports/docker-engine.ts'

/** How a log has to be read for every line to come once and whole. */
export interface LogReading {
  /** In snapshots, because the engine's follow cannot be trusted. */
  readonly poll: boolean
  /** Whether the engine can be asked for the end of a log; otherwise each snapshot is of all of it. */
  readonly tail: boolean
  /** Whether a follow may pass over a whole log file, long after it was opened, and say nothing. */
  readonly passesOver: boolean
}

/**
 * Podman loses lines between the end of the log and what follows it. Before 4.7 its `tail` also joins what a container wrote without a newline to
 * the line before, the last piece first, whatever stream it is of (containers/podman#19545; seen on 4.3.1).
 *
 * Docker before 23 hears of rotations only from when it has sent what was stored: of a log that is rotated before that it reads the file to its end, is silent
 * for as long as the next one is written, and goes on with the one after that (seen on 20.10.24: 2 times in 57 restarts beside 3,000 lines a second).
 */
export function readingOf({ kind, version }: EngineInfo): LogReading {
  if (kind === 'docker')
    return { poll: false, tail: true, passesOver: isOlder(version, FIRST_THAT_HEARS_ROTATIONS) }
  return { poll: true, tail: !isOlder(version, FIRST_WITH_WHOLE_TAIL), passesOver: false }
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number)
  return ownMajor < major || (ownMajor === major && ownMinor < minor)
}

const FIRST_WITH_WHOLE_TAIL = [4, 7] as const
const FIRST_THAT_HEARS_ROTATIONS = [23, 0] as const

/**
 * How long to wait before a log is read again, milliseconds. One that takes long to read is read less often, so that reading it takes the engine a tenth
 * of the time, but for `longestMs` at most.
 */
export function pollPauseMs(readMs: number, shortestMs: number, longestMs: number): number {
  return Math.max(shortestMs, Math.min(longestMs, PAUSE_PER_READ * readMs))
}

const PAUSE_PER_READ = 9
