import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Machine, numbersOf, runsOf, upTo, type Process } from '../dispatcher-rig.test-helper.ts'
import { linesOf, ScriptedSink, sourceOf } from '../pipeline-rig.test-helper.ts'
import { recordId } from '../record-id.ts'
import type { RefusedRecord, SinkBatch, WriteAnswer } from '../sink.ts'
import { letterDirectory, writeRequest } from './letter-files.ts'
import { listLetters, readLetters } from './letter-list.ts'

const a = sourceOf('a')
const b = sourceOf('b')
const STATE = '/state'

/** Refuses records by their number, and keeps the rest. */
function refusing(isBad: (number: number) => boolean): (batch: SinkBatch) => WriteAnswer | null {
  return ({ parts }) => {
    const refused = parts.flatMap(({ blocks }, part): RefusedRecord[] =>
      blocks
        .flatMap(linesOf)
        .flatMap((line, record) =>
          isBad(Number.parseInt(line, 10)) ? [{ part, record, why: 'too old' }] : [],
        ),
    )
    return refused.length === 0 ? null : { kind: 'partly', marks: parts.map(() => undefined), refused }
  }
}

const odd = (number: number): boolean => number % 2 === 1

async function numbersOfLetters({ ports }: Process, machine: Machine, sink = 'picky'): Promise<number[]> {
  const letters = await machine.world.run(() => readLetters(ports.fileSystem, STATE, sink))
  return letters.map(({ text }) => Number.parseInt(text, 10))
}

async function ask(
  { ports }: Process,
  machine: Machine,
  action: 'redeliver' | 'drop',
  sink = 'picky',
): Promise<void> {
  await machine.world.run(async () => {
    const { end } = await listLetters(ports.fileSystem, STATE, sink)
    await writeRequest(ports.fileSystem, letterDirectory(STATE, sink), { action, before: end })
  })
}

