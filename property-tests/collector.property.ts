import fc from 'fast-check'
import { messageOf } from '../reference/errors.ts'
import { FAMILIES, type Command, type Family, type Session } from './collector/command.ts'
import { anyCommand } from './collector/commands.ts'
import { PERSONALITY_NAMES, type PersonalityName } from '../simulators/index.ts'
import { CollectorRig } from './collector/collector-rig.ts'
import { SINK_KINDS, type RigOptions } from './collector/rig-options.ts'

/**
 * Whatever happens to the collector, its engine and its containers, in whatever order: the invariants hold after every event; once all
 * faults are gone everything is delivered, once and in order; and a stop then leaves nothing behind.
 *
 * A failure prints seed, path and replayPath. To see that one case again:
 *
 *     WATERTIGHT_SEED=<seed> WATERTIGHT_PATH=<path> WATERTIGHT_REPLAY_PATH=<replayPath> vitest run property-tests/collector.property.test.ts
 *
 * The seed alone repeats the whole run. The first number of the path alone is the case as it was found: it is shrunk again, which also helps where
 * fast-check cannot walk a longer path through commands ("Unable to replay").
 */
export interface CollectorPropertyOptions {
  readonly seed: number
  readonly numRuns: number
  /** The engines to draw from. Default all. */
  readonly engines?: readonly PersonalityName[]
  /** Of a failing case: only that one is run. */
  readonly path?: string
  /** Of the commands of a failing case. */
  readonly replayPath?: string
  /** False leaves a failing case as long as it was found. Default true. */
  readonly shrink?: boolean
  /** What is held fixed of what differs from one run to another. */
  readonly rig?: Partial<RigOptions>
  /** The kinds of things that happen. Default some, drawn for each case. */
  readonly families?: readonly Family[]
  /** What may happen. Default everything but crashes. */
  readonly command?: fc.Arbitrary<Command>
  /** Told about every command that is run. */
  readonly onCommand?: (description: string) => void
  /** What fast-check is to do with each case besides. */
  readonly plugins?: PluginMaker
  /** Told of every interesting state that a case reached, see {@link file://./collector/marks.ts}. */
  readonly onMark?: (mark: string) => void
}

/** Makes plugins of fast-check for whatever cases. */
export type PluginMaker = <Case>() => fc.Plugin<Case>[]

/** What the environment asks to be replayed, over the options given. */
export function replayed(
  options: CollectorPropertyOptions,
  env: Readonly<Record<string, string | undefined>>,
): CollectorPropertyOptions {
  const { WATERTIGHT_SEED: seed, WATERTIGHT_PATH: path, WATERTIGHT_REPLAY_PATH: replayPath } = env
  return {
    ...options,
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(path !== undefined && { path }),
    ...(replayPath !== undefined && { replayPath }),
  }
}

export interface CollectorPropertyResult {
  /** Cases run, the failing one included. */
  readonly cases: number
  /** What failed and how to see it again; null when everything held. */
  readonly failure: string | null
  /** Number of the case that failed, counted from 0; null when everything held. */
  readonly failedRun: number | null
}

/** Runs the property. A failure is shrunk first, and returned. */
export async function checkCollector(options: CollectorPropertyOptions): Promise<CollectorPropertyResult> {
  const { seed, numRuns, path, plugins, onCommand = () => {}, onMark = () => {} } = options
  const property = fc.asyncProperty(...arbitrariesOf(options), async (drawn, chosen, sequence) => {
    const rig = new CollectorRig(drawn)
    const session: Session = { rig, families: chosen, onCommand, left: commandsOf(drawn) }
    await fc.asyncModelRun(() => ({ model: session, real: session }), sequence)
    await rig.finish()
    rig.marks.forEach(onMark)
  })
  const details = await fc.check(property, {
    seed,
    numRuns,
    // What is replayed along a path was shrunk before.
    endOnFailure: options.shrink === false || path?.includes(':') === true,
    ...(path !== undefined && { path }),
    ...(plugins !== undefined && { plugins: plugins() }),
  })
  const [failedRun = null] = details.counterexamplePath?.split(':').map(Number) ?? []
  return {
    cases: details.numRuns,
    failure: details.failed ? describeFailure(details) : null,
    failedRun,
  }
}

/** What a case is drawn from: its world, the kinds of things that happen, and what may happen, in order. */
export function arbitrariesOf(
  options: CollectorPropertyOptions,
): [fc.Arbitrary<RigOptions>, fc.Arbitrary<readonly Family[]>, fc.Arbitrary<Iterable<Command>>] {
  const { command = anyCommand(), engines = PERSONALITY_NAMES, families = someFamilies, replayPath } = options
  return [
    fc.record({ ...world, engine: fc.constantFrom(...engines), ...fixed(options.rig ?? {}) }),
    asArbitrary(families),
    fc.commands([command], {
      maxCommands: COMMANDS_MAX,
      size: 'max',
      ...(replayPath !== undefined && { replayPath }),
    }),
  ]
}

/** How many commands are run in a case, at most. */
export function commandsOf({ isLong = true }: RigOptions): number {
  return isLong ? Infinity : SHORT_COMMANDS
}

function describeFailure<T>(details: fc.RunDetails<T>): string {
  return `${fc.defaultReportMessage(details)}\n${messageOf(details.errorInstance)}`
}

function fixed(rig: Partial<RigOptions>): Record<string, fc.Arbitrary<never>> {
  const entries = Object.entries(rig).map(([key, value]) => [key, fc.constant(value)])
  return Object.fromEntries(entries)
}

function asArbitrary(families: readonly Family[] | fc.Arbitrary<Family[]>): fc.Arbitrary<readonly Family[]> {
  return families instanceof fc.Arbitrary ? families : fc.constant(families)
}

const world = {
  seed: fc.noShrink(fc.nat()),
  slots: fc.integer({ min: 1, max: 3 }),
  rotationIntervalMs: fc.constantFrom(300_000, 60_000, 10_000),
  /** Where the log is polled nothing is promised about what rotation takes away. */
  logRotation: fc.oneof(
    {
      weight: 1,
      arbitrary: fc.constantFrom(...[1, 3].map((maxFiles) => ({ maxSizeBytes: 2000, maxFiles }))),
    },
    {
      weight: 5,
      // A log that is rotated every few seconds makes a case ten times as long.
      arbitrary: fc.constantFrom(
        null,
        { maxSizeBytes: 20_000, maxFiles: 3 },
        { maxSizeBytes: 100_000, maxFiles: 2 },
        { maxSizeBytes: 10_000_000, maxFiles: 1 },
      ),
    },
  ),
  /** Seldom: each costs as much as some twenty short ones. */
  isLong: fc.oneof(
    { weight: 24, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  sinks: fc.subarray([...SINK_KINDS], { minLength: 1 }),
  workers: fc.constantFrom(4, 1),
  syncMs: fc.constantFrom(0, 8, 100),
  maxConcurrent: fc.constantFrom(25, 1),
}

/** All of them together, where one meets the other, or some of them, where one happens often. */
const someFamilies = fc.oneof(fc.constant<Family[]>([...FAMILIES]), fc.subarray<Family>([...FAMILIES]))

/** Commands of a case that is not long. */
const SHORT_COMMANDS = 20
/** About half of them are drawn, and most of those apply. */
const COMMANDS_MAX = 160
