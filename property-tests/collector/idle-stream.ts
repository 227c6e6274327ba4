import { CollectorRig } from './collector-rig.ts'
import type { RigOptions } from './rig-options.ts'

/**
 * One container that is silent over two rotations, as in the phase of that name, and then writes: its line comes at once, because an idle stream is
 * rotated, not waited for.
 */
export async function idleStream(options: Pick<RigOptions, 'unchecked'> = {}): Promise<void> {
  const rig = new CollectorRig({ ...options, seed: 1, slots: 1, rotationIntervalMs: 300_000, engine: '26' })
  rig.addContainer('both streams', { name: 'idle' })
  await rig.start()
  await rig.advance(ELEVEN_MINUTES_MS)
  rig.engine.container('idle').writeNumberedLine()
  await rig.advance(SOON_MS)
  const undelivered = rig.undelivered()
  if (undelivered.length > 0) throw new Error(`Not delivered within ${SOON_MS} ms: ${undelivered.join('; ')}`)
  await rig.finish()
}

const ELEVEN_MINUTES_MS = 660_000
const SOON_MS = 1000
