import { setTimeout as sleep } from 'node:timers/promises'
import { StreamAndFiles } from './stream-and-files.ts'
import { verdict } from './rig.ts'

/** Of the stream, in the configuration's words; the server is once away for three times as long. */
const WINDOW = '2s'
const WINDOW_MS = 2000

/**
 * A real NATS server is killed in the middle of the delivery, again and again, once for longer than it knows the ids of what it has stored; the collector is
 * killed as often, half a second later. The stream holds each line once, in order; so do the files.
 * @param rounds kills of the server
 */
export async function jetStream(rounds: number): Promise<void> {
  await using run = await StreamAndFiles.open({ containers: 5, burst: 20 })
  await run.start(WINDOW)
  for (let round = 1; round <= rounds; round++) {
    await sleep(300 + (round % 7) * 90)
    await run.server.kill()
    const isLong = round === Math.ceil(rounds / 2)
    await sleep(isLong ? WINDOW_MS * 3 : 50 + (round % 5) * 60)
    if (round % 4 === 0) {
      await run.collector.kill()
      await run.server.run()
      await run.start(WINDOW)
    } else {
      await run.server.run()
    }
  }
  verdict('times the server was killed', rounds, rounds > 0, 'as asked for')
  await run.finish()
}
