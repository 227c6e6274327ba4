import fc from 'fast-check'
import type { CrashKind, FileFault, SinkFault } from '../../simulators/index.ts'
import { BESIDE, PushRig, type Beside } from './push-rig.ts'

type Step =
  | { readonly do: 'crash'; readonly kind: CrashKind; readonly afterEvents: number }
  | { readonly do: 'restart'; readonly afterMs: number }
  | { readonly do: 'disk'; readonly fault: FileFault; readonly forMs: number }
  | { readonly do: 'loki'; readonly fault: SinkFault; readonly forMs: number }

const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('crash' as const),
        kind: fc.constantFrom<CrashKind>('kill', 'power'),
        // Few, to crash in the middle of a start or of a request; many, to crash in the middle of a checkpoint.
        afterEvents: fc.oneof(fc.nat(40), fc.nat(800)),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), afterMs: fc.nat(3000) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('disk' as const),
        fault: fc.constantFrom<FileFault>(
          { kind: 'slow', delayMs: 3000 },
          { kind: 'short' },
          { kind: 'error', code: 'EIO' },
          { kind: 'no-space', afterBytes: 500 },
        ),
        forMs: fc.integer({ min: 100, max: 5000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('loki' as const),
        fault: fc.constantFrom<SinkFault>(
          { kind: 'refused' },
          { kind: 'accepts-then-fails', with: 'reset' },
          { kind: 'server-error', status: 500 },
        ),
        forMs: fc.integer({ min: 100, max: 5000 }),
      }),
    },
  ),
  { minLength: 3, maxLength: 10 },
)

async function play(rig: PushRig, step: Step): Promise<void> {
  switch (step.do) {
    case 'crash':
      await rig.world.step(step.afterEvents)
      return rig.crash(step.kind)
    case 'restart':
      await rig.world.advance(step.afterMs)
      return await rig.restart()
    case 'disk': {
      using _fault = rig.world.fileSystem.disturb(step.fault, { chance: 0.3 })
      return await rig.world.advance(step.forMs)
    }
    case 'loki': {
      using _fault = rig.lokiSink.inject(step.fault, {})
      return await rig.world.advance(step.forMs)
    }
  }
}

export interface PushCase {
  readonly seed: number
  readonly beside: Beside
  readonly isKeyed: boolean
  readonly syncMs: number
  readonly steps: readonly Step[]
}

/** Whatever goes wrong, what was answered is in every sink once. Resolves with the number of lines that were sent. */
export function holdsWhatWasAnswered(
  onSent: (lines: number) => void = () => {},
): fc.IAsyncProperty<[PushCase]> {
  return fc.asyncProperty(CASES, async ({ steps, ...options }) => {
    const rig = new PushRig({ ...options, clients: 3 })
    await rig.start()
    for (const step of steps) await play(rig, step)
    await rig.finish()
    onSent(rig.sent)
  })
}

const CASES: fc.Arbitrary<PushCase> = fc.record({
  seed: fc.nat(),
  beside: fc.constantFrom(...BESIDE),
  isKeyed: fc.boolean(),
  syncMs: fc.constantFrom(0, 300),
  steps: STEPS,
})
