import { describe, expect, test } from 'vitest'
import { encodeFrame } from '../../../property-tests/models/stored-log.ts'
import { MonitorRig } from '../monitor-rig.test-helper.ts'
import type { ContainerReader } from '../reading/container-reader.ts'
import { createReader } from '../reading/create-reader.ts'
import { parseContainerPosition, type ContainerPosition } from '../reading/container-position.ts'
import { stampOf } from '../reading/parsing/stamp.ts'
import { MULTILINE_PRESETS, MultilineRule, type LinePattern } from './multiline-rule.ts'

const LIMITS = { timeoutMs: 1000, maxLines: 4, maxBytes: 64 }
const INDENTED = new MultilineRule(MULTILINE_PRESETS.indented, LIMITS)
const SOURCE = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const OPTIONS = {
  source: SOURCE,
  tty: false,
  poll: false,
  maxLineBytes: 64,
  from: 'start',
  stages: { multiline: INDENTED },
} as const

/** A message that was written at that many milliseconds. */
function frame(ms: number, text: string, stream: 1 | 2 = 1): Buffer {
  return encodeFrame({ stream, stamp: stampOf(ms), data: Buffer.from(text), lineStart: true })
}

function taken(reader: ContainerReader): string[] {
  const records: string[] = []
  for (let block = reader.take(); block !== undefined; block = reader.take()) {
    block.ends.forEach((end, index) => {
      const start = index === 0 ? 0 : block.ends[index - 1]!
      records.push(Buffer.from(block.bytes.subarray(start, end - 1)).toString())
    })
  }
  return records
}

/** The records of a log that is read to its end, and then flushed. */
function recordsOf(log: readonly Buffer[], options: object = {}): string[] {
  const reader = createReader({ ...OPTIONS, ...options })
  read(reader, log)
  const records = taken(reader)
  reader.flush()
  return [...records, ...afterSave(reader)]
}

function read(reader: ContainerReader, log: readonly Buffer[]): void {
  reader.open('snapshot')
  for (const one of log) reader.push(one)
  reader.end()
}

/** What comes before the positions are saved, and then the rest. */
function afterSave(reader: ContainerReader): string[] {
  const before = taken(reader)
  reader.saved()
  return [...before, ...taken(reader)]
}

function restored(position: ContainerPosition): ContainerPosition {
  return parseContainerPosition(JSON.parse(JSON.stringify(position)))
}

