/**
 * What can be left open.
 * - `descriptor` a file, directory or anything else with a number that no other kind names
 * - `socket` a connection or a datagram socket; `server` what listens
 * - `timer` a timeout, an interval or an immediate that has not fired or fires again
 * - `watcher` `fs.watch` and `fs.watchFile`
 * - `child-process`, `worker`, `message-port`
 * - `request` a call that Node's thread pool or resolver has not answered
 * - `listener` a listener on an emitter that is older than the block, or on an event target that outlives it
 * - `stream` a stream that something still holds and that neither ended nor was destroyed
 * - `task` a promise that something still holds and that has not settled
 */
export const LEAK_KINDS = [
  'descriptor',
  'socket',
  'server',
  'timer',
  'watcher',
  'child-process',
  'worker',
  'message-port',
  'request',
  'listener',
  'stream',
  'task',
] as const

export type LeakKind = (typeof LEAK_KINDS)[number]

/** One thing that was left open, before equal ones are counted together. */
export interface FoundLeak {
  readonly kind: LeakKind
  /** What it is, in words that are the same for everything opened alike: `connection to unix:/tmp/docker.sock`. */
  readonly what: string
  /** What tells this one from others opened alike: the descriptor, the process id. */
  readonly detail: string
  /** `file:line:column` of the caller's code, and of what called that, innermost first; empty when it is not known. */
  readonly openedBy: readonly string[]
  /** In which round of the block it was opened, from 0. */
  readonly round: number
}

/** Everything that was left open by one line of code. */
export interface Leak {
  readonly kind: LeakKind
  readonly what: string
  /**
   * `file:line:column` of the innermost caller that is neither Node's nor in `node_modules`, relative to the working directory where it is inside;
   * null when it is not known.
   */
  readonly openedAt: string | null
  /** What called the place of {@link openedAt}, innermost first. */
  readonly calledFrom: readonly string[]
  readonly count: number
  /** In how many rounds of the block. */
  readonly rounds: number
  /** What there is to tell of each: descriptors, addresses, process ids, each once. */
  readonly details: readonly string[]
}

/**
 * Leaves out what comes with something else: the listeners, streams and promises that Node and libraries add to a connection, at the line that opened it.
 */
export function withoutConsequences(found: readonly FoundLeak[]): FoundLeak[] {
  const causes = new Set(
    found.filter(({ kind }) => !CONSEQUENCES.has(kind)).map(({ openedBy }) => openedBy[0]),
  )
  return found.filter(({ kind, openedBy: [place] }) => !CONSEQUENCES.has(kind) || !causes.has(place))
}

const CONSEQUENCES: ReadonlySet<LeakKind> = new Set(['listener', 'stream', 'task'])

/** Counts what is alike together: the same kind of thing, opened by the same line. In the order in which the first of each was found. */
export function countLeaks(found: readonly FoundLeak[]): Leak[] {
  const groups = Map.groupBy(found, ({ kind, what, openedBy }) => [kind, what, openedBy[0] ?? ''].join('\n'))
  return [...groups.values()].map((alike) => {
    const { kind, what, openedBy } = alike[0]!
    return {
      kind,
      what,
      openedAt: openedBy[0] ?? null,
      calledFrom: openedBy.slice(1),
      count: alike.length,
      rounds: new Set(alike.map(({ round }) => round)).size,
      details: [...new Set(alike.map(({ detail }) => detail))].filter((detail) => detail !== ''),
    }
  })
}

/** One line for a person; what `ignore` is compared with. */
export function describeLeak({ kind, what, openedAt, count }: Leak): string {
  const times = count === 1 ? '' : `${count} x `
  return `${kind}: ${times}${what}, opened at ${openedAt ?? 'an unknown place'}`
}
