import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { encodeFrame } from '../../../property-tests/models/stored-log.ts'
import type { ContainerReader } from './container-reader.ts'
import { createReader } from './create-reader.ts'
import { parseContainerPosition, type ContainerPosition } from './container-position.ts'
import {
  follow,
  frame,
  lines,
  OPTIONS,
  readAll,
  savedPosition,
  stamp,
  taken,
  text,
} from './reader.test-helper.ts'

/** Whether a log with 600 equal pieces of a line that was left within them is read once, all of it. @param before what it begins with */
function isGoneOnWith(before: readonly Buffer[], pieces: number): boolean {
  const piece = frame(100, 'x'.repeat(16))
  const stored = [...before, ...Array.from({ length: 600 }, () => piece), frame(100, 'end\n')]
  stored.push(...lines(101, 102))
  const options = { ...OPTIONS, maxLineBytes: 2 ** 24 }
  const reader = createReader(options)
  readAll(reader, stored.slice(0, before.length + pieces))
  const first = text(reader)
  const position = parseContainerPosition(JSON.parse(JSON.stringify(reader.position)))
  const later = createReader({ ...options, position })
  readAll(later, stored)
  return first + text(later) === Buffer.concat(stored.map((one) => one.subarray(39))).toString()
}

/** What a whole reply delivers. */
function poll(reader: ContainerReader, messages: readonly Buffer[]): string {
  for (const one of messages) reader.push(one)
  reader.end()
  return text(reader)
}

