import { describe, expect, test } from 'vitest'
import type { PartialConfig } from '../config/complete-config.ts'
import { runStopSequence } from '../lifecycle/stop-sequence.ts'
import { Machine, numbersOf, Process, upTo } from './dispatcher-rig.test-helper.ts'
import { ScriptedSink, sourceOf } from './pipeline-rig.test-helper.ts'
import type { SinkBatch, SinkLimits, WriteAnswer } from './sink.ts'

const a = sourceOf('a')
const LINE = 'x'.repeat(1000)
const NETWORK: Partial<SinkLimits> = { sourcesPerBatch: 16, writeDeadlineMs: 30_000 }

/** A state that a stop may come in: how the sink answers, and what is to be seen of it. */
interface State {
  readonly limits?: Partial<SinkLimits>
  readonly config?: PartialConfig['dispatcher']
  readonly answer: (batch: SinkBatch, signal: AbortSignal) => Promise<WriteAnswer> | WriteAnswer | null
  readonly lines: number
  /** Whether the state is there. */
  readonly isThere: (process: Process, sink: ScriptedSink) => boolean
  /** Something is wrong on the disk under the state directory. */
  readonly disturb?: (machine: Machine) => Disposable
  /** Steps of the stop that cannot end. */
  readonly missed?: readonly string[]
}

const hangs = (): Promise<WriteAnswer> => new Promise(() => {})
const refusesAll = ({ parts }: SinkBatch): WriteAnswer => ({
  kind: 'partly',
  marks: parts.map(() => undefined),
  refused: parts.flatMap(({ blocks }, part) =>
    upTo(blocks.reduce((sum, { ends }) => sum + ends.length, 0)).map((record) => ({
      part,
      record,
      why: 'old',
    })),
  ),
})

const STATES: Readonly<Record<string, State>> = {
  'a batch is to be tried again': {
    answer: () => ({ kind: 'again', why: 'answered 500', afterMs: 60_000 }),
    lines: 10,
    isThere: (_, sink) => sink.writes.length > 0,
  },
  'the circuit is open': {
    answer: () => ({ kind: 'refused', why: 'answered 401' }),
    lines: 10,
    isThere: ({ dispatcher }) => dispatcher.checks()['sink network']?.ok === false,
  },
  'the sink asked for a pause': {
    answer: () => ({ kind: 'again', why: 'answered 429', afterMs: 600_000, of: 'sink' }),
    lines: 10,
    isThere: (_, sink) => sink.writes.length > 0,
  },
  'a write hangs': { answer: hangs, lines: 10, isThere: (_, sink) => sink.writes.length > 0 },
  'records wait for company': {
    limits: { batchDelayMs: 60_000 },
    answer: () => null,
    lines: 10,
    isThere: (_, sink) => sink.writes.length === 0,
  },
  'the spool is full': {
    config: { spool: { bytesMax: 1 << 20 }, queueBytesMax: 1 << 20 },
    answer: () => ({ kind: 'again', why: 'ECONNREFUSED', of: 'sink' }),
    lines: 3000,
    isThere: ({ dispatcher }) => dispatcher.checks()['spool']?.ok === false,
    missed: ['queue'],
  },
  'dead letters are being written': {
    answer: refusesAll,
    lines: 10,
    disturb: ({ world }) =>
      world.fileSystem.disturb({ kind: 'hang' }, { path: /dead-letters/, operations: ['write'] }),
    missed: ['workers', 'dead letters'],
    isThere: ({ dispatcher }) =>
      dispatcher.figures()[0]!.writes > 0 && dispatcher.figures()[0]!.deadLetters === 0,
  },
  'dead letters cannot be written': {
    answer: refusesAll,
    lines: 10,
    disturb: ({ world }) =>
      world.fileSystem.disturb(
        { kind: 'error', code: 'ENOSPC' },
        { path: /dead-letters/, operations: ['write'] },
      ),
    isThere: ({ dispatcher }) => dispatcher.checks()['sink network dead letters']?.ok === false,
  },
}

describe('a stop takes less than ten seconds, leaves no task behind and loses nothing, while', () => {
  test.each(Object.entries(STATES))('%s', async (_, state) => {
    const machine = new Machine()
    const sink = new ScriptedSink({ ...NETWORK, ...state.limits }, 'network')
    sink.answer = state.answer
    const process = await machine.start([sink], state.config)
    const trouble = state.disturb?.(machine)
    const reader = new AbortController()
    const reading = process.deliver(a, state.lines, LINE, reader).catch(() => {})
    await machine.world.advance(30_000)
    expect(state.isThere(process, sink)).toBe(true)
    // Readers stop first.
    reader.abort(new Error('stopped'))
    const startedMs = machine.world.nowMs
    const { missed } = await machine.stop()
    expect(machine.world.nowMs - startedMs).toBeLessThan(10_000)
    // A disk that hangs cannot be closed, and what does not fit into a full spool is read again: both are named.
    expect(missed.map(({ step }) => step)).toEqual(state.missed ?? [])
    trouble?.[Symbol.dispose]()
    await machine.world.advance(1000)
    expect(process.tasks.list()).toEqual([])
    await reading
    sink.answer = () => null
    const next = await machine.start([sink], state.config)
    const resume = next.dispatcher.resumePosition(a.id)?.records ?? 0
    await machine.world.run(() => next.deliver(a, state.lines - resume, LINE))
    await machine.world.advance(120_000)
    expect([...new Set(numbersOf(sink, a))].toSorted((x, y) => x - y)).toEqual(upTo(state.lines))
    await machine.stop()
  })
})

