import { numberedLine } from './audit/numbered-line.ts'
import { BRIEF_LINES, CONTAINER_KINDS, containerCount, type ContainerKind, type Phase } from './phase.ts'

/**
 * What a container of each kind writes besides its first line and its last: `lines` at a time, `everySeconds` phase seconds apart.
 * Compressed, the same lines come in less time, so the number of lines of a phase does not depend on the compression.
 */
export const PACES: Readonly<Record<ContainerKind, Pace>> = {
  chatty: { lines: 1, everySeconds: 1 },
  bursty: { lines: 100, everySeconds: 120 },
  silent: { lines: 0, everySeconds: 1 },
  terminal: { lines: 1, everySeconds: 1 },
  partial: { lines: 1, everySeconds: 20 },
  huge: { lines: 1, everySeconds: 10 },
  rotating: { lines: 10, everySeconds: 1 },
  restarting: { lines: 1, everySeconds: 1 },
}

/** Phase seconds that the process of a `restarting` container lives. At a compression of 60 those are 1.5: the more often, the longer Docker waits before it starts it again. */
export const LIFE_SECONDS = 90

export interface Pace {
  readonly lines: number
  /** Seconds. */
  readonly everySeconds: number
}

/** How a container writes its lines. */
export interface Writing {
  /** Lengths of its lines in turn, that of line 1 first, without the newline; `null` for the length of a usual line. */
  readonly lineBytes: readonly (number | null)[]
  /** Its process has a terminal: newlines become CR LF, and the engine sends no frames. */
  readonly tty: boolean
  /** The second half of each line is written with the first half of the next one, so that a line is open at every moment. */
  readonly endsLate: boolean
  /** How much of its log the engine stores; `null` for all of it. */
  readonly stored: StoredLog | null
}

export interface StoredLog {
  /** A file of the log is rotated once it has so many. */
  readonly maxSizeBytes: number
  /** Files that are kept, the one that is written to included. */
  readonly maxFiles: number
}

const USUAL: Writing = { lineBytes: [null], tty: false, endsLate: false, stored: null }

/** An engine stores a line of more than 16 KiB, its newline included, in several messages. */
const WRITINGS: Readonly<Record<ContainerKind, Writing>> = {
  chatty: USUAL,
  bursty: USUAL,
  silent: USUAL,
  terminal: { ...USUAL, tty: true, lineBytes: [...Array.from({ length: 9 }, () => null), 40_000] },
  // The first half is longer than a message, so that a part of an open line is stored.
  partial: { ...USUAL, endsLate: true, lineBytes: [40_000] },
  // The longest line of one message, and one whose newline alone makes a second; then up to a megabyte.
  huge: { ...USUAL, lineBytes: [16_383, 16_384, 40_000, 70_000, 300_000, 1_048_576] },
  rotating: { ...USUAL, stored: { maxSizeBytes: 2 ** 20, maxFiles: 2 } },
  restarting: USUAL,
}

/** One container of a phase. */
export interface Workload {
  /** Unique on the engine. */
  readonly name: string
  readonly kind: ContainerKind
  /** The one stream it writes to; so the order of its lines does not depend on how the engine merges two. */
  readonly stream: 'stdout' | 'stderr'
  /** Already divided by the compression. */
  readonly pace: Pace
  readonly writing: Writing
  /** Its process ends by itself so long after each start, and the engine starts it again; `null` where it goes on. Already divided by the compression. */
  readonly lifeSeconds: number | null
}

/** The containers of a phase, kinds mixed, every fifth one writing to standard error. Names begin with `prefix`. */
export function workloadsOf(phase: Phase, compress: number, prefix: string): Workload[] {
  return kindsMixed(phase).map((kind, index) => ({
    name: `${prefix}-${String(index + 1).padStart(2, '0')}`,
    kind,
    stream: index % 5 === 4 ? 'stderr' : 'stdout',
    pace: { ...PACES[kind], everySeconds: PACES[kind].everySeconds / compress },
    writing: WRITINGS[kind],
    lifeSeconds: kind === 'restarting' ? LIFE_SECONDS / compress : null,
  }))
}

/** What one more container that lives for a moment is called. */
export function briefName(prefix: string, number: number): string {
  return `${prefix}-brief-${String(number).padStart(2, '0')}`
}

/** Its lines, without their newlines. */
export function briefLines(name: string): string[] {
  return Array.from({ length: BRIEF_LINES }, (_, index) => numberedLine(name, index + 1))
}

/** A line of a workload, without its newline. */
export function lineOf({ name, writing: { lineBytes } }: Workload, number: number): string {
  return numberedLine(name, number, lineBytes[(number - 1) % lineBytes.length])
}

/** Kinds in turn, so that neither the first nor the last containers are all of one kind. */
function kindsMixed(phase: Phase): ContainerKind[] {
  const left = new Map(CONTAINER_KINDS.map((kind) => [kind, phase.load[kind] ?? 0]))
  const mixed: ContainerKind[] = []
  while (mixed.length < containerCount(phase)) {
    for (const [kind, count] of left) {
      if (count === 0) continue
      left.set(kind, count - 1)
      mixed.push(kind)
    }
  }
  return mixed
}
