import { faults, type Behaviour } from '../../simulators/index.ts'
import { CollectorRig } from './collector-rig.ts'
import type { RigOptions } from './rig-options.ts'

/**
 * A day of what happens seldom: an answer that comes as it is given up, streams that break as soon as they are opened, a removal, a container of which no
 * event told, and more written at once than may be held while the disk is full.
 * @returns the states that were reached
 */
export async function oddDay(options: Pick<RigOptions, 'unchecked'> = {}): Promise<ReadonlySet<string>> {
  const rig = new CollectorRig({
    ...options,
    seed: 1,
    slots: 3,
    rotationIntervalMs: 300_000,
    engine: '26',
    sinks: ['stdout'],
  })
  rig.addContainer('both streams', { name: 'web', behaviour: CALM })
  await rig.start()
  await rig.advance(ONE_MINUTE_MS)
  rig.disturbed('web')
  rig.answersLate('web', { follow: true })
  rig.endCleanly('web', { streams: 'open', follow: true })
  await rig.advance(ONE_MINUTE_MS)
  rig.disturbed('web')
  rig.world.inject(faults.reset({ container: 'web', streams: 'all' }))
  await rig.advance(2 * ONE_MINUTE_MS)
  rig.calm()
  for (const name of CROWD) rig.addContainer('both streams', { name, behaviour: CALM })
  await rig.advance(ONE_MINUTE_MS)
  for (const name of ['web', ...CROWD]) rig.engine.remove(name)
  await rig.advance(3 * ONE_MINUTE_MS)
  await unanswered(rig)
  await openLine(rig)
  await cutByProxy(rig)
  rig.loseEvents(2)
  rig.addContainer('both streams', { name: 'untold', behaviour: CALM })
  await rig.finish()
  await fullDisk(rig)
  return rig.marks
}

/** A request is never answered, and what asks again is. */
async function unanswered(rig: CollectorRig): Promise<void> {
  rig.disturbed()
  rig.world.inject(faults.neverAnswered({ operation: 'list', times: 1 }))
  rig.world.inject(faults.eventStreamDropped())
  await rig.advance(2 * ONE_MINUTE_MS)
  rig.calm()
}

/** A process ends in the middle of a line, and the next one begins at once: two lines. */
async function openLine(rig: CollectorRig): Promise<void> {
  rig.addContainer('open lines', { name: 'torn', atExit: { lines: 1, unterminated: true } })
  await rig.advance(ONE_MINUTE_MS)
  rig.engine.restart('torn')
  rig.engine.container('torn').writeNumberedLine()
  await rig.advance(ONE_MINUTE_MS)
}

/** What stands between ends a stream cleanly, as if its container had ended, and nothing else is wrong. */
async function cutByProxy(rig: CollectorRig): Promise<void> {
  rig.addContainer('both streams', { name: 'proxied', behaviour: CALM })
  await rig.advance(ONE_MINUTE_MS)
  rig.endCleanly('proxied', { streams: 'open', follow: true })
  await rig.advance(4 * ONE_MINUTE_MS)
}

/** More sources than have a share of the memory each. */
async function fullDisk(rig: CollectorRig): Promise<void> {
  await rig.restartProcess({ sinks: ['files'], queueBytesMax: 64 * 1024 })
  rig.disturbDisk({ kind: 'no-space' })
  for (let number = 0; number < 24; number++) {
    const name = `many${number}`
    rig.addContainer('both streams', { name })
    for (let line = 0; line < 60; line++)
      rig.engine.container(name).writeNumberedLine({ lineBytes: { min: 200, max: 200 } })
  }
  await rig.advance(2 * ONE_MINUTE_MS)
  await rig.finish()
}

const CALM: Behaviour = { kind: 'chatty', everyMs: 2000, stream: 'both' }
/** With the first one more than there are slots: some wait for one when they are removed. */
const CROWD = ['crowd0', 'crowd1', 'crowd2', 'crowd3', 'crowd4', 'crowd5']
const ONE_MINUTE_MS = 60_000