describe('records that a sink does not take', () => {
  test('are kept under their ids with the reason, and what came with them is delivered', async () => {
    const machine = new Machine()
    const sinks = [new ScriptedSink({ batchRecords: 4 }, 'picky'), new ScriptedSink({}, 'well')]
    sinks[0]!.answer = refusing((number) => number === 3 || number === 4)
    const process = await machine.start(sinks)
    await process.deliver(a, 8)
    await machine.world.advance(5000)
    expect(runsOf(sinks[0]!, a)).toBe('0-2 5-7')
    expect(runsOf(sinks[1]!, a)).toBe('0-7')
    const letters = await machine.world.run(() => readLetters(process.ports.fileSystem, STATE, 'picky'))
    expect(letters).toEqual(
      [3, 4].map((n) => ({
        id: recordId(a.id, 0, n),
        sink: 'picky',
        source: { id: a.id, kind: 'container', name: 'a' },
        stream: 'stdout',
        time: '1970-01-01T00:00:00.000000001Z',
        reason: 'refused',
        why: 'too old',
        attempts: 1,
        givenUpAt: expect.stringMatching(/^\d{4}-.*Z$/),
        text: `${n} `,
      })),
    )
    expect(await process.counted('lines_dead_lettered')).toBe(2)
    expect(await process.dropped()).toBe(0)
    const { missed } = await machine.stop()
    expect(missed).toEqual([])
    expect(process.tasks.size).toBe(0)
  })

  test('are given to it again when somebody asks the running collector, and are no letters any more', async () => {
    const machine = new Machine()
    const sink = new ScriptedSink({ batchRecords: 4 }, 'picky')
    sink.answer = refusing(odd)
    const process = await machine.start([sink])
    await process.deliver(a, 40)
    await process.deliver(b, 4)
    await machine.world.advance(5000)
    expect(await numbersOfLetters(process, machine)).toHaveLength(22)
    await ask(process, machine, 'redeliver')
    await machine.world.advance(5000)
    // It does not want them still: they are letters again, each once.
    expect((await numbersOfLetters(process, machine)).toSorted((x, y) => x - y)).toHaveLength(22)
    sink.answer = () => null
    await ask(process, machine, 'redeliver')
    await machine.world.advance(5000)
    expect(await numbersOfLetters(process, machine)).toEqual([])
    expect(numbersOf(sink, a).toSorted((x, y) => x - y)).toEqual(upTo(40))
    expect(process.dispatcher.resumePosition(a.id)?.records).toBe(40)
    await process.deliver(a, 3)
    await machine.world.advance(2000)
    expect(numbersOf(sink, a).slice(-3)).toEqual([40, 41, 42])
    await machine.stop()
  })

  test('are given to it beside what is new of their source, and the two are never under way at once', async () => {
    const machine = new Machine()
    const sink = new ScriptedSink({ batchRecords: 2, writeDeadlineMs: 10_000 }, 'picky')
    sink.answer = refusing(odd)
    const process = await machine.start([sink])
    await process.deliver(a, 20)
    await machine.world.advance(3000)
    let underWay = 0
    let most = 0
    sink.answer = async () => {
      most = Math.max(most, (underWay += 1))
      await machine.world.clock.sleep(50, { signal: new AbortController().signal })
      underWay -= 1
      return null
    }
    await ask(process, machine, 'redeliver')
    for (let n = 0; n < 50; n++) {
      // eslint-disable-next-line no-await-in-loop -- a clock
      await process.deliver(a, 1)
      // eslint-disable-next-line no-await-in-loop
      await machine.world.advance(60)
    }
    await machine.world.advance(5000)
    expect(numbersOf(sink, a).toSorted((x, y) => x - y)).toEqual(upTo(70))
    expect(most).toBe(1)
    await machine.stop()
  })

  test('hold up nothing that is new of their source while the sink does not take them again', async () => {
    const machine = new Machine()
    const sinks = [new ScriptedSink({ writeDeadlineMs: 10_000 }, 'picky'), new ScriptedSink({}, 'well')]
    sinks[0]!.answer = refusing(odd)
    const process = await machine.start(sinks, { queueBytesMax: 1 << 20 })
    await process.deliver(a, 4)
    await machine.world.advance(3000)
    sinks[0]!.answer = ({ parts }) =>
      parts.some(({ redelivered }) => redelivered === true) ? { kind: 'again', why: 'answered 500' } : null
    await ask(process, machine, 'redeliver')
    await machine.world.advance(60_000)
    await machine.world.run(() => process.deliver(a, 2000, 'x'.repeat(1000)))
    await machine.world.advance(10_000)
    expect(runsOf(sinks[0]!, a)).toBe('0-0 2-2 4-2003')
    await machine.world.run(() => process.dispatcher.forget(a, new AbortController()))
    expect(await numbersOfLetters(process, machine)).toEqual([1, 3])
    expect((await machine.stop()).missed).toEqual([])
  })

  test('are given to it at the start where that is configured, also when it was killed, and are dropped when asked', async () => {
    const machine = new Machine()
    const sink = new ScriptedSink({}, 'picky')
    sink.answer = refusing(odd)
    const first = await machine.start([sink])
    await first.deliver(a, 10)
    await machine.world.advance(3000)
    machine.crash('kill')
    sink.answer = () => null
    const second = await machine.start([sink])
    await machine.world.advance(10_000)
    expect(await numbersOfLetters(second, machine)).toEqual([1, 3, 5, 7, 9])
    await machine.stop()
    sink.answer = () => ({ kind: 'again', why: 'ECONNREFUSED', of: 'sink' })
    const away = await machine.start([sink], { deadLetters: { redeliverAtStart: true } })
    await machine.world.advance(10_000)
    expect(await numbersOfLetters(away, machine)).toEqual([1, 3, 5, 7, 9])
    expect((await machine.stop()).missed).toEqual([])
    sink.answer = () => null
    const third = await machine.start([sink], { deadLetters: { redeliverAtStart: true } })
    await machine.world.advance(10_000)
    expect(await numbersOfLetters(third, machine)).toEqual([])
    expect(numbersOf(sink, a).toSorted((x, y) => x - y)).toEqual(upTo(10))
    sink.answer = refusing(odd)
    await third.deliver(a, 10)
    await machine.world.advance(3000)
    await ask(third, machine, 'drop')
    await machine.world.advance(3000)
    expect(await numbersOfLetters(third, machine)).toEqual([])
    expect(await third.dropped()).toBe(5)
    await machine.stop()
  })
})

