import { EventEmitter } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
// oxlint-disable-next-line import/no-unassigned-import -- adds the matcher
import '../vitest.ts'
import { assertChecked, assertNoLeaks, LeakError } from './assert-no-leaks.ts'
import { findLeaks } from './find-leaks.ts'
import { completeLeakOptions, type LeakOptions } from './leak-options.ts'
import { toLeakReport } from './leak-report.ts'
import type { FoundLeak } from './leak.ts'

const FILE = import.meta.filename
const quick: LeakOptions = { settleMs: 20 }

/** A block that opens a file; the test closes it. */
function leak(): void {
  const descriptor = openSync(FILE, 'r')
  onTestFinished(() => closeSync(descriptor))
}

function found(more: Partial<FoundLeak> = {}): FoundLeak {
  return {
    kind: 'timer',
    what: 'timeout of 5 ms',
    detail: '',
    openedBy: ['a.ts:1:2', 'b.ts:3:4'],
    round: 0,
    ...more,
  }
}

/** What the watch replaces or adds to. */
function shared(): unknown[] {
  return [
    openSync,
    Reflect.get(EventEmitter.prototype, 'on'),
    Reflect.get(EventTarget.prototype, 'addEventListener'),
    process.listenerCount('warning'),
  ]
}

const report = (each: FoundLeak[], options?: LeakOptions): string =>
  toLeakReport(each, [], completeLeakOptions(options)).text

describe('a report', () => {
  test('names what leaked, where it was opened and what called that', () => {
    expect(report([found()])).toBe(
      'Left open:\n  timer: timeout of 5 ms, opened at a.ts:1:2\n    called from b.ts:3:4',
    )
  })

  test('counts what one line opened, and tells the first five apart', () => {
    const sockets = Array.from({ length: 7 }, (_, each) =>
      found({
        kind: 'socket',
        what: 'connection to b',
        detail: `descriptor ${each}`,
        openedBy: ['a.ts:1:2'],
      }),
    )
    const lines = report(sockets).split('\n')
    expect(lines[1]).toBe('  socket: 7 x connection to b, opened at a.ts:1:2')
    expect(lines.slice(2)).toEqual([
      ...[0, 1, 2, 3, 4].map((each) => `    descriptor ${each}`),
      '    and 2 more',
    ])
  })

  test('says when the place is not known', () => {
    expect(report([found({ openedBy: [] })])).toContain('opened at an unknown place')
  })

  test('leaves out what comes with a connection of the same line', () => {
    const connection = found({ kind: 'socket', what: 'connection' })
    const listener = found({ kind: 'listener', what: 'listener' })
    expect(report([connection, listener])).not.toContain('listener')
    expect(report([connection, { ...listener, openedBy: ['a.ts:2:2'] }])).toContain('listener')
  })

  test('leaves out what is to be ignored, by a part of its line or by a pattern', () => {
    expect(report([found()], { ignore: ['a.ts'] })).toBe('Nothing was left open.')
    expect(report([found()], { ignore: [/^timer: .* of \d+ ms/] })).toBe('Nothing was left open.')
    expect(report([found()], { ignore: ['c.ts', /^socket/] })).toContain('a.ts:1:2')
  })

  test('of several rounds has only what was left open in each', () => {
    const twice = [found(), found({ round: 1 })]
    expect(report(twice, { rounds: 3 })).toBe('Nothing was left open.')
    expect(report([...twice, found({ round: 2 })], { rounds: 3 })).toContain('in each of 3 rounds')
  })

  test('says what this system does not show', () => {
    const unchecked = [{ kind: 'descriptor', reason: 'no list of them' }] as const
    const { text } = toLeakReport([], unchecked, completeLeakOptions())
    expect(text).toBe('Nothing was left open.\nnot looked for: descriptor (no list of them)')
  })
})

describe('options', () => {
  for (const [options, message] of [
    [{ settleMs: -1 }, 'Cannot use settleMs -1: it is 0 or more'],
    [{ rounds: 0 }, 'Cannot use rounds 0: it is 1 or more'],
    [{ warmUpRounds: 0.5 }, 'Cannot use warmUpRounds 0.5: it is a whole number'],
  ] as const) {
    test(`${JSON.stringify(options)} are refused`, async () => {
      await expect(findLeaks(leak, options)).rejects.toThrow(message)
    })
  }

  test('a kind that was not asked for is not reported', async () => {
    await expect(leak).toLeakNothing({ ...quick, kinds: ['timer', 'socket'] })
  })
})

describe('findLeaks', () => {
  test('throws what the block throws, and watches the next one', async () => {
    await expect(findLeaks(() => Promise.reject(new Error('mine')), quick)).rejects.toThrow('mine')
    expect((await findLeaks(leak, quick)).leaks).toHaveLength(1)
  })

  test('refuses to watch two blocks at once', async () => {
    await expect(findLeaks(() => findLeaks(leak))).rejects.toThrow(
      'Cannot watch for leaks: another block is being watched',
    )
  })

  test('finds the time by itself while timers are faked', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    expect((await findLeaks(leak, quick)).leaks).toHaveLength(1)
  })

  test('leaves what it replaced as it was', async () => {
    const before = shared()
    await findLeaks(() => {})
    expect(shared()).toEqual(before)
  })
})

describe('assertNoLeaks', () => {
  test('throws the report', async () => {
    const error: unknown = await assertNoLeaks(leak, quick).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LeakError)
    expect(String(error)).toMatch(/^LeakError: Left open:\n {2}descriptor: .*leak-report\.test\.ts/)
  })

  test('passes when nothing is left open', async () => {
    await assertNoLeaks(() => {}, quick)
  })
})

test('where descriptors cannot be seen, that nothing leaked is not claimed', () => {
  const unchecked = [{ kind: 'descriptor', reason: 'no list of them' }] as const
  expect(() => assertChecked(toLeakReport([], unchecked, completeLeakOptions()))).toThrow(
    'Cannot look for leaks of the kind descriptor: no list of them. Leave it out of "kinds" to do without.',
  )
})

describe('toLeakNothing', () => {
  test('passes when nothing is left open, and fails with the report', async () => {
    await expect(() => {}).toLeakNothing(quick)
    await expect(leak).not.toLeakNothing(quick)
    await expect(() => expect(leak).toLeakNothing(quick)).rejects.toThrow('Left open:')
  })

  test('is for functions', async () => {
    await expect(() => expect(Promise.resolve()).toLeakNothing()).rejects.toThrow('Cannot watch object')
  })
})