test('what was taken and is not yet written is stored within the stop, and the next start goes on behind it', async () => {
  const machine = new Machine()
  const sink = new ScriptedSink({ batchRecords: 10, inFlight: 1 })
  sink.answer = async (_, signal) => {
    await machine.world.clock.sleep(100, { signal })
    return null
  }
  const process = await machine.start([sink])
  await machine.world.run(() => process.deliver(a, 200, LINE))
  expect(numbersOf(sink, a).length).toBeLessThan(100)
  expect((await machine.stop()).missed).toEqual([])
  expect(numbersOf(sink, a)).toEqual(upTo(200))
  const next = await machine.start([sink])
  expect(next.spooled).toBe(false)
  expect(next.dispatcher.resumePosition(a.id)?.records).toBe(200)
  await machine.stop()
})

/** What is wrong for five minutes; by then the next try is up to half a minute away. */
const WRONG: Readonly<Record<string, Pick<State, 'answer' | 'disturb' | 'limits'>>> = {
  'the only sink refused everything': { answer: () => ({ kind: 'refused', why: 'EACCES' }) },
  'the only sink was away': { answer: () => ({ kind: 'again', why: 'EIO', of: 'sink' }) },
  'a source could not be stored': { answer: () => ({ kind: 'again', why: 'EIO' }) },
  'dead letters could not be kept': {
    answer: refusesAll,
    disturb: ({ world }) =>
      world.fileSystem.disturb(
        { kind: 'error', code: 'EIO' },
        { path: /dead-letters/, operations: ['write'] },
      ),
  },
  'the spool could not be written to': {
    limits: NETWORK,
    answer: () => null,
    disturb: ({ world }) =>
      world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { path: /spool/, operations: ['write'] }),
  },
}

/** It may be right when the stop comes, or only while that waits: but for a source of its own, whose next try is not hurried twice. */
const CASES = Object.keys(WRONG).flatMap((name) =>
  (name === 'a source could not be stored' ? [0] : [0, 2000]).map((lateMs) => [name, lateMs] as const),
)

describe('a stop that comes when it is right again misses nothing, though', () => {
  test.each(CASES)('%s until then, or %i ms longer', async (name, lateMs) => {
    const { answer, disturb, limits = {} } = WRONG[name]!
    for (let seed = 1; seed <= 5; seed++) {
      const machine = new Machine(seed)
      const sink = new ScriptedSink(limits, 'changeable')
      sink.answer = answer
      const process = await machine.start([sink])
      const trouble = disturb?.(machine)
      await machine.world.run(() => process.deliver(a, 3, LINE))
      await machine.world.advance(300_000)
      const mend = (): void => {
        trouble?.[Symbol.dispose]()
        if (disturb === undefined) sink.answer = () => null
      }
      if (lateMs === 0) mend()
      else machine.world.schedule(lateMs, 'mend', mend)
      expect(await machine.stop()).toMatchObject({ missed: [] })
    }
  })
})

test('a stop at any moment of a start waits for nothing that was not begun, although the spool holds something', async () => {
  const machine = new Machine()
  const sink = new ScriptedSink(NETWORK, 'network')
  sink.answer = () => ({ kind: 'again', why: 'ECONNREFUSED', of: 'sink' })
  const before = await machine.start([sink])
  await machine.world.run(() => before.deliver(a, 10, LINE))
  await machine.stop()
  using _ = machine.world.fileSystem.disturb({ kind: 'slow', delayMs: 100 }, { operations: ['readdir'] })
  for (let ms = 0; ms < 400; ms += 20) {
    const cancelled = new AbortController()
    const process = new Process(machine.world, [sink], {})
    const starting = process.dispatcher.start(process.scope, cancelled.signal).catch(() => {})
    await machine.world.advance(ms)
    cancelled.abort(new Error('stopped'))
    await machine.world.run(() => starting)
    const { elapsedMs, missed } = await machine.world.run(() =>
      runStopSequence(machine.world.clock, 9500, process.dispatcher.stopSteps()),
    )
    expect({ ms, missed, isSoon: elapsedMs < 1000 }).toEqual({ ms, missed: [], isSoon: true })
  }
})
