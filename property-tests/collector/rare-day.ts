import { faults, type Behaviour } from '../../simulators/index.ts'
import { CollectorRig } from './collector-rig.ts'
import { MOODS } from './network-service.ts'

/**
 * A day on which one comes after the other what a few cases drawn at random seldom reach: each way a service can answer, streams that hang, are never
 * closed, or send again what they sent.
 * @returns the states that were reached
 */
export async function rareDay(): Promise<ReadonlySet<string>> {
  const rig = new CollectorRig({
    seed: 1,
    slots: 1,
    rotationIntervalMs: 60_000,
    engine: '20.10',
    logRotation: { maxSizeBytes: 2000, maxFiles: 3 },
    sinks: ['network'],
  })
  rig.addContainer('both streams', { name: 'web', behaviour: BUSY })
  await rig.start()
  for (const mood of MOODS) {
    rig.disturbNetwork(mood)
    await rig.advance(HALF_MINUTE_MS)
  }
  rig.mendNetwork()
  for (const fault of [faults.hungClose, faults.hungRead]) {
    rig.disturbed('web')
    rig.world.inject(fault({ container: 'web', streams: 'all' }))
    await rig.advance(3 * HALF_MINUTE_MS)
    rig.calm()
  }
  rig.addContainer('both streams', { name: 'other', behaviour: BUSY })
  await rig.advance(2 * HALF_MINUTE_MS)
  rig.disturbed('web')
  rig.world.inject(faults.inspectFails({ container: 'web' }))
  await rig.restartProcess()
  rig.disturbDisk({ kind: 'error', code: 'EIO' })
  await rig.advance(HALF_MINUTE_MS)
  await rig.finish()
  return rig.marks
}

const BUSY: Behaviour = { kind: 'chatty', everyMs: 500 }
const HALF_MINUTE_MS = 30_000