describe('lines are joined', () => {
  test('as long as they go on with the record before them, with newlines in between, whatever the filter says of one of them', () => {
    const log = [frame(0, 'a\n'), frame(1, ' 1\n'), frame(2, ' 2\n'), frame(3, 'b\n'), frame(4, '\t1\n')]
    expect(recordsOf(log)).toEqual(['a\n 1\n 2', 'b\n\t1'])
    const reader = createReader(OPTIONS)
    read(reader, log)
    expect(reader.take()).toMatchObject({ times: BigInt64Array.of(0n), ends: Uint32Array.of(8) })
  })

  test('until a line begins a record, where that is what the pattern says', () => {
    const rule = new MultilineRule({ start: /^#/, continues: null }, LIMITS)
    const log = ['x\n', '#1\n', 'y\n', 'z\n', '#2\n'].map((text, n) => frame(n, text))
    expect(recordsOf(log, { stages: { multiline: rule } })).toEqual(['x', '#1\ny\nz', '#2'])
  })

  test('within their stream, and are in the order in which they were completed', () => {
    const log = [frame(0, 'out\n'), frame(1, 'err\n', 2), frame(2, ' of out\n'), frame(3, ' of err\n', 2)]
    expect(recordsOf([...log, frame(4, 'next\n', 2), frame(5, 'next\n')])).toEqual([
      'err\n of err',
      'out\n of out',
      'next',
      'next',
    ])
  })

  test('unless they were written later than the time-out, of whatever stream something came then', () => {
    expect(recordsOf([frame(0, 'a\n'), frame(1000, ' in time\n'), frame(2001, ' late\n')])).toEqual([
      'a\n in time',
      ' late',
    ])
    expect(recordsOf([frame(0, 'a\n'), frame(1001, 'b\n', 2), frame(1001, 'c\n')])).toEqual(['a', 'b', 'c'])
  })

  test('up to the limits, which are told', () => {
    const reader = createReader(OPTIONS)
    read(reader, [frame(0, 'a\n'), ...Array.from({ length: 5 }, (_, n) => frame(n, ` ${n}\n`))])
    expect(taken(reader)).toEqual(['a\n 0\n 1\n 2'])
    expect(reader.takeNotices()).toEqual([{ kind: 'multiline_limit', lines: 1 }])
    const long = ` ${'x'.repeat(40)}\n`
    expect(recordsOf([frame(0, 'a\n'), frame(0, long), frame(0, long)])).toEqual([
      `a\n${long.trimEnd()}`,
      long.trimEnd(),
    ])
  })

  test('when they are whole: a line in pieces is one line', () => {
    expect(recordsOf([frame(0, 'a\n'), frame(1, ' b'), frame(1, 'c\n'), frame(2, 'd\n')])).toEqual([
      'a\n bc',
      'd',
    ])
  })
})

describe('a record that is begun', () => {
  test('is a part of the position: it goes on after a restart', () => {
    const log = [frame(0, 'a\n'), frame(1, ' 1\n'), frame(2, ' 2\n'), frame(3, 'b\n')]
    for (let saved = 0; saved <= log.length; saved++) {
      const reader = createReader(OPTIONS)
      read(reader, log.slice(0, saved))
      const before = taken(reader)
      const resumed = createReader({ ...OPTIONS, position: restored(reader.position) })
      read(resumed, log)
      expect([...before, ...taken(resumed)]).toEqual(['a\n 1\n 2'])
    }
  })

  test('is complete under another rule, in a new epoch, also under none', () => {
    const reader = createReader(OPTIONS)
    read(reader, [frame(0, 'a\n'), frame(1, ' 1\n')])
    const position = restored(reader.position)
    const other = new MultilineRule(MULTILINE_PRESETS.indented, { ...LIMITS, maxLines: 9 })
    for (const multiline of [other, null]) {
      const resumed = createReader({ ...OPTIONS, stages: { multiline }, position })
      expect(resumed.position.epoch).toBe(1)
      expect(taken(resumed)).toEqual(['a\n 1'])
    }
  })

  test('is complete when nothing came for the time-out, and is delivered once that is on disk', () => {
    const reader = createReader(OPTIONS)
    read(reader, [frame(0, 'a\n'), frame(1, 'b\n', 2), frame(2, ' 1\n')])
    expect(reader.dueMs).toBeNull()
    reader.tick(100.25)
    expect(reader.dueMs).toBe(1100.25)
    reader.tick(1100)
    expect([taken(reader), reader.awaitsSave]).toEqual([[], false])
    reader.tick(1100.25)
    expect(reader.dueMs).toBeNull()
    expect(taken(reader)).toEqual([])
    expect(reader.awaitsSave).toBe(true)
    expect(reader.takeNotices()).toEqual([{ kind: 'multiline_silence', lines: 2 }])
    reader.saved()
    expect(taken(reader)).toEqual(['b', 'a\n 1'])
  })

  test('that was decided to be complete stays so after a crash, whatever has come meanwhile', () => {
    const reader = createReader(OPTIONS)
    const log = [frame(0, 'a\n'), frame(1, ' 1\n')]
    read(reader, log)
    reader.tick(0)
    reader.tick(1000)
    const position = restored(parseContainerPosition(JSON.parse(JSON.stringify(reader.take()!.position))))
    const resumed = createReader({ ...OPTIONS, position })
    expect(taken(resumed)).toEqual(['a\n 1'])
    read(resumed, [...log, frame(2, ' late\n'), frame(3, 'b\n')])
    expect(taken(resumed)).toEqual([' late'])
  })

  test('waits for the rest of a line of its stream that has begun to come', () => {
    const reader = createReader(OPTIONS)
    read(reader, [frame(0, 'a\n'), frame(1, ' b')])
    reader.tick(0)
    reader.tick(5000)
    expect([taken(reader), reader.awaitsSave]).toEqual([[], false])
    expect(reader.dueMs).toBeNull()
  })

  test('is not taken for complete because its log was not read for long', () => {
    const reader = createReader(OPTIONS)
    const log = [frame(0, 'a\n'), frame(1, ' 1\n')]
    read(reader, log)
    reader.tick(0)
    // What is to be followed is read in a snapshot first.
    while (!reader.open('follow').follow) {
      for (const one of log) reader.push(one)
      reader.end()
    }
    for (const one of log) reader.push(one)
    reader.tick(60_000)
    expect([taken(reader), reader.awaitsSave]).toEqual([[], false])
    reader.tick(61_000)
    expect([taken(reader), reader.awaitsSave]).toEqual([[], true])
  })
})

describe('a record that is begun when the collector stops', () => {
  const INDENTED_LINES = { multiline: { continues: /^\s/ }, resyncIntervalMs: 1000 }

  test('goes on with the next one, in one record', async () => {
    const rig = new MonitorRig({ format: 'json', monitor: INDENTED_LINES })
    const web = rig.add('web', { behaviour: { kind: 'silent' } })
    await rig.start()
    web.write('stdout', 'error\n  at a\n')
    await rig.advance(300)
    await rig.stop()
    expect(rig.records(web)).toEqual([])
    rig.newProcess()
    web.write('stdout', '  at b\n')
    await rig.start()
    await rig.advance(5000)
    expect(rig.records(web).map(({ line }) => line)).toEqual(['error\n  at a\n  at b'])
    await rig.stop()
  })

  test('is delivered when its container is gone by the next start', async () => {
    const rig = new MonitorRig({ monitor: INDENTED_LINES })
    const web = rig.add('web', { behaviour: { kind: 'silent' } })
    await rig.start()
    web.write('stdout', 'error\n  at a\n')
    await rig.advance(300)
    await rig.stop()
    rig.stopContainer('web')
    rig.world.engine.remove('web')
    rig.add('other')
    rig.newProcess()
    await rig.start()
    await rig.advance(10_000)
    expect(rig.lines(web)).toEqual(['error', '  at a'])
    await rig.stop()
  })

  test('is delivered at the end of its container, which is waited for no longer than a checkpoint takes', async () => {
    const rig = new MonitorRig({ monitor: INDENTED_LINES })
    const web = rig.add('web', { behaviour: { kind: 'silent' } })
    await rig.start()
    web.write('stdout', 'error\n  at a\n')
    await rig.advance(100)
    rig.stopContainer('web')
    await rig.advance(1500)
    expect(rig.lines(web)).toEqual(['error', '  at a'])
    await rig.stop()
    expect(rig.complaints()).toEqual([])
  })
})

/** The lines that do not go on with the one before them. */
function beginnings(pattern: LinePattern, text: string): string[] {
  const rule = new MultilineRule(pattern, LIMITS)
  return text.split('\n').filter((line) => !rule.continues(Buffer.from(line), 0, Buffer.byteLength(line)))
}

describe('a preset', () => {
  test.each([
    [
      'java',
      `09:00 ERROR broken
java.lang.IllegalStateException: no
\tat com.example.Main.run(Main.java:12)
\t... 3 more
Caused by: java.io.IOException: gone
\tat com.example.Main.read(Main.java:3)
09:01 INFO on`,
      ['09:00 ERROR broken', 'java.lang.IllegalStateException: no', '09:01 INFO on'],
    ],
    [
      'python',
      `ERROR broken
Traceback (most recent call last):
  File "main.py", line 3, in <module>
    run()
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "main.py", line 5, in <module>
requests.exceptions.ConnectionError: no
INFO on`,
      ['ERROR broken', 'INFO on'],
    ],
    [
      'go',
      `panic: runtime error: index out of range [3] with length 1

goroutine 1 [running]:
main.(*server).run(0xc000010000, 0x3)
\t/app/main.go:12 +0x1d
main.main()
\t/app/main.go:5 +0x2a
created by net/http.(*Server).Serve in goroutine 1
exit status 2
2026/01/01 on`,
      ['panic: runtime error: index out of range [3] with length 1', '2026/01/01 on'],
    ],
  ] as const)('%s joins what belongs to a stack trace', (name, lines, begin) => {
    expect(beginnings(MULTILINE_PRESETS[name], lines)).toEqual(begin)
  })
})
