import { faults } from '../../simulators/index.ts'
import { CollectorRig } from './collector-rig.ts'

/**
 * A day of rotations at bad moments: within a line of which a part is read, and while nothing comes through.
 * @returns the states that were reached
 */
export async function rotationDay(): Promise<ReadonlySet<string>> {
  const rig = new CollectorRig({ seed: 1, slots: 1, rotationIntervalMs: INTERVAL_MS, engine: '28' })
  rig.addContainer('open lines', { name: 'web' })
  await rig.start()
  const web = rig.engine.container('web')
  web.writeNumberedLine()
  // More than the engine keeps to itself until the line ends.
  web.writeNumberedLine({ lineBytes: { min: 40_000, max: 40_000 } }, '')
  await rig.advance(2 * INTERVAL_MS)
  web.writeNumberedLine()
  await rig.advance(1000)
  rig.disturbed('web')
  rig.world.inject(faults.blocked({ container: 'web', streams: 'all', afterBytes: 4 }))
  web.writeNumberedLine()
  await rig.advance(2 * INTERVAL_MS)
  rig.calm()
  await rig.finish()
  return rig.marks
}

const INTERVAL_MS = 10_000
