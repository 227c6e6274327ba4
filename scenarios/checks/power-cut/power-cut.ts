import { setTimeout as sleep } from 'node:timers/promises'
import { NodeFileSystem } from '../../../reference/adapters/node-file-system.ts'
import { SeededRandom, World } from '../../../simulators/index.ts'
import { verdict } from '../rig.ts'
import { Ext4Image } from './ext4-image.ts'
import { describeFiles, drawSteps, prepare, type FileStep } from './file-steps.ts'

/**
 * Whether what a real ext4 leaves at a power cut is something that the simulated disk leaves too: the same steps are done to both, power fails at several
 * moments, and each state of the real one must be among those that the simulated one draws.
 */
export async function powerCut(): Promise<void> {
  await using image = await Ext4Image.create()
  const files = new NodeFileSystem()
  const trials = Array.from({ length: TRIALS }, (_, seed) => drawSteps(new SeededRandom(seed)))
  for (const trial of trials.keys()) await prepare(files, directoryOf(image.directory, trial))
  await files.syncDirectory(image.directory)

  const states = new Map<string, number>()
  const unknown: string[] = []
  /** How many steps of each trial are done. */
  const done = trials.map(() => 0)
  const random = new SeededRandom(TRIALS)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [trial, steps] of trials.entries()) {
      if (done[trial]! >= steps.length || random.chance(0.5)) continue
      await steps[done[trial]!]!(files, directoryOf(image.directory, trial))
      done[trial]! += 1
    }
    // ext4 commits its journal every five seconds; some rounds meet that, some do not.
    await sleep(random.integer(0, 4000))
    const left = await image.afterPowerCut((root) =>
      Promise.all(trials.map((_, trial) => describeFiles(files, directoryOf(root, trial)))),
    )
    for (const [trial, state] of left.entries()) {
      const steps = trials[trial]!.slice(0, done[trial])
      states.set(state, (states.get(state) ?? 0) + 1)
      if (!(await isDrawn(steps, state)))
        unknown.push(`trial ${trial}, ${steps.length} steps: ${state || 'no file'}`)
    }
  }
  for (const state of unknown) process.stdout.write(`not drawn: ${state}\n`)
  verdict('states of a real ext4 that differ', states.size, states.size > 100, 'more than 100')
  verdict('of these never drawn by the simulated disk', unknown.length, unknown.length === 0, '0')
}

function directoryOf(root: string, trial: number): string {
  return `${root}/trial-${trial}`
}

/** Whether the simulated disk, after the same steps, leaves this state with one of many seeds. */
async function isDrawn(steps: readonly FileStep[], state: string): Promise<boolean> {
  for (let seed = 0; seed < DRAWS; seed++) if ((await simulated(steps, seed)) === state) return true
  return false
}

async function simulated(steps: readonly FileStep[], seed: number): Promise<string> {
  const world = new World({ seed, recordLocations: false })
  const { fileSystem } = world
  return await world.run(async () => {
    await prepare(fileSystem, '/trial')
    await fileSystem.syncDirectory('/')
    for (const step of steps) await step(fileSystem, '/trial')
    fileSystem.crash({ kind: 'power' })
    return await describeFiles(fileSystem, '/trial')
  })
}

const TRIALS = 400
const ROUNDS = 14
/** Rare combinations take many. */
const DRAWS = 20_000
