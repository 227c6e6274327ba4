import { performance } from 'node:perf_hooks'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { BlockWatch } from './watches/block-watch.ts'
import { DescriptorHistory } from './descriptors/descriptor-history.ts'
import { descriptorSuspects } from './suspects/descriptor-suspects.ts'
import { collectGarbage } from './garbage.ts'
import { handleSuspects } from './suspects/handle-suspects.ts'
import { openLazyDescriptors } from './lazy-descriptors.ts'
import { completeLeakOptions, type CompleteLeakOptions, type LeakOptions } from './leak-options.ts'
import { toLeakReport, type LeakReport, type UncheckedKind } from './leak-report.ts'
import { listenerSuspects } from './suspects/listener-suspects.ts'
import { objectSuspects } from './suspects/object-suspects.ts'
import { openDescriptors, type OpenDescriptor } from './descriptors/open-descriptors.ts'
import { streamSuspects } from './suspects/stream-suspects.ts'
import { toFoundLeak, type Scene, type Suspect } from './suspects/suspect.ts'
import { taskSuspects } from './suspects/task-suspects.ts'
import { timerSuspects } from './suspects/timer-suspects.ts'

/**
 * Runs a block and tells what it left open, and where that was opened.
 *
 *     const report = await findLeaks(async () => {
 *       const follower = await startFollower()
 *       await follower.stop()
 *     })
 *     console.log(report.text)
 *
 * What is open when the block is over has {@link LeakOptions.settleMs} to close by itself; garbage is collected meanwhile, so that only what something still
 * holds counts. What the block returns is dropped.
 *
 * What it cannot see: descriptors on systems without `/proc/self/fd` (told in {@link LeakReport.unchecked}); the place of what a native addon opened, of
 * `openSync` and `open` that were taken out of `require('node:fs')` before, and of what was opened in a worker; memory; what other processes
 * hold. A function that waits for a promise which nobody can settle any more, and which nobody holds, is garbage and no task. A listener on an emitter
 * that the block itself made is left to what holds the emitter.
 *
 * A descriptor that nobody was seen to open counts as the block's, so what another thread opens meanwhile does: run tests in processes (Vitest's default,
 * `forks`), not in threads.
 *
 * Every promise and every asynchronous call of Node's costs about 20 microseconds more while the block runs.
 * @throws whatever the block throws
 * @throws Error while another block is watched: they would see each other
 */
export async function findLeaks(block: () => unknown, options?: LeakOptions): Promise<LeakReport> {
  const complete = completeLeakOptions(options)
  if (watching) throw new Error('Cannot watch for leaks: another block is being watched, or never ended')
  watching = true
  try {
    return await watchBlock(block, complete)
  } finally {
    watching = false
  }
}

let watching = false

async function watchBlock(block: () => unknown, options: CompleteLeakOptions): Promise<LeakReport> {
  await openLazyDescriptors()
  for (let round = 0; round < options.warmUpRounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one round after the other
    await block()
  }
  await turnAround()
  const before = openDescriptors()
  const history = new DescriptorHistory(before)
  using watch = new BlockWatch()
  for (let round = 0; round < options.rounds; round++) {
    watch.resources.round = round
    // oxlint-disable-next-line no-await-in-loop -- one round after the other
    await watch.resources.run(block)
    history.endRound(round)
  }
  const suspects = await suspectsAtLast(watch, history, options)
  return toLeakReport(suspects.map(toFoundLeak), uncheckedKinds(options, before), options)
}

/** What is open when nothing is, or when the time is over. */
async function suspectsAtLast(
  watch: BlockWatch,
  history: DescriptorHistory,
  options: CompleteLeakOptions,
): Promise<Suspect[]> {
  const deadlineMs = performance.now() + options.settleMs
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- looks again
    await turnAround()
    const suspects = findSuspects({ watch, options, descriptors: history.added() })
    if (suspects.length === 0 || performance.now() >= deadlineMs) return suspects
    // oxlint-disable-next-line no-await-in-loop -- looks again
    await setTimeout(LOOK_AGAIN_MS)
  }
}

/** Lets what is closing close, and what is garbage go; callbacks of the collector come in turns of their own. */
async function turnAround(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    // oxlint-disable-next-line no-await-in-loop -- one turn after the other
    await setImmediate()
  }
  collectGarbage()
  await setImmediate()
  await setImmediate()
}

function findSuspects(scene: Scene): Suspect[] {
  const { suspects, explained } = handleSuspects(scene)
  const all = [
    ...suspects,
    ...descriptorSuspects(scene, explained),
    ...timerSuspects(scene),
    ...objectSuspects(scene),
    ...listenerSuspects(scene),
    ...streamSuspects(scene),
    ...taskSuspects(scene),
  ]
  return all.filter(({ kind }) => scene.options.kinds.includes(kind))
}

function uncheckedKinds(
  { kinds }: CompleteLeakOptions,
  descriptors: OpenDescriptor[] | null,
): UncheckedKind[] {
  if (descriptors !== null || !kinds.includes('descriptor')) return []
  return [{ kind: 'descriptor', reason: 'this system does not list them under /proc/self/fd' }]
}

/** Turns of the event loop that a close takes, and some more. */
const TURNS = 5
const LOOK_AGAIN_MS = 20
