import { messageOf } from '../../reference/errors.ts'
import { OneContainer, SMALL_COMMAND_NAMES, type SmallCommand } from './one-container.ts'
import { sequences } from './sequences.ts'

/** Long enough for a request to arrive and too short for it to be answered: what comes next happens in the middle of things. */
const BETWEEN_MS = 5

export interface SmallScopeResult {
  /** Sequences run, the failing one included. */
  readonly cases: number
  /** What failed, with its sequence; null when everything held. */
  readonly failure: string | null
}

export interface SmallScopeOptions {
  /** Commands in a sequence. */
  readonly length: number
  /** Of the world, the same for every sequence. */
  readonly seed: number
  /** Sequences from this one on, in order. Default the first. */
  readonly from?: number
  /** And before this one. Default all. */
  readonly to?: number
}

/** Runs every sequence of so many commands on one container, or some of them. Ends with the first that fails. */
export async function checkSmallScope(options: SmallScopeOptions): Promise<SmallScopeResult> {
  const { length, seed, from = 0, to = Infinity } = options
  let cases = 0
  let index = 0
  for (const sequence of sequences(SMALL_COMMAND_NAMES, length)) {
    if (index++ < from) continue
    if (index > to) break
    cases += 1
    try {
      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      await runSequence(sequence, seed)
    } catch (error) {
      return { cases, failure: `${sequence.join('; ')} (world ${seed}): ${messageOf(error)}` }
    }
  }
  return { cases, failure: null }
}

async function runSequence(sequence: readonly SmallCommand[], seed: number): Promise<void> {
  const rig = new OneContainer(seed)
  rig.begin()
  for (const command of sequence) {
    // oxlint-disable no-await-in-loop -- a sequence
    await rig.world.advance(BETWEEN_MS)
    await rig.perform(command)
    // oxlint-enable no-await-in-loop
  }
  await rig.world.advance(BETWEEN_MS)
  await rig.finish()
}
