import type { Behaviour } from '../../simulators/index.ts'
import { CollectorRig } from './collector-rig.ts'
import type { RigOptions } from './rig-options.ts'

/**
 * A day without faults that touches every invariant: rotations of busy and of idle streams, then three times as many containers as slots, one of them
 * removed, the collector stopped and started again.
 * @returns the hash of everything that happened
 */
export async function ordinaryDay(options: Pick<RigOptions, 'unchecked'> = {}): Promise<string> {
  const rig = new CollectorRig({ ...options, seed: 1, slots: 3, rotationIntervalMs: 300_000, engine: '26' })
  rig.addContainer('both streams', { name: 'idle' })
  rig.addContainer('both streams', { name: 'busy', behaviour: CHATTY })
  await rig.start()
  await rig.advance(ELEVEN_MINUTES_MS)
  for (const name of LATECOMERS) rig.addContainer('both streams', { name, behaviour: CHATTY })
  await rig.advance(FIVE_MINUTES_MS)
  rig.engine.remove('late1')
  await rig.advance(ONE_MINUTE_MS)
  await rig.restartProcess()
  await rig.advance(ONE_MINUTE_MS)
  await rig.finish()
  return rig.world.traceHash
}

const CHATTY: Behaviour = { kind: 'chatty', everyMs: 2000, jitter: 0.3, stream: 'both' }
/** With the first two three times as many as slots, and more than the sink keeps open files. */
const LATECOMERS = ['late1', 'late2', 'late3', 'late4', 'late5', 'late6', 'late7']
const ONE_MINUTE_MS = 60_000
const FIVE_MINUTES_MS = 300_000
const ELEVEN_MINUTES_MS = 660_000
