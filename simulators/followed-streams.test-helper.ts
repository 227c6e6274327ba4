import type { DockerEngine } from '../reference/ports/index.ts'
import type { ConnectOptions } from './engine/client/simulated-docker-engine.ts'
import type { SimulatedContainer } from './engine/simulated-container.ts'
import { FrameTally, hashBytes } from './frame-tally.test-helper.ts'
import { World } from './world.ts'

const never = new AbortController().signal

/**
 * A world of containers that write a line a second each, give or take 30 %, and a follower for each that takes every line out of its frame and
 * hashes it.
 */
export class FollowedStreams {
  /** Where ledger entries were opened is not recorded: capturing a stack costs as much as five lines. */
  readonly world: World = new World({ seed: 1, recordLocations: false })
  readonly #followers: { container: SimulatedContainer; tally: FrameTally; ended: Promise<void> }[] = []

  constructor(streams: number, options: ConnectOptions) {
    const engine = this.world.engine.connect(options)
    const behaviour = { kind: 'chatty', everyMs: 1000, jitter: 0.3 } as const
    for (let index = 0; index < streams; index++) {
      const container = this.world.engine.addContainer({ name: `web${index}`, behaviour })
      const tally = new FrameTally()
      this.#followers.push({ container, tally, ended: follow(engine, container.id, tally) })
    }
  }

  /** Lines that were taken out of their frames. */
  get linesRead(): number {
    return this.#followers.reduce((sum, { tally }) => sum + tally.messages, 0)
  }

  /**
   * Ends the containers and waits until their streams have ended.
   * @returns names of containers of which a line was lost, repeated, changed or put in another place
   */
  async finish(): Promise<string[]> {
    for (const { container } of this.#followers) this.world.engine.stop(container.id)
    await this.world.run(() => Promise.all(this.#followers.map(({ ended }) => ended)))
    return this.#followers.filter((follower) => !isComplete(follower)).map(({ container }) => container.name)
  }
}

async function follow(engine: DockerEngine, id: string, tally: FrameTally): Promise<void> {
  const stream = await engine.openLogs(id, { signal: never, follow: true })
  for (let bytes = await stream.read({ signal: never }); bytes !== null;) {
    tally.take(bytes)
    bytes = await stream.read({ signal: never })
  }
  stream.destroy()
}

function isComplete({ container, tally }: { container: SimulatedContainer; tally: FrameTally }): boolean {
  return tally.messages === container.lastNumber && tally.hash === hashBytes(container.expected.view())
}
