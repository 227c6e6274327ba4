import { completeConfig } from '../../reference/config/complete-config.ts'
import type { Sink, SinkBatch, WriteAnswer } from '../../reference/dispatch/sink.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import { World } from '../../simulators/index.ts'
import { LETTER_MARKS, marksIn } from './marks.ts'

/**
 * A day on which a service refuses one record of a container, and fails at another as often as it is tried: both become dead letters, and everything else is stored.
 * Then it is right again, and a process that gives dead letters again brings those two: each line is held once.
 * @returns the states that were reached
 */
export async function letterDay(): Promise<ReadonlySet<string>> {
  const world = new World({ seed: 1, recordLocations: false })
  const web = world.engine.addContainer({ name: 'web' })
  const service = new PickyService()
  const first = begin(world, service, { redeliverAtStart: false })
  await world.run(() => first.start())
  for (let line = 0; line < LINES; line++) {
    web.writeNumberedLine()
    // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
    await world.advance(1000)
  }
  await world.advance(A_WHILE_MS)
  service.assertHolds(LINES - 2)
  await world.run(() => first.stop())
  service.isPicky = false
  const second = begin(world, service, { redeliverAtStart: true })
  await world.run(() => second.start())
  await world.advance(A_WHILE_MS)
  service.assertHolds(LINES)
  await world.run(() => second.stop())
  const samples = [...(await first.metrics.samples()), ...(await second.metrics.samples())]
  return new Set(marksIn(samples, LETTER_MARKS))
}

function begin(
  world: World,
  service: PickyService,
  { redeliverAtStart }: { readonly redeliverAtStart: boolean },
): Collector {
  const config = completeConfig({
    stateDir: '/var/lib/state',
    metrics: { enabled: false },
    api: { enabled: false },
    dispatcher: { deadLetters: { afterAttempts: 3, redeliverAtStart } },
    sinks: { localFile: { enabled: false } },
  })
  return createCollector(config, world.ports(), { recordLocations: false, sinks: () => [service.sink] })
}

/** Does not take the third line, and fails at the seventh. */
class PickyService {
  isPicky = true
  readonly #held: string[] = []
  readonly sink: Sink = {
    name: 'service',
    limits: {
      batchBytes: 4096,
      batchRecords: 1,
      sourcesPerBatch: 1,
      inFlight: 1,
      writeDeadlineMs: 5000,
      repeatIsHarmless: true,
    },
    write: async (batch) => this.#write(batch),
    sync: async () => new Map(),
    forget: async () => {},
    close: async () => {},
  }

  /** @throws Error when it holds others than so many lines, each once */
  assertHolds(lines: number): void {
    if (this.#held.length !== lines || new Set(this.#held).size !== lines)
      throw new Error(`The service holds ${this.#held.join(', ')}: expected were ${lines} lines, each once`)
  }

  #write({ parts }: SinkBatch): WriteAnswer {
    const [part] = parts
    const line = Buffer.concat(part!.blocks.map(({ bytes }) => bytes)).toString()
    const marks = [undefined]
    if (this.isPicky && line.startsWith('web 3 '))
      return { kind: 'partly', marks, refused: [{ part: 0, record: 0, why: 'not of this kind' }] }
    if (this.isPicky && line.startsWith('web 7 ')) return { kind: 'again', why: 'no idea' }
    this.#held.push(line)
    return { kind: 'stored', marks }
  }
}

const LINES = 10
/** Long enough for three tries. */
const A_WHILE_MS = 120_000