describe('ContainerReader', () => {
  test('a first connection asks for the whole log, a later one for little more than the ring', () => {
    const reader = createReader(OPTIONS)
    expect(reader.open('follow')).toEqual({ follow: true })
    for (const one of lines(1, 100)) reader.push(one)
    reader.cut()
    expect(reader.open('follow').tail).toBeLessThan(400)
  })

  test('a reply that begins behind the ring is asked for again, larger', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    for (const one of lines(1, 10)) reader.push(one)
    const { tail } = reader.open('follow')
    expect(reader.push(frame(5000, 'too late\n'))).toBe('reopen')
    expect(reader.open('follow').tail).toBeGreaterThan(tail! * 2)
  })

  test.for([
    [true, lines(104, 300)],
    [false, lines(300, 300)],
  ] as const)(
    'what a follow passed over while it was silent is read where the engine may do so (%s)',
    ([passesOver, expected]) => {
      const reader = createReader({ ...OPTIONS, passesOver })
      reader.open('follow')
      for (const one of lines(1, 100)) reader.push(one)
      reader.open('follow')
      for (const one of lines(51, 100)) reader.push(one)
      for (const n of [101, 102, 103]) follow(reader, lines(n, n)[0]!, lines(1, n))
      while (text(reader) !== '');
      reader.wasSilent()
      expect(follow(reader, lines(300, 300)[0]!, lines(1, 300))).toBe('aligned')
      expect(text(reader)).toBe(expected.map((one) => /line \d+\n/.exec(String(one))![0]).join(''))
    },
  )

  test('what a follow passes over that was not read is read from snapshots, and what it passes over once more meanwhile', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    for (const one of lines(1, 100)) reader.push(one)
    reader.open('follow')
    for (const one of lines(51, 100)) reader.push(one)
    for (const n of [101, 102, 103]) follow(reader, lines(n, n)[0]!, lines(1, n))
    while (text(reader) !== '');
    reader.wasHeldUp()
    expect(follow(reader, lines(104, 104)[0]!, lines(1, 200))).toBe('aligned')
    expect(follow(reader, lines(300, 300)[0]!, lines(1, 300))).toBe('aligned')
    expect(follow(reader, lines(301, 301)[0]!, [])).toBe('aligned')
    expect(text(reader)).toBe(Buffer.concat(lines(104, 301).map((one) => one.subarray(39))).toString())
  })

  test.for([10, 49, 50, 51, 60, 500])(
    'a line of equal pieces that is left after piece %i of 600 is found again at that piece',
    (pieces) => {
      const before = [...lines(1, 99), frame(100, 'first'.padEnd(16))]
      expect(isGoneOnWith(before, pieces)).toBe(true)
    },
  )

  test.for([2, 10, 49, 50, 51, 60, 500])(
    'a log that begins with 600 equal pieces, left after piece %i, is gone on with at that piece',
    (pieces) => {
      expect(isGoneOnWith([], pieces)).toBe(true)
    },
  )

  test('a log that begins within the ring and does not go on behind it is a gap, told once, and all behind it is read', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    for (const one of lines(1, 100)) reader.push(one)
    text(reader)
    const stored = [...lines(70, 90), ...lines(200, 220)]
    const opens = readAll(reader, stored)
    expect(opens).toBeLessThan(12)
    expect(text(reader)).toBe(Buffer.concat(lines(200, 220).map((one) => one.subarray(39))).toString())
    expect(reader.takeNotices()).toEqual([{ kind: 'gap', after: stamp(100) }])
    expect(reader.position.epoch).toBe(1)
  })

  test('a log of which a follower passed over the middle is a gap once, and what comes later is read', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    for (const one of [...lines(1, 25), ...lines(53, 61)]) reader.push(one)
    text(reader)
    const stored = lines(27, 61)
    readAll(reader, stored)
    expect(reader.takeNotices()).toMatchObject([{ kind: 'gap' }])
    readAll(reader, stored)
    readAll(reader, [...stored, ...lines(62, 62)])
    expect(text(reader)).toBe('line 62\n')
    expect(reader.takeNotices()).toEqual([])
  })

  test('whatever stands for a stamp that has the form of one, the position behind it can be read, and reading goes on', () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 19, maxLength: 19 })
    const moment = fc.oneof(fc.constantFrom('2016-12-31T23:59:60', '2026-13-01T00:00:00'), ascii)
    fc.assert(
      fc.property(moment, fc.boolean(), (seconds, isPolled) => {
        const stored = ['one\n', 'two\n', 'open'].map((data) =>
          encodeFrame({
            stream: 1,
            stamp: `${seconds}.000000001Z`,
            data: Buffer.from(data),
            lineStart: true,
          }),
        )
        const read = (position?: ContainerPosition): [string, ContainerPosition] => {
          const reader = createReader({ ...OPTIONS, poll: isPolled, ...(position && { position }) })
          readAll(reader, stored)
          return [taken(reader), savedPosition(reader)]
        }
        const [first, position] = read()
        expect([first, read(position)[0]]).toEqual(['one\ntwo\n', ''])
      }),
    )
  })

  describe('where a follower passed over the middle of a log that was rotated since', () => {
    let reader: ContainerReader

    beforeEach(() => {
      reader = createReader(OPTIONS)
      readAll(reader, lines(1, 256))
      reader.open('follow')
      for (const one of lines(1, 256)) reader.push(one)
      // Two snapshots beside it, and what it sends is taken as it comes.
      for (const n of [257, 258]) follow(reader, lines(n, n)[0]!, lines(1, n))
      for (const one of lines(388, 406)) reader.push(one)
      while (text(reader) !== '');
    })

    test('fewer messages than are asked for are no sign of one that cannot be read', () => {
      readAll(reader, lines(130, 407))
      expect(text(reader)).toBe('line 407\n')
      expect(reader.takeNotices()).toMatchObject([{ kind: 'gap' }])
      readAll(reader, lines(130, 408))
      expect(text(reader)).toBe('line 408\n')
      expect(reader.takeNotices()).toEqual([])
    })

    test('nor are they where it is rotated again at each look', () => {
      readAll(reader, lines(130, 460))
      while (text(reader) !== '');
      reader.takeNotices()
      for (let first = 231, state = 'reopen'; state === 'reopen'; first++) {
        const { tail } = reader.open('snapshot')
        const stored = lines(first, 461)
        for (const one of stored.slice(-(tail ?? stored.length))) reader.push(one)
        state = reader.end()
      }
      expect(text(reader)).toBe('line 461\n')
      expect(reader.takeNotices()).toEqual([])
    })
  })

  test('what follows a gap is read once, though the reply that brings it is cut', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    for (const one of lines(1, 60)) reader.push(one)
    const stored = lines(100, 200)
    while (reader.takeNotices().length === 0) {
      reader.open('snapshot')
      for (const one of stored) reader.push(one)
      reader.end()
    }
    text(reader)
    reader.open('snapshot')
    for (const one of stored.slice(0, 30)) reader.push(one)
    reader.cut()
    readAll(reader, stored)
    expect(text(reader)).toBe(Buffer.concat(stored.map((one) => one.subarray(39))).toString())
  })

  test('where nothing that was delivered is stored, everything is new, whatever its stamp', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    for (const one of lines(1000, 1060)) reader.push(one)
    text(reader)
    readAll(reader, lines(1, 50))
    expect(text(reader)).toBe(Buffer.concat(lines(1, 50).map((one) => one.subarray(39))).toString())
    expect(reader.takeNotices()).toEqual([{ kind: 'gap', after: stamp(1060) }])
  })

  test('another length at which lines are cut begins another epoch, a block ends with its epoch, and ordinals go on', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    for (const one of lines(1, 3)) reader.push(one)
    const before = reader.take()!
    const position = parseContainerPosition(JSON.parse(JSON.stringify(before.position)))
    const resumed = createReader({ ...OPTIONS, maxLineBytes: 32, position })
    readAll(resumed, lines(1, 4))
    expect(resumed.take()).toMatchObject({ epoch: before.epoch + 1, firstRecord: 3 })
  })

  test('a followed log that skips what was rotated meanwhile has it from a snapshot, in order', () => {
    const reader = createReader(OPTIONS)
    readAll(reader, lines(1, 60))
    text(reader)
    reader.open('follow')
    const sent = [...lines(1, 70), ...lines(90, 100)]
    for (const one of sent)
      follow(reader, one, lines(1, Math.max(72, Number(/line (\d+)/.exec(one.toString())![1]))))
    expect(text(reader)).toBe(Buffer.concat(lines(61, 100).map((one) => one.subarray(39))).toString())
    expect(reader.takeNotices()).toEqual([])
  })

  test('a log whose end cannot be asked for, since it was emptied, is read as a whole, and once', () => {
    const reader = createReader(OPTIONS)
    readAll(reader, lines(1, 60))
    text(reader)
    readAll(reader, (tail) => (tail === undefined ? lines(80, 180) : []), 10)
    expect(text(reader)).toBe(Buffer.concat(lines(80, 180).map((one) => one.subarray(39))).toString())
    expect(reader.takeNotices()).toHaveLength(1)
    expect(reader.open('follow')).toEqual({ follow: false })
  })

  test('a log of which somebody took the newest messages is read on, once, and not for ever', () => {
    for (const [total, step] of [
      [60, 3],
      [140, 7],
      [1000, 200],
    ] as const) {
      for (let left = total - 1; left > 0; left -= step) {
        const reader = createReader({ ...OPTIONS, maxLineBytes: 2 ** 20 })
        readAll(reader, lines(1, total))
        while (text(reader) !== '');
        const stored = lines(1, left)
        expect(readAll(reader, stored, 200)).toBeLessThanOrEqual(100)
        stored.push(...lines(total + 3, total + 10))
        readAll(reader, stored)
        const behind = Buffer.concat(lines(total + 3, total + 10).map((one) => one.subarray(39)))
        expect([total, left, text(reader)]).toEqual([total, left, behind.toString()])
        expect(readAll(reader, stored)).toBe(1)
        expect(reader.takeNotices().length).toBeLessThanOrEqual(2)
      }
    }
  })

  test('what lies behind a record at which every reply ends is read from behind, after a gap', () => {
    const reader = createReader(OPTIONS)
    const [before, behind] = [lines(1, 149), lines(151, 300)]
    const reply = (tail: number | undefined): Buffer[] => {
      if (tail !== undefined && tail <= behind.length) return behind.slice(-tail)
      return tail === undefined ? before : before.slice(-(tail - behind.length - 1))
    }
    const read = (): void => {
      for (let opens = 0; opens < 30; opens++) {
        const { tail } = reader.open('snapshot')
        for (const one of reply(tail)) reader.push(one)
        if (reader.end() !== 'reopen') return
      }
      throw new Error('the reader asks for ever')
    }
    read()
    expect(reader.look(reply(1))).toBe('nothing')
    let delivered = ''
    for (let block = reader.take(); block !== undefined; block = reader.take())
      delivered += Buffer.from(block.bytes).toString()
    expect(delivered.split('\n').slice(0, -1)).toEqual(
      [...before, ...behind].map((one) => one.subarray(39).toString().trim()),
    )
    expect(reader.takeNotices()).toEqual([{ kind: 'gap', after: stamp(149) }])
  })

  test('a log without the ring is a gap: said, and resumed at the first newer stamp', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    for (const one of lines(1, 60)) reader.push(one)
    text(reader)
    let state = 'reopen'
    for (let opens = 0; state === 'reopen' && opens < 10; opens++) {
      reader.open('snapshot')
      state = 'aligning'
      for (const one of lines(100, 110)) if (state !== 'reopen') state = reader.push(one)
      if (state !== 'reopen') state = reader.end()
    }
    expect(state).toBe('aligned')
    expect(text(reader)).toBe(Buffer.concat(lines(100, 110).map((one) => one.subarray(39))).toString())
    expect(reader.takeNotices()).toEqual([{ kind: 'gap', after: stamp(60) }])
  })

  test('from now: what exists is not delivered, and nothing that comes later is lost', () => {
    const reader = createReader({ ...OPTIONS, from: 'now' })
    expect(reader.open('follow')).toEqual({ follow: false, tail: 50 })
    for (const one of lines(1, 50)) reader.push(one)
    expect(reader.end()).toBe('reopen')
    expect(text(reader)).toBe('')
    reader.open('follow')
    for (const one of lines(1, 53)) follow(reader, one, lines(1, 53))
    expect(text(reader)).toBe('line 51\nline 52\nline 53\n')
  })

  test('an error message of the engine ends the stream after what came before it', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    const error = Buffer.from([3, 0, 0, 0, 0, 0, 0, 4, ...Buffer.from('boom')])
    expect(() => reader.push(Buffer.concat([frame(1, 'good\n'), error]))).toThrow('The engine reported: boom')
    expect(text(reader)).toBe('good\n')
  })

  test('a longer line than allowed becomes several, and says so', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    reader.push(frame(1, `${'x'.repeat(150)}\n`))
    expect(text(reader)).toBe(`${'x'.repeat(64)}\n${'x'.repeat(64)}\n${'x'.repeat(22)}\n`)
    expect(reader.takeNotices()).toEqual([{ kind: 'cut' }])
  })

  test('an open line is kept in the position, and written once after a restart', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    reader.push(frame(1, 'first half, '))
    expect(text(reader)).toBe('')
    const position = parseContainerPosition(JSON.parse(JSON.stringify(reader.position)))
    const resumed = createReader({ ...OPTIONS, position })
    resumed.open('follow')
    const stored = [frame(1, 'first half, '), frame(1, 'second half\n')]
    follow(resumed, Buffer.concat(stored), stored)
    expect(text(resumed)).toBe('first half, second half\n')
  })

  test('equal chunks of one long line are no replay, and a chunk that is sent again within an open line is one', () => {
    const parts = ['aaaa', 'aaaa', 'aaaa', 'aaaa\n'].map((part) => frame(1, part))
    const written = createReader({ ...OPTIONS, maxLineBytes: 1000 })
    written.open('follow')
    parts.forEach((part, index) => follow(written, part, parts.slice(0, index + 1)))
    expect(text(written)).toBe(`${'a'.repeat(16)}\n`)
    expect(written.takeNotices()).toEqual([])
    const again = createReader({ ...OPTIONS, maxLineBytes: 1000 })
    again.open('follow')
    const stored = [frame(1, 'aaaa'), frame(1, 'end\n')]
    follow(again, stored[0]!, stored.slice(0, 1))
    follow(again, stored[0]!, stored.slice(0, 1))
    follow(again, stored[1]!, stored)
    expect(text(again)).toBe('aaaaend\n')
    expect(again.takeNotices()).toEqual([{ kind: 'replay', messages: 1 }])
  })

  test('with a TTY the carriage return goes, and what is glued to an unterminated line is its own line', () => {
    const tty = { ...OPTIONS, tty: true }
    const reader = createReader(tty)
    reader.open('follow')
    reader.push(Buffer.from(`${stamp(1)} one\r\n${stamp(2)} prompt> `))
    expect(reader.end()).toBe('aligned')
    reader.flush()
    expect(text(reader)).toBe('one\nprompt> \n')
    reader.open('snapshot')
    reader.push(Buffer.from(`${stamp(1)} one\r\n${stamp(2)} prompt> ${stamp(3)} again\r\n`))
    expect(text(reader)).toBe('again\n')
  })

  describe('polled', () => {
    test('equal lines of one second are lines, each delivered once; the last of a reply, which may be cut short, with the next', () => {
      const reader = createReader({ ...OPTIONS, poll: true })
      const polls = [1, 3, 3, 6].map((count) => {
        reader.open('snapshot')
        return poll(
          reader,
          Array.from({ length: count }, () => frame(1, '\n')),
        )
      })
      expect(polls).toEqual(['', '\n\n', '\n', '\n\n'])
    })

    test('where no reply follows, the last line is delivered all the same, and not again after a new start', () => {
      const reader = createReader({ ...OPTIONS, poll: true })
      reader.open('snapshot')
      expect(poll(reader, lines(1, 3))).toBe('line 1\nline 2\n')
      reader.open('snapshot')
      reader.flush()
      expect(text(reader)).toBe('line 3\n')
      reader.open('snapshot')
      expect(poll(reader, lines(1, 5))).toBe('line 4\n')
    })

    test('a reply that breaks off has what came whole', () => {
      const reader = createReader({ ...OPTIONS, poll: true })
      reader.open('snapshot')
      for (const one of lines(1, 3)) reader.push(one)
      reader.cut()
      reader.flush()
      expect(text(reader)).toBe('line 1\nline 2\nline 3\n')
    })

    test('a reply is trusted up to the last line but one of those that were asked for', () => {
      const reader = createReader({ ...OPTIONS, poll: true })
      reader.open('snapshot')
      poll(reader, lines(1, 1000))
      const { tail } = reader.open('snapshot')
      const first = 950
      const delivered = poll(reader, lines(first, first + tail! + 4))
      expect(delivered.split('\n').at(-2)).toBe(`line ${first + tail! - 2}`)
    })

    test('an engine that joins the pieces of the last lines is always asked for the whole log', () => {
      for (const from of ['start', 'now'] as const) {
        const reader = createReader({ ...OPTIONS, poll: true, tail: false, from })
        for (let turn = 0; turn < 3; turn++) {
          expect(reader.open('snapshot')).toEqual({ follow: false })
          poll(reader, lines(1, 1000))
        }
      }
    })

    test('what a terminal wrote comes in frames: pieces of a line are joined whatever they say', () => {
      const reader = createReader({ ...OPTIONS, tty: true, poll: true })
      reader.open('snapshot')
      const chunks = [frame(1, 'part '), frame(2, `${stamp(2)} `), frame(3, 'rest\r\n')]
      expect(poll(reader, [...chunks, frame(4, 'next\r\n')])).toBe(`part ${stamp(2)} rest\n`)
    })

    test('a line whose chunks were not written within one second is one line', () => {
      const reader = createReader({ ...OPTIONS, poll: true })
      reader.open('snapshot')
      const chunks = [frame(1, 'one '), frame(1, 'err\n', 2), frame(2, 'two '), frame(3, 'three\n')]
      expect(poll(reader, [...chunks, frame(4, 'next\n')])).toBe('err\none two three\n')
    })

    test('a position that was saved before equal lines were counted is found by its last messages, in the whole log, once', () => {
      const before = createReader(OPTIONS)
      before.open('snapshot')
      poll(before, lines(1, 300))
      const position = parseContainerPosition(JSON.parse(JSON.stringify(before.position)))
      const reader = createReader({ ...OPTIONS, poll: true, position })
      expect(reader.open('snapshot')).toEqual({ follow: false })
      expect(poll(reader, lines(1, 300))).toBe('')
      expect(reader.open('snapshot').tail).toBeLessThan(300)
      expect(poll(reader, lines(210, 302))).toBe('line 301\n')
    })
  })

  test('a position that was tampered with is refused with what is wrong', () => {
    expect(() => parseContainerPosition({ records: -1 })).toThrow(/records/)
  })
})
