import type { Behaviour } from '../../simulators/index.ts'
import { CollectorRig } from './collector-rig.ts'
import type { RigOptions } from './rig-options.ts'

/**
 * A day on which things go wrong one after the other: the engine rotates lines away while the collector is stopped, a file hangs, the disk is full. It touches
 * the invariants that an ordinary day cannot: what is lost is told, health tells the truth, memory is bounded, and others are not held up.
 * @returns the hash of everything that happened
 */
export async function hardDay(options: Pick<RigOptions, 'unchecked'> = {}): Promise<string> {
  const rig = new CollectorRig({
    ...options,
    seed: 1,
    slots: 3,
    rotationIntervalMs: 300_000,
    engine: '26',
    logRotation: { maxSizeBytes: 20_000, maxFiles: 3 },
  })
  rig.addContainer('both streams', { name: 'well', behaviour: CALM })
  rig.addContainer('both streams', { name: 'hung', behaviour: CALM })
  rig.addContainer('both streams', { name: 'busy', behaviour: BUSY })
  await rig.start()
  await rig.advance(HALF_MINUTE_MS)
  await rig.stop()
  await rig.advance(FIVE_MINUTES_MS)
  await rig.start()
  await rig.advance(HALF_MINUTE_MS)
  rig.disturbDisk({ kind: 'hang' }, { container: 'hung' })
  await rig.advance(FIVE_MINUTES_MS)
  rig.calm()
  await rig.advance(FIVE_MINUTES_MS)
  rig.disturbDisk({ kind: 'no-space' })
  await rig.advance(2 * FIVE_MINUTES_MS)
  rig.calm()
  await rig.advance(FIVE_MINUTES_MS)
  await rig.finish()
  return rig.world.traceHash
}

const CALM: Behaviour = { kind: 'chatty', everyMs: 2000 }
const BUSY: Behaviour = { kind: 'chatty', everyMs: 50 }
const HALF_MINUTE_MS = 30_000
const FIVE_MINUTES_MS = 300_000
