import { expect, test } from 'vitest'
import { onAbort } from '../lifecycle/abort.ts'
import { Machine, upTo, type Process } from './dispatcher-rig.test-helper.ts'
import { ScriptedSink, sourceOf } from './pipeline-rig.test-helper.ts'
import { recordId } from './record-id.ts'
import type { SinkBatch, SinkLimits, WriteAnswer } from './sink.ts'

const SOURCES = Array.from({ length: 8 }, (_, n) => sourceOf(`s${n}`))
const NETWORK: Partial<SinkLimits> = {
  batchBytes: 256 * 1024,
  batchRecords: 5000,
  sourcesPerBatch: 100,
  batchDelayMs: 1000,
  writeDeadlineMs: 10_000,
}
const SPOOL_BYTES = 8 << 20
const QUEUE_BYTES = 1 << 20
const MINUTE = 60_000

/** What a service over the network answers. */
type Mood = (batch: SinkBatch, signal: AbortSignal) => Promise<WriteAnswer> | WriteAnswer | null

const MOODS: Readonly<Record<string, Mood>> = {
  'answers 429': () => ({ kind: 'again', why: 'answered 429', afterMs: 5000, of: 'sink' }),
  'answers 500': () => ({ kind: 'again', why: 'answered 500' }),
  'answers 413': ({ records }) => (records > 20 ? { kind: 'smaller', why: 'answered 413' } : null),
  'answers 400': () => ({ kind: 'refused', why: 'answered 400' }),
  hangs: async (_, signal) => {
    const { promise, reject } = Promise.withResolvers<WriteAnswer>()
    using _listener = onAbort(signal, () => reject(signal.reason))
    return await promise
  },
}

/** A service that knows records by their ids. */
class Service {
  readonly sink = new ScriptedSink(NETWORK, 'network')
  /** By source, in the order in which each came first. */
  readonly ids = new Map<string, Set<string>>()
  requests = 0

  become(mood: Mood | null): void {
    this.sink.answer = async (batch, signal) => {
      this.requests += 1
      const answer = (await mood?.(batch, signal)) ?? null
      if (answer === null) this.#take(batch)
      return answer ?? { kind: 'stored', marks: batch.parts.map(() => undefined) }
    }
  }

  #take({ parts }: SinkBatch): void {
    for (const { source, blocks } of parts)
      for (const { ends, epoch, firstRecord } of blocks)
        for (let n = 0; n < ends.length; n++) {
          const known = this.ids.get(source.id) ?? new Set()
          this.ids.set(source.id, known.add(recordId(source.id, epoch, firstRecord + n)))
        }
  }
}

/** Every source writes twelve lines a minute; memory and disk stay within their bounds all the while. */
async function live(machine: Machine, process: Process, minutes: number): Promise<void> {
  for (let n = 0; n < minutes * 6; n++) {
    for (const source of SOURCES) {
      // eslint-disable-next-line no-await-in-loop -- readers
      await machine.world.run(() => process.deliver(source, 2, 'a line that is as long as lines are'))
    }
    // eslint-disable-next-line no-await-in-loop
    await machine.world.advance(10_000)
    const { counted, real } = process.dispatcher.heldBytes()
    expect(Math.max(counted, real / 1.25)).toBeLessThanOrEqual(2 * QUEUE_BYTES)
    expect(process.dispatcher.figures()[0]!.spoolBytes).toBeLessThanOrEqual(SPOOL_BYTES)
  }
}

function expectAll(service: Service, lines: number): void {
  for (const { id } of SOURCES)
    expect([...service.ids.get(id)!]).toEqual(upTo(lines).map((ordinal) => recordId(id, 0, ordinal)))
}

const config = { queueBytesMax: QUEUE_BYTES, spool: { bytesMax: SPOOL_BYTES } }

test('a sink that is away for an hour gets everything after it, in order, from a spool within its bound', async () => {
  const machine = new Machine()
  const service = new Service()
  service.become(null)
  const process = await machine.start([service.sink], config)
  await live(machine, process, 1)
  service.become(() => ({ kind: 'again', why: 'ECONNREFUSED', of: 'sink' }))
  const before = service.requests
  await live(machine, process, 60)
  // With full jitter of 30 s at the most it was asked about every 15 s.
  expect(service.requests - before).toBeLessThan(60 * 8)
  expect(process.dispatcher.checks()['sink network']).toMatchObject({ ok: false })
  service.become(null)
  await live(machine, process, 2)
  await machine.world.advance(MINUTE)
  expectAll(service, 63 * 12)
  expect(process.dispatcher.checks()['sink network']!.ok).toBe(true)
  expect(await process.counted('lines_dead_lettered')).toBe(0)
  expect((await machine.stop()).missed).toEqual([])
})

test('a sink that answers 429, 500, 413, 400 and hangs by turns gets everything, in order, and no more requests than it can bear', async () => {
  const machine = new Machine()
  const service = new Service()
  const process = await machine.start([service.sink], config)
  for (let round = 0; round < 3; round++) {
    for (const mood of Object.values(MOODS)) {
      service.become(mood)
      const before = service.requests
      // eslint-disable-next-line no-await-in-loop -- one after the other
      await live(machine, process, 2)
      expect((service.requests - before) / 120).toBeLessThan(10)
    }
    service.become(null)
    // eslint-disable-next-line no-await-in-loop
    await live(machine, process, 1)
  }
  await machine.world.advance(2 * MINUTE)
  expectAll(service, 33 * 12)
  expect(await process.counted('lines_dead_lettered')).toBe(0)
  expect(process.dispatcher.checks()['sink network']!.ok).toBe(true)
  expect((await machine.stop()).missed).toEqual([])
})
