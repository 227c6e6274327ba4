import fc from 'fast-check'
import type { SinkFault } from '../../simulators/index.ts'
import { NetworkSinkRig, type ServiceKind } from './network-sink-rig.ts'

/** What can be wrong with a service and loses nothing of what it was sent: each strikes one request, some, or all for a while. */
const FAULTS: fc.Arbitrary<SinkFault> = fc.constantFrom<SinkFault>(
  { kind: 'too-many-requests', retryAfterMs: 2000 },
  { kind: 'too-many-requests', retryAfterMs: 3000, as: 'date' },
  { kind: 'server-error', status: 500 },
  { kind: 'server-error', status: 503 },
  // More than a request of one record: such a record alone would rightly be given up.
  { kind: 'client-error', status: 413, aboveBytes: 600 },
  { kind: 'client-error', status: 400 },
  { kind: 'client-error', status: 401 },
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'slow', bytesPerSecond: 2000 },
  { kind: 'accepts-then-fails', with: 'server-error' },
  { kind: 'accepts-then-fails', with: 'reset' },
  { kind: 'refused' },
)

export type Step =
  | {
      readonly do: 'fault'
      readonly fault: SinkFault
      /** Undefined for all requests, while it lasts. */
      readonly times: number | undefined
      readonly forMs: number
    }
  | { readonly do: 'restart' | 'kill' | 'power'; readonly afterMs: number }

const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('fault' as const),
        fault: FAULTS,
        times: fc.constantFrom(1, 3, undefined),
        forMs: fc.integer({ min: 100, max: 20_000 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('restart' as const, 'kill' as const, 'power' as const),
        afterMs: fc.integer({ min: 0, max: 3000 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 6 },
)

/** What is wrong most often: few cases may draw neither. */
export const OFTEN: readonly Step[] = [
  { do: 'fault', fault: { kind: 'server-error', status: 503 }, times: 1, forMs: 3000 },
  { do: 'fault', fault: { kind: 'accepts-then-fails', with: 'reset' }, times: 1, forMs: 3000 },
]

async function play(rig: NetworkSinkRig, step: Step): Promise<void> {
  if (step.do === 'fault') {
    const scope = step.fault.kind === 'refused' || step.times === undefined ? {} : { times: step.times }
    using _fault = rig.inject(step.fault, scope)
    await rig.world.advance(step.forMs)
    return
  }
  await rig.world.advance(step.afterMs)
  if (step.do !== 'restart') return await rig.crash(step.do)
  const tookMs = await rig.restart()
  if (tookMs >= STOP_LIMIT_MS) throw new Error(`I8 does not hold: the stop took ${tookMs} ms`)
}

/**
 * Whatever goes wrong with the service or the collector, the service holds each line once, in the order of its source.
 * @param first comes before what is drawn: {@link OFTEN} where cases are few. Default nothing.
 */
export function holdsEachLineOnce(
  kind: ServiceKind,
  first: readonly Step[] = [],
): fc.IAsyncProperty<[number, Step[]]> {
  return fc.asyncProperty(fc.nat(), STEPS, async (seed, steps) => {
    const rig = new NetworkSinkRig({ seed, kind, containers: 3, linesPerSecond: 3 })
    await rig.start()
    await rig.world.advance(2000)
    for (const step of [...first, ...steps]) await play(rig, step)
    await rig.finish()
  })
}

const STOP_LIMIT_MS = 10_000
