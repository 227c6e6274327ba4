import { faults, runAndRemove, type Behaviour, type FileFault } from '../../simulators/index.ts'
import { CollectorRig } from './collector-rig.ts'
import type { RigOptions } from './rig-options.ts'

/**
 * A day of what happens between reading and the sinks: sinks that are switched off and on again, also before their first record; one that is away over a crash, while
 * lines are lost and records get other numbers; a file that cannot be written to; stops just when something is right again; a container that is renamed; what is
 * wrong without any line that waits; and a container that lives for some milliseconds while every slot is taken.
 * @returns the states that were reached
 */
export async function deliveryDay(options: Pick<RigOptions, 'unchecked'> = {}): Promise<ReadonlySet<string>> {
  const rig = new CollectorRig({
    ...options,
    seed: 1,
    slots: 3,
    rotationIntervalMs: 300_000,
    engine: '26',
    logRotation: { maxSizeBytes: 2000, maxFiles: 3 },
    sinks: ['files'],
    workers: 2,
  })
  rig.addContainer('both streams', { name: 'web', behaviour: CALM })
  await rig.start()
  await rightAgainAtStop(rig, { kind: 'no-space' })
  await switchedOffAndOn(rig)
  await rightAgainAtStop(rig, { kind: 'error', code: 'EIO' })
  await awayOverCrash(rig)
  await oneFileFails(rig)
  await renamed(rig)
  await unhealthy(rig)
  await shortLife(rig)
  await rig.finish()
  return rig.marks
}

/** The disk fails for longer than most delays, and is right again just as the collector stops: nothing is missed. */
async function rightAgainAtStop(rig: CollectorRig, fault: FileFault): Promise<void> {
  await rig.advance(ONE_MINUTE_MS / 2)
  rig.disturbDisk(fault)
  await rig.advance(ONE_MINUTE_MS)
  rig.mendDisk()
  await rig.restartProcess()
}

/** Each time it is on again the sink gets what came meanwhile. */
async function switchedOffAndOn(rig: CollectorRig): Promise<void> {
  rig.engine.stop('web')
  await rig.restartProcess({ sinks: ['files', 'network'] })
  await rig.advance(ONE_MINUTE_MS / 4)
  await rig.restartProcess({ sinks: ['files'] })
  rig.engine.start('web')
  await rig.advance(ONE_MINUTE_MS / 2)
  await rig.restartProcess({ sinks: ['files', 'network'] })
  await rig.advance(ONE_MINUTE_MS / 2)
}

/** The service takes nothing; meanwhile the collector is killed, and lines are lost while it is down. */
async function awayOverCrash(rig: CollectorRig): Promise<void> {
  rig.disturbNetwork('again')
  rig.addContainer('both streams', { name: 'new', behaviour: CALM })
  await rig.advance(4 * ONE_MINUTE_MS)
  rig.crash('kill')
  await rig.advance(4 * ONE_MINUTE_MS)
  await rig.start()
  await rig.advance(ONE_MINUTE_MS)
  rig.calm()
  await rig.advance(ONE_MINUTE_MS)
}

async function oneFileFails(rig: CollectorRig): Promise<void> {
  rig.disturbDisk({ kind: 'error', code: 'EIO' }, { container: 'new' })
  await rig.advance(4 * ONE_MINUTE_MS)
  rig.calm()
  await rig.advance(ONE_MINUTE_MS)
}

/** Under its new name it goes on in the same file, also over a restart, and where no event told of the name. */
async function renamed(rig: CollectorRig): Promise<void> {
  await rig.restartProcess({ sinks: ['files', 'stdout'] })
  await rig.advance(ONE_MINUTE_MS / 4)
  rig.engine.rename('web', 'called-otherwise')
  await rig.advance(ONE_MINUTE_MS / 4)
  rig.assertNamed('called-otherwise')
  await rig.restartProcess()
  await rig.advance(ONE_MINUTE_MS / 2)
  rig.assertNamed('called-otherwise')
  rig.loseEvents(1)
  rig.engine.rename('called-otherwise', 'web')
  await rig.advance(2 * ONE_MINUTE_MS)
  rig.assertNamed('web')
}

/** Lines go on to be delivered, but positions cannot be saved, or containers cannot be listed: health says so. */
async function unhealthy(rig: CollectorRig): Promise<void> {
  rig.disturbDisk({ kind: 'error', code: 'EIO' }, { path: /positions/ })
  await rig.advance(ONE_MINUTE_MS)
  rig.assertUnhealthy('positions cannot be saved')
  rig.mendDisk()
  rig.disturbed()
  rig.world.inject(faults.errorStatus({ operation: 'list', status: 500, times: 1000 }))
  await rig.advance(2 * ONE_MINUTE_MS)
  rig.assertUnhealthy('containers cannot be listed')
  rig.calm()
  await rig.advance(ONE_MINUTE_MS)
}

async function shortLife(rig: CollectorRig): Promise<void> {
  for (const name of CROWD) rig.addContainer('both streams', { name, behaviour: CALM })
  await rig.advance(ONE_MINUTE_MS)
  rig.addContainer('both streams', {
    ...runAndRemove('short', { lastsMs: 20, lines: 3 }),
    autoRemove: true,
  })
  await rig.advance(ONE_MINUTE_MS / 4)
  rig.assertReadToItsEnd('short')
}

const CALM: Behaviour = { kind: 'chatty', everyMs: 2000 }
/** With the others more than there are slots. */
const CROWD = ['crowd0', 'crowd1', 'crowd2']
const ONE_MINUTE_MS = 60_000
