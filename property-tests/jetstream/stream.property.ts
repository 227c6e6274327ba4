import fc from 'fast-check'
import { messageOf } from '../../reference/errors.ts'
import type { CrashKind, JetStreamFault, SinkFaultScope } from '../../simulators/index.ts'
import { StreamRig, type StreamRigOptions } from './stream-rig.ts'

export interface StreamPropertyOptions {
  readonly seed: number
  readonly numRuns: number
}

/** One thing that happens. */
export class Happening {
  readonly #what: string
  readonly run: (rig: StreamRig) => Promise<void> | void

  constructor(what: string, run: (rig: StreamRig) => Promise<void> | void) {
    this.#what = what
    this.run = run
  }

  /** How a case that failed shows it. */
  [fc.toStringMethod](): string {
    return this.#what
  }
}

export interface StreamPropertyResult {
  /** Cases run, the failing one included. */
  readonly cases: number
  /** What failed and how to see it again; null when everything held. */
  readonly failure: string | null
}

/** What a case of {@link streamProperty} is drawn from. */
export type StreamCase = [options: StreamRigOptions, happenings: Happening[]]

/**
 * Whatever becomes of the server, the way to it and the collector, in whatever order: a subject holds each line of its container once, in order, after every
 * event; once all faults are gone it holds all of them, and a stop leaves nothing behind. Waits are drawn shorter and far longer than the server knows ids.
 */
export function streamProperty(): fc.IAsyncProperty<StreamCase> {
  const happenings = fc.array(happening, { minLength: 6, maxLength: 24 })
  return fc.asyncProperty(rigs, happenings, async (options, all) => {
    const rig = new StreamRig(options)
    await rig.start()
    for (const each of all) {
      rig.write(7)
      // eslint-disable-next-line no-await-in-loop -- one after the other
      await each.run(rig)
    }
    await rig.finish()
  })
}

/** Runs the property. A failure is not shrunk. */
export async function checkStream({ seed, numRuns }: StreamPropertyOptions): Promise<StreamPropertyResult> {
  const details = await fc.check(streamProperty(), { seed, numRuns, endOnFailure: true })
  const failure = details.failed
    ? `${fc.defaultReportMessage(details)}\n${messageOf(details.errorInstance)}`
    : null
  return { cases: details.numRuns, failure }
}

const rigs: fc.Arbitrary<StreamRigOptions> = fc.record({
  seed: fc.noShrink(fc.nat()),
  recordsPerMessage: fc.constantFrom(1, 3),
  duplicateWindowMs: fc.constantFrom(100, 2000, 120_000),
  hasFiles: fc.boolean(),
})

const fault = fc.oneof(
  fc.constantFrom<JetStreamFault>(
    { kind: 'ack-lost' },
    { kind: 'cut' },
    { kind: 'cut-after-store' },
    { kind: 'no-responders' },
    { kind: 'full' },
    { kind: 'hang' },
    { kind: 'slow', delayMs: 700 },
    { kind: 'slow', delayMs: 6000 },
  ),
  fc.constantFrom(3, 150, 400, 3000, 300_000).map((delayMs): JetStreamFault => ({ kind: 'late', delayMs })),
)
const scope = fc.constantFrom({ times: 1 }, { times: 4 }, { chance: 0.2 }, {})

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fault, scope).map(([kind, which]) => goesWrong(kind, which)) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<JetStreamFault>({ kind: 'down' }, { kind: 'unauthorized' })
      .map((kind) => goesWrong(kind, {})),
  },
  { weight: 3, arbitrary: fc.constant(new Happening('all is well', (rig) => rig.mend())) },
  { weight: 5, arbitrary: fc.constantFrom(5, 100, 1000, 10_000).map(waits) },
  // Longer than the server knows ids.
  { weight: 1, arbitrary: fc.constant(300_000).map(waits) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom<CrashKind>('kill', 'power'), fc.nat(300))
      .map(
        ([kind, events]) => new Happening(`${kind} after ${events} events`, (rig) => rig.crash(kind, events)),
      ),
  },
  { weight: 1, arbitrary: fc.constant(new Happening('a restart', (rig) => rig.restart())) },
)

/** @param which requests; a fault of the server strikes all */
function goesWrong(kind: JetStreamFault, which: SinkFaultScope): Happening {
  return new Happening(`${JSON.stringify(kind)} of ${JSON.stringify(which)}`, (rig) =>
    rig.inject(kind, which),
  )
}

function waits(ms: number): Happening {
  return new Happening(`${ms} ms pass`, (rig) => rig.world.advance(ms))
}
