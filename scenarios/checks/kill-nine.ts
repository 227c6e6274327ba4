import { setTimeout as sleep } from 'node:timers/promises'
import { StreamAndFiles } from './stream-and-files.ts'
import { verdict } from './rig.ts'

/** Far shorter than the run: nothing may depend on it. */
const WINDOW = '100ms'

/**
 * The collector is killed with SIGKILL, again and again, at moments that move over everything it does, its start included. Neither the files nor the stream
 * miss a line or have one twice.
 * @param rounds kills
 */
export async function killNine(rounds: number): Promise<void> {
  await using run = await StreamAndFiles.open({ containers: 5, burst: 10 })
  await run.start(WINDOW)
  for (let round = 1; round <= rounds; round++) {
    // Steps that share no factor with the interval of checkpoints, a second.
    await sleep((round * 137) % 1500)
    await run.collector.kill()
    await run.start(WINDOW)
  }
  verdict('times the collector was killed', rounds, rounds > 0, 'as asked for')
  await run.finish()
}