test('whatever it is crashed in: each record is with the sink or among the letters, and none is given up that is not synced', async () => {
  const life = fc.record({
    seed: fc.noShrink(fc.nat()),
    lives: fc.array(
      fc.record({
        records: fc.integer({ min: 1, max: 12 }),
        ms: fc.integer({ min: 0, max: 1500 }),
        end: fc.constantFrom('clean' as const, 'kill' as const, 'power' as const),
        redeliver: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  await fc.assert(
    fc.asyncProperty(life, async ({ seed, lives }) => {
      const machine = new Machine(seed)
      const sink = new ScriptedSink({ writeDeadlineMs: 5000 }, 'picky')
      sink.answer = refusing((number) => number % 3 === 0)
      const start = async (redeliverAtStart: boolean): Promise<Process> =>
        await machine.start([sink], { deadLetters: { redeliverAtStart }, checkpointIntervalMs: 100 })
      let written = 0
      for (const { records, ms, end, redeliver } of lives) {
        // eslint-disable no-await-in-loop -- one life after the other
        const process = await start(redeliver)
        const resume = process.dispatcher.resumePosition(a.id)?.records ?? 0
        // A source that can be read again, from where it is known to stand.
        await process.deliver(a, Math.max(0, written - resume) + records)
        written += records
        await machine.world.advance(ms)
        if (end === 'clean') await machine.stop()
        else machine.crash(end)
      }
      const last = await start(false)
      await last.deliver(a, written - (last.dispatcher.resumePosition(a.id)?.records ?? 0))
      await machine.world.advance(10_000)
      const letters = new Set(await numbersOfLetters(last, machine))
      const stored = new Set(numbersOf(sink, a))
      expect([...letters].filter((number) => number % 3 !== 0)).toEqual([])
      expect(upTo(written).filter((number) => !letters.has(number) && !stored.has(number))).toEqual([])
      expect((await machine.stop()).missed).toEqual([])
    }),
    { numRuns: 12, seed: 1 },
  )
})

describe('from whichever operation on letters cannot be kept', () => {
  /** Two lots of records, each given time for a checkpoint. @param before operations on letters that do as they are asked */
  async function life(before: number, seed: number): Promise<{ machine: Machine; operations: number }> {
    const machine = new Machine(seed)
    sink = new ScriptedSink({ writeDeadlineMs: 5000 }, 'picky')
    sink.answer = refusing((number) => number % 3 === 0)
    const process = await machine.start([sink], { checkpointIntervalMs: 500 })
    let operations = 0
    machine.world.fileSystem.beforeLook = (path) => void (operations += Number(LETTERS.test(path)))
    machine.world.fileSystem.disturb({ kind: 'slow', delayMs: 0 }, { path: LETTERS, times: before })
    const trouble = machine.world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { path: LETTERS })
    for (const _ of [1, 2]) {
      // oxlint-disable no-await-in-loop -- in order
      await process.deliver(a, 6)
      await machine.world.advance(700)
      // oxlint-enable no-await-in-loop
    }
    trouble[Symbol.dispose]()
    return { machine, operations }
  }

  let sink: ScriptedSink
  const LETTERS = /dead-letters/

  test.each(['kill', 'power'] as const)(
    'before a %s, each record is with the sink or among the letters',
    async (kind) => {
      const { operations } = await life(Infinity, 1)
      for (let before = 0; before < operations; before++) {
        // oxlint-disable no-await-in-loop -- one after the other
        const { machine } = await life(before, before)
        machine.crash(kind)
        const next = await machine.start([sink])
        await next.deliver(a, 12 - (next.dispatcher.resumePosition(a.id)?.records ?? 0))
        await machine.world.advance(10_000)
        const held = new Set([...(await numbersOfLetters(next, machine)), ...numbersOf(sink, a)])
        expect({ before, missing: upTo(12).filter((n) => !held.has(n)) }).toEqual({ before, missing: [] })
        // oxlint-enable no-await-in-loop
      }
    },
  )
})

describe('a bound on the letters', () => {
  const LINE = 'x'.repeat(20_000)
  const bytesMax = 1 << 20

  test('has the sources of further ones wait, holds up no other source, and is told in health', async () => {
    const machine = new Machine()
    const sinks = [new ScriptedSink({ batchRecords: 5 }, 'picky'), new ScriptedSink({}, 'well')]
    sinks[0]!.answer = (batch) => (batch.parts[0]!.source.name === 'a' ? refusing(() => true)(batch) : null)
    const process = await machine.start(sinks, { deadLetters: { bytesMax } })
    await machine.world.run(() => process.deliver(a, 80, LINE))
    await machine.world.run(() => process.deliver(b, 20))
    await machine.world.advance(20_000)
    expect(runsOf(sinks[0]!, b)).toBe('0-19')
    expect((await numbersOfLetters(process, machine)).length).toBeLessThan(80)
    expect(process.dispatcher.checks()['sink picky dead letters']).toMatchObject({ ok: false })
    expect((await machine.stop()).missed).toEqual([])
    sinks[0]!.answer = () => null
    const next = await machine.start(sinks, { deadLetters: { bytesMax, redeliverAtStart: true } })
    await machine.world.advance(20_000)
    expect([...new Set(numbersOf(sinks[0]!, a))].toSorted((x, y) => x - y)).toEqual(upTo(80))
    expect(await numbersOfLetters(next, machine)).toEqual([])
    await machine.stop()
  })

  test('or gives up the oldest, counted and said', async () => {
    const machine = new Machine()
    const sink = new ScriptedSink({ batchRecords: 5 }, 'picky')
    sink.answer = refusing(() => true)
    const process = await machine.start([sink], { deadLetters: { bytesMax, whenFull: 'drop_oldest' } })
    await machine.world.run(() => process.deliver(a, 100, LINE))
    await machine.world.advance(10_000)
    const letters = await numbersOfLetters(process, machine)
    expect(letters.at(-1)).toBe(99)
    expect(letters.length).toBeLessThan(60)
    expect(await process.dropped()).toBe(100 - letters.length)
    await machine.stop()
  })
})

describe('what is not given up', () => {
  test('is what waits for a sink that is away, however long, unless it is told to', async () => {
    const machine = new Machine()
    const sink = new ScriptedSink({}, 'away')
    sink.answer = () => ({ kind: 'again', why: 'ECONNREFUSED', of: 'sink' })
    const process = await machine.start([sink], { deadLetters: { afterAttempts: 3, afterAgeMs: 10_000 } })
    await process.deliver(a, 5)
    await machine.world.advance(3_600_000)
    expect(await process.counted('lines_dead_lettered')).toBe(0)
    sink.answer = () => null
    await machine.world.advance(30_000)
    expect(runsOf(sink, a)).toBe('0-4')
    await machine.stop()
  })

  test.each([
    [{ afterAttempts: 3 }, 3],
    [{ afterAgeMs: 60_000 }, 4],
  ])('a batch that fails by itself is, as configured: %j', async (deadLetters, least) => {
    const machine = new Machine()
    const sink = new ScriptedSink({}, 'picky')
    sink.answer = () => ({ kind: 'again', why: 'answered 500' })
    const process = await machine.start([sink], { deadLetters })
    await process.deliver(a, 5)
    await machine.world.advance(300_000)
    expect(await numbersOfLetters(process, machine, 'picky')).toEqual(upTo(5))
    expect(sink.writes.length).toBeGreaterThanOrEqual(least)
    await machine.stop()
  })

  test('a record that is refused as if everything were, while others are stored, is found and given up alone', async () => {
    const machine = new Machine()
    const sinks = [new ScriptedSink({ sourcesPerBatch: 10 }, 'picky'), new ScriptedSink({}, 'well')]
    sinks[0]!.answer = ({ parts }) =>
      parts.some(({ source, blocks }) => source.name === 'a' && blocks.flatMap(linesOf).includes('7 '))
        ? { kind: 'refused', why: 'answered 400' }
        : null
    const process = await machine.start(sinks)
    await process.deliver(a, 12)
    for (let n = 0; n < 300; n++) {
      // eslint-disable-next-line no-await-in-loop -- a clock
      await process.deliver(b, 1)
      // eslint-disable-next-line no-await-in-loop
      await machine.world.advance(1000)
    }
    expect(runsOf(sinks[0]!, a)).toBe('0-6 8-11')
    expect(runsOf(sinks[0]!, b)).toBe('0-299')
    expect(await numbersOfLetters(process, machine)).toEqual([7])
    await machine.stop()
  })
})
