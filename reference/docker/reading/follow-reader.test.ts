import { describe, expect, test } from 'vitest'
import { LineFilter } from '../stages/line-filter.ts'
import { MULTILINE_PRESETS, MultilineRule } from '../stages/multiline-rule.ts'
import type { ContainerReader, ContainerReaderOptions } from './container-reader.ts'
import { createReader } from './create-reader.ts'
import {
  contentOf,
  follow,
  frame,
  lines,
  OPTIONS,
  prove,
  readAll,
  type Reply,
  savedPosition,
  stamp,
  taken,
} from './reader.test-helper.ts'

const ERROR = Buffer.from([3, 0, 0, 0, 0, 0, 0, 4, ...Buffer.from('boom')])
/** What is asked for besides the ring, messages. */
const MARGIN = 256

/** A reader that was sent these lines by its first follow, one by one. */
function readerOf(
  messages: readonly Buffer[],
  options: Partial<ContainerReaderOptions> = {},
): ContainerReader {
  const reader = createReader({ ...OPTIONS, ...options })
  reader.open('follow')
  for (const one of messages) reader.push(one)
  taken(reader)
  return reader
}

/** One whose second follow has come to the place. The follow was asked for 310 messages, of which 100 came. */
function following(options: Partial<ContainerReaderOptions> = {}): ContainerReader {
  const reader = readerOf(lines(1, 100), options)
  expect(reader.open('follow')).toStrictEqual({ follow: true, tail: 50 + 4 + MARGIN })
  for (const one of lines(1, 100)) reader.push(one)
  expect(reader.aligned).toBe(true)
  return reader
}

/** Equal pieces of a line. */
const pieces = (count: number): Buffer[] => Array.from({ length: count }, () => frame(1, 'x'))

/** A snapshot whose reply is exactly this. */
function reply(reader: ContainerReader, messages: readonly Buffer[]): string {
  reader.open('snapshot')
  for (const one of messages) reader.push(one)
  return reader.end()
}

/** Snapshots are answered with the whole log until the log is followed. */
function followAgain(reader: ContainerReader, stored: readonly Buffer[]): number | undefined {
  for (let opens = 0; opens < 10; opens++) {
    const request = reader.open('follow')
    for (const one of stored.slice(-(request.tail ?? stored.length))) reader.push(one)
    if (request.follow) return request.tail
    expect(reader.end()).toBe('reopen')
  }
  throw new Error('the log is never followed')
}

/** A reader that asks for the whole log next. */
function askingForAll(read: readonly Buffer[]): ContainerReader {
  const reader = readerOf(read)
  reader.open('snapshot')
  reader.unanswered()
  return reader
}

/** Follows the first hundred lines and some that no snapshot has; what comes of it. */
function followUnstored(reader: ContainerReader, messages: readonly Buffer[] = lines(101, 101)): string {
  followAgain(reader, lines(1, 100))
  expect(reader.push(Buffer.concat([...messages]))).toBe('doubt')
  prove(reader, lines(1, 100))
  return reader.resume('read')
}

/** After an error the end of the log is looked at, of which nothing comes. */
function searchInVain(reader: ContainerReader): void {
  reader.open('snapshot')
  expect(() => reader.push(ERROR)).toThrow('boom')
  const tails: (number | undefined)[] = []
  while (tails.at(-1) !== 1) {
    tails.push(reader.open('snapshot').tail)
    expect(reader.end()).toBe('reopen')
  }
  expect(tails.length).toBeGreaterThan(5)
}

/** What an engine answers that ends every reply at a record that it cannot read, line 150. */
function spoiltAt150(last: number): Reply {
  const [before, behind] = [lines(1, 149), lines(151, last)]
  return (tail) => {
    if (tail !== undefined && tail <= behind.length) return behind.slice(-tail)
    return tail === undefined ? before : before.slice(-(tail - behind.length - 1))
  }
}

/** Opens connections until one is to deliver what lies behind that record: the same as was measured before. */
function openDelivery(reader: ContainerReader, last: number): void {
  const answer = spoiltAt150(last)
  for (let before: number | undefined; ;) {
    const { tail } = reader.open('snapshot')
    if (tail === last - 150 && tail === before) return
    before = tail
    for (const one of answer(tail)) reader.push(one)
    expect(reader.end()).toBe('reopen')
  }
}

/** A reader that has delivered what lies behind it. */
function readerBehind(last: number): ContainerReader {
  const reader = createReader(OPTIONS)
  readAll(reader, spoiltAt150(last))
  expect(taken(reader)).toBe(contentOf([...lines(1, 149), ...lines(151, last)]))
  return reader
}

describe('the first connection', () => {
  test.for([
    [{}, true],
    [{ wasThere: true }, false],
    [{ wasThere: true, position: readerOf(lines(1, 3)).position }, true],
    [{ position: readerOf(lines(1, 3)).position }, true],
  ] as const)('follows but where the log may be damaged and nothing of it was read: %j', ([options, is]) => {
    const reader = createReader({ ...OPTIONS, ...options })
    expect(reader.open('follow').follow).toBe(is)
  })

  test('from now, it follows once what is there was passed over, whatever was there', () => {
    const reader = createReader({ ...OPTIONS, from: 'now', wasThere: true })
    expect([reader.primes, reader.endIsCertain]).toEqual([true, false])
    reader.open('follow')
    reader.push(lines(1, 1)[0]!)
    expect(reader.aligned).toBe(false)
    expect(reader.end()).toBe('reopen')
    expect(reader.primes).toBe(false)
    expect(reader.take()).toMatchObject({ firstRecord: 0, position: { cursor: { messages: 1 } } })
    expect(reader.open('follow').follow).toBe(true)
  })

  test('a position counts, and not that only what comes from now on is wanted', () => {
    const reader = createReader({ ...OPTIONS, from: 'now', position: readerOf(lines(1, 3)).position })
    expect(reader.primes).toBe(false)
  })

  test('what was written before a moment is passed over, and the moment is saved first', () => {
    const reader = createReader({ ...OPTIONS, since: stamp(2) })
    expect(reader.open('follow')).toStrictEqual({ follow: true })
    for (const one of lines(1, 3)) reader.push(one)
    expect([reader.awaitsSave, taken(reader), reader.awaitsSave]).toEqual([false, '', true])
    reader.saved()
    expect(reader.awaitsSave).toBe(false)
    expect(taken(reader)).toBe('line 2\nline 3\n')
  })

  test('one chunk of 200 messages is delivered at once', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    expect(reader.push(Buffer.concat(lines(1, 200)))).toBe('aligned')
  })

  test('a line is not continued by a chunk with another stamp', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    for (const one of [frame(1, 'open'), frame(2, 'next\n')]) reader.push(one)
    expect(taken(reader)).toBe('open\nnext\n')
    expect(reader.takeNotices()).toEqual([{ kind: 'orphan' }])
    expect(reader.takeNotices()).toEqual([])
  })

  test('records that were made before a new description carry the old one', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    reader.push(lines(1, 1)[0]!)
    reader.describe({ ...OPTIONS.source, name: 'other' })
    reader.push(lines(2, 2)[0]!)
    expect([reader.take(), reader.take()].map((block) => block?.source.name)).toEqual(['web', 'other'])
  })

  test('a message that is cut off is forgotten', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    const [one] = lines(1, 1)
    reader.push(one!.subarray(0, 20))
    reader.cut()
    reader.push(one!)
    expect(taken(reader)).toBe('line 1\n')
  })
})

describe('silence', () => {
  test('completes what is open, and counts anew from when the log is followed again', () => {
    const limits = { timeoutMs: 1000, maxLines: 4, maxBytes: 64 }
    const multiline = new MultilineRule(MULTILINE_PRESETS.indented, limits)
    const reader = createReader({ ...OPTIONS, stages: { multiline } })
    reader.open('follow')
    reader.push(lines(1, 1)[0]!)
    expect([reader.dueMs, reader.tick(5), reader.dueMs]).toEqual([null, false, 1005])
    reader.open('snapshot')
    expect(reader.dueMs).toBe(1005)
    reader.open('follow')
    expect(reader.dueMs).toBe(null)
    expect([reader.tick(2000), reader.tick(3000)]).toEqual([false, true])
  })
})

describe('a connection has come to the place', () => {
  test('where the last messages that were delivered have passed', () => {
    const reader = readerOf(lines(1, 100))
    reader.open('follow')
    expect([reader.aligned, reader.push(lines(51, 51)[0]!), reader.aligned]).toEqual([
      false,
      'aligning',
      false,
    ])
    const restarted = createReader({ ...OPTIONS, position: savedPosition(reader) })
    restarted.open('follow')
    expect(restarted.aligned).toBe(false)
  })

  test('not while the log is counted, and not where it ended with an error', () => {
    const reader = createReader(OPTIONS)
    expect(reply(reader, lines(1, 10))).toBe('reopen')
    expect(reader.aligned).toBe(true)
    expect(reader.open('follow')).toStrictEqual({ follow: false, tail: 10 })
    expect(reader.aligned).toBe(false)
    const failing = readerOf(lines(1, 3))
    expect(() => failing.push(ERROR)).toThrow('boom')
    expect(failing.aligned).toBe(false)
  })

  test('where nothing is stored', () => {
    const reader = readerOf([])
    readAll(reader, lines(1, 10))
    reader.open('follow')
    expect(reader.aligned).toBe(false)
    readAll(reader, [])
    expect([reader.aligned, reader.endIsKnown]).toEqual([true, true])
    expect(reader.takeNotices()).toEqual([])
  })

  test('not where an empty reply is no whole log', () => {
    const reader = readerOf(lines(1, 10))
    expect(reply(reader, [])).toBe('reopen')
    expect(reader.open('snapshot')).toStrictEqual({ follow: false })
    expect(reader.aligned).toBe(false)
  })
})

describe('how much is asked for', () => {
  test('more, where the log grows fast', () => {
    const reader = createReader(OPTIONS)
    reader.open('follow')
    reader.push(Buffer.concat(lines(1, 100)))
    expect(reader.open('follow').tail).toBe(50 + 4 * 100 + MARGIN)
  })

  test('a snapshot that brought much is followed by another one', () => {
    const reader = createReader(OPTIONS)
    readAll(reader, lines(1, 300))
    expect(reader.open('follow').follow).toBe(true)
    expect(reply(reader, lines(200, 600))).toBe('aligned')
    expect(reader.open('follow').follow).toBe(false)
    readAll(reader, lines(200, 600))
    expect(reader.open('follow').follow).toBe(true)
  })

  test('all of a log that holds less than the ring, and it is followed all the same', () => {
    const reader = createReader(OPTIONS)
    readAll(reader, lines(1, 60))
    readAll(reader, lines(55, 60))
    expect(reader.open('follow')).toStrictEqual({ follow: true })
    expect(
      lines(55, 60)
        .map((one) => reader.push(one))
        .at(-1),
    ).toBe('aligned')
    for (let n = 61; n < 104; n++) follow(reader, lines(n, n)[0]!, lines(55, n))
    expect(reader.open('follow')).toStrictEqual({ follow: true })
    for (const one of lines(55, 103)) reader.push(one)
    follow(reader, lines(104, 104)[0]!, lines(55, 104))
    expect(reader.open('follow').tail).toBeGreaterThan(50)
  })

  test('the end of a log that holds exactly the ring', () => {
    const reader = createReader(OPTIONS)
    readAll(reader, lines(1, 10))
    expect(reader.open('follow').tail).toBeGreaterThan(10)
  })

  test('all of a log that is lost, without following it', () => {
    const reader = createReader(OPTIONS)
    readAll(reader, lines(1, 60))
    readAll(reader, lines(55, 60))
    taken(reader)
    expect(reply(reader, lines(200, 300))).toBe('reopen')
    expect(reader.takeNotices()).toMatchObject([{ kind: 'gap' }])
    expect(reader.open('follow')).toStrictEqual({ follow: false })
  })

  test('more for a follow of which the place was missed, until a follow finds it', () => {
    const reader = following()
    reader.open('follow')
    expect(reader.push(frame(5000, 'too late\n'))).toBe('reopen')
    expect(followAgain(reader, lines(1, 100))).toBeGreaterThan(4 * MARGIN)
    expect(followAgain(reader, lines(1, 100))).toBeLessThan(2 * MARGIN)
  })

  test('more, and not all, where a reply of old stamps is as long as was asked for', () => {
    const reader = readerOf(lines(1001, 1100))
    const { tail } = reader.open('snapshot')
    for (const one of lines(1, tail!)) reader.push(one)
    expect(reader.end()).toBe('reopen')
    expect(reader.open('snapshot').tail).toBeGreaterThan(4 * MARGIN)
  })

  test('more, by a snapshot, where the follow is not trusted', () => {
    const reader = following()
    reader.distrust()
    expect(reader.open('follow')).toStrictEqual({ follow: false, tail: 50 + 4 * MARGIN })
  })

  test('again for a follow, once a snapshot came before it', () => {
    const reader = createReader(OPTIONS)
    readAll(reader, lines(1, 10))
    reader.distrust()
    expect(reader.open('follow').follow).toBe(false)
    for (const one of lines(1, 10)) reader.push(one)
    expect([reader.aligned, reader.end()]).toEqual([true, 'reopen'])
    expect(reader.open('follow').follow).toBe(true)
  })

  test('all, where the end of the log cannot be asked for, until that is answered again', () => {
    const reader = readerOf(lines(1, 60))
    const emptied = lines(80, 180)
    readAll(reader, (tail) => (tail === undefined ? emptied : []))
    expect(reader.endIsKnown).toBe(false)
    expect(reader.open('follow')).toStrictEqual({ follow: false })
    for (const one of emptied) reader.push(one)
    expect([reader.end(), reader.endIsKnown]).toEqual(['aligned', false])
    for (let opens = 0; !reader.endIsKnown && opens < 200; opens++) readAll(reader, emptied)
    expect(reader.endIsKnown).toBe(true)
  })
})

describe('a snapshot that is not answered', () => {
  test('of the whole log, or of which something came, cannot be asked for otherwise', () => {
    const reader = createReader(OPTIONS)
    reader.open('snapshot')
    expect([reader.unanswered(), reader.push(lines(1, 1)[0]!)]).toEqual([false, 'aligned'])
    reader.open('snapshot')
    reader.push(lines(1, 1)[0]!)
    expect([reader.unanswered(), reader.endIsKnown, reader.push(lines(2, 2)[0]!)]).toEqual([
      false,
      true,
      'aligned',
    ])
  })

  test('is asked for without an end of the log, and what comes of it after all is left', () => {
    const reader = readerOf(lines(1, 100))
    reader.open('snapshot')
    expect([reader.unanswered(), reader.endIsKnown]).toEqual([true, false])
    expect(reader.push(Buffer.concat(lines(1, 101)))).toBe('reopen')
    expect(taken(reader)).toBe('')
    expect(reader.open('snapshot')).toStrictEqual({ follow: false })
  })

  test('ends a count', () => {
    const reader = createReader(OPTIONS)
    reply(reader, lines(1, 100))
    expect(reader.open('snapshot').tail).toBe(100)
    expect(reader.unanswered()).toBe(true)
    expect(reader.open('snapshot')).toStrictEqual({ follow: false })
  })
})

describe('the last stored message', () => {
  test.for([
    [0, [], 'nothing'],
    [0, lines(1, 1), 'something'],
    [3, [], 'unclear'],
    [3, lines(3, 3), 'nothing'],
    [3, lines(4, 4), 'something'],
  ] as const)('after %i lines', ([read, stored, answer]) => {
    expect(readerOf(lines(1, read)).look(stored)).toBe(answer)
  })
})

describe('a doubt', () => {
  test('about the last message of a reply is told at its end', () => {
    const tty = { tty: true }
    const reader = readerOf([Buffer.from(`${stamp(1)} one\r\n`)], tty)
    reader.open('follow')
    reader.push(Buffer.from(`${stamp(1)} one\r\n${stamp(2)} prompt> `))
    expect(reader.end()).toBe('doubt')
  })

  test('of silence is one only where the engine may pass over something', () => {
    for (const [options, state] of [
      [{}, 'aligned'],
      [{ passesOver: true }, 'doubt'],
    ] as const) {
      const reader = readerOf(lines(1, 3), options)
      reader.wasSilent()
      expect(reader.push(lines(4, 4)[0]!)).toBe(state)
    }
  })

  test('that did not arise: a snapshot beside the follow changes nothing', () => {
    const reader = following()
    expect(reader.resume('read')).toBe('aligned')
    prove(reader, lines(1, 100))
    expect(reader.resume('read')).toBe('aligned')
    expect(follow(reader, lines(101, 101)[0]!, lines(1, 101))).toBe('aligned')
  })

  test('where the container is gone is settled for what was not delivered', () => {
    const reader = following()
    const held = [...lines(101, 101), ...lines(95, 95), ...lines(102, 103)]
    expect(reader.push(Buffer.concat(held))).toBe('doubt')
    reader.open('proof')
    expect(reader.resume('impossible')).toBe('aligned')
    expect(reader.push(lines(104, 104)[0]!)).toBe('aligned')
    expect(taken(reader)).toBe(contentOf(lines(101, 104)))
  })

  // The follow was asked for 310 messages. More than those are past what was stored when it was opened.
  test.for([
    [310, 'doubt'],
    [311, 'aligned'],
  ] as const)('is one for the next message while not more came than was asked for: %i', ([came, state]) => {
    const reader = following()
    follow(reader, Buffer.concat(lines(101, came)), lines(1, came))
    expect(reader.push(lines(came + 1, came + 1)[0]!)).toBe(state)
  })

  test.for([
    [4096, 'aligned'],
    [4097, 'reopen'],
  ] as const)('ends the follow where a snapshot beside it brings too much: %i', ([behind, state]) => {
    const reader = following()
    const stored = lines(1, 100 + behind)
    expect(follow(reader, stored[100]!, stored)).toBe(state)
    expect(taken(reader)).toBe(contentOf(stored.slice(100)))
  })

  test('keeps the follow where the snapshot brings little, however much was read before', () => {
    const reader = createReader(OPTIONS)
    readAll(reader, lines(1, 3000))
    followAgain(reader, lines(1, 3000))
    expect(follow(reader, lines(3001, 3001)[0]!, lines(1, 3001))).toBe('aligned')
  })

  test('ends the follow where the snapshot beside it tells a gap, and only that one', () => {
    const reader = following()
    expect(reader.push(lines(201, 201)[0]!)).toBe('doubt')
    prove(reader, lines(150, 201))
    expect(reader.resume('read')).toBe('reopen')
    expect(reader.takeNotices()).toMatchObject([{ kind: 'gap' }])
    followAgain(reader, lines(150, 201))
    expect(follow(reader, lines(202, 202)[0]!, lines(150, 202))).toBe('aligned')
    expect(taken(reader)).toBe(contentOf(lines(150, 202)))
  })
})

describe('a followed message that no snapshot brings', () => {
  test('is asked for again, then looked for, and the third time delivered after a gap', () => {
    const reader = readerOf(lines(1, 100))
    expect(followUnstored(reader)).toBe('reopen')
    expect(reader.open('follow').follow).toBe(true)
    expect(followUnstored(reader)).toBe('reopen')
    expect(reader.open('snapshot')).toStrictEqual({ follow: false, tail: (50 + MARGIN) / 2 })
    readAll(reader, lines(1, 100))
    expect([taken(reader), reader.takeNotices()]).toEqual(['', []])
    expect(followUnstored(reader)).toBe('aligned')
    expect(taken(reader)).toBe('line 101\n')
    expect(reader.takeNotices()).toEqual([{ kind: 'gap', after: stamp(100) }])
  })

  test('is not looked for where that was in vain three times', () => {
    const reader = readerOf(lines(1, 100))
    for (let n = 0; n < 3; n++) searchInVain(reader)
    expect([followUnstored(reader), followUnstored(reader)]).toEqual(['reopen', 'reopen'])
    expect(reader.open('follow').follow).toBe(true)
  })

  test('counts once where there are several', () => {
    const reader = readerOf(lines(1, 100))
    expect(followUnstored(reader, lines(101, 103))).toBe('reopen')
    expect([taken(reader), reader.takeNotices()]).toEqual(['', []])
  })
})

describe('an error', () => {
  test('that ends a reply to an end of the log is looked into: half of that is asked for first', () => {
    const reader = readerOf(lines(1001, 1100))
    const { tail } = reader.open('snapshot')
    expect(() => reader.push(ERROR)).toThrow('boom')
    expect(reader.open('snapshot').tail).toBe(Math.floor(tail! / 2))
  })

  test('that ends a reply of the whole log is looked into from the end, and an unknown old message lies before it', () => {
    const reader = readerOf(lines(1001, 1100))
    expect(() => reader.push(ERROR)).toThrow('boom')
    expect(reader.open('snapshot').tail).toBe(64)
    expect(reader.push(frame(5, 'old\n'))).toBe('reopen')
    expect(reader.open('snapshot').tail).toBe(32)
  })

  test('is not told in a reply that is of no use, or that is only looked at', () => {
    const reader = readerOf(lines(1, 100))
    reader.open('snapshot')
    expect(reader.push(Buffer.concat([frame(5000, 'too late\n'), ERROR]))).toBe('reopen')
    const counting = createReader(OPTIONS)
    reply(counting, lines(1, 10))
    expect(counting.open('follow').tail).toBe(10)
    expect(counting.push(ERROR)).toBe('reopen')
    expect(counting.open('follow').follow).toBe(true)
  })

  test('before what exists was passed over says nothing of what comes later', () => {
    const reader = createReader({ ...OPTIONS, from: 'now' })
    reader.open('follow')
    expect(() => reader.push(ERROR)).toThrow('boom')
    reader.open('follow')
    expect(reader.end()).toBe('reopen')
    expect(reader.open('follow').follow).toBe(true)
  })

  test('is looked into however often that was in vain', () => {
    const reader = readerOf(lines(1, 100))
    for (let n = 0; n < 4; n++) searchInVain(reader)
  })

  test('that does not come from the engine says nothing of the log', () => {
    const pattern = /x/
    pattern.test = () => {
      throw new TypeError('no pattern')
    }
    const filter = new LineFilter({ includeLines: [], excludeLines: [pattern] })
    const reader = createReader({ ...OPTIONS, stages: { filter } })
    reader.open('follow')
    expect(() => reader.push(lines(1, 1)[0]!)).toThrow(TypeError)
    expect([reader.aligned, reader.open('follow').follow]).toEqual([true, true])
  })
})

describe('a reply without the place', () => {
  test('that begins with what was delivered leaves something out: it is looked into, at first by half', () => {
    const reader = readerOf(lines(1, 100))
    const { tail } = reader.open('snapshot')
    for (const one of lines(1, 79)) reader.push(one)
    expect(reader.end()).toBe('reopen')
    expect(reader.open('snapshot').tail).toBe(tail! / 2)
  })

  test('of which so many are missing: what begins later than by those begins before the place', () => {
    const reader = createReader(OPTIONS)
    readAll(reader, lines(1, 1000))
    expect(reader.open('snapshot').tail).toBe(306)
    for (const one of lines(695, 899)) reader.push(one)
    expect(reader.end()).toBe('reopen')
    expect(reader.open('snapshot').tail).toBe(153)
    // By 112 later, where 101 are missing.
    reader.push(lines(960, 960)[0]!)
    expect(reader.open('snapshot').tail).toBe(76)
  })

  test.for([
    ['something else', lines(5, 20).map((_, index) => frame(5 + index, 'else\n'))],
    ['nothing', []],
    ['what was delivered, with what was not between', lines(1, 90)],
  ] as const)('that holds %s needs all of the log', ([, messages]) => {
    const reader = readerOf([...lines(1, 40), ...lines(61, 100)])
    expect(reply(reader, messages)).toBe('reopen')
    expect(reader.open('snapshot')).toStrictEqual({ follow: false })
  })

  test('that was to begin with what was delivered is looked into, and is no gap', () => {
    const reader = createReader(OPTIONS)
    reply(reader, lines(1, 100))
    expect(reader.open('snapshot').tail).toBe(100)
    expect(reader.push(lines(31, 31)[0]!)).toBe('reopen')
    expect(reader.open('snapshot').tail).toBe(100)
    for (const one of lines(31, 60)) reader.push(one)
    expect(reader.end()).toBe('reopen')
    expect(reader.open('snapshot').tail).toBe(50)
    expect(reader.takeNotices()).toEqual([])
  })

  test('is no gap where the log is empty, or holds only the end of equal pieces', () => {
    for (const stored of [[], pieces(10)]) {
      const reader = createReader({ ...OPTIONS, maxLineBytes: 1000 })
      readAll(reader, pieces(60))
      reader.open('snapshot')
      reader.unanswered()
      expect([reply(reader, stored), reader.takeNotices()]).toEqual(['aligned', []])
    }
  })
})

describe('what lies behind a record that cannot be read', () => {
  test('is delivered between what was delivered before it and behind it', () => {
    const reader = following()
    for (let n = 101; n < 150; n++) follow(reader, lines(n, n)[0]!, lines(1, n))
    for (const one of lines(240, 300)) expect(reader.push(one)).toBe('aligned')
    taken(reader)
    readAll(reader, spoiltAt150(300), 40)
    expect(taken(reader)).toBe(contentOf(lines(151, 239)))
    expect(reader.takeNotices()).toMatchObject([{ kind: 'gap' }])
    readAll(reader, spoiltAt150(310))
    expect(taken(reader)).toBe(contentOf(lines(301, 310)))
  })

  test.each([251, 290, 300])(
    'is delivered once, and what is stored later behind it, also where less than the ring had been delivered behind it: from %i on',
    (from) => {
      const reader = following()
      for (let n = 101; n < 150; n++) follow(reader, lines(n, n)[0]!, lines(1, n))
      for (const one of lines(from, 300)) expect(reader.push(one)).toBe('aligned')
      taken(reader)
      let delivered = ''
      for (let last = 300; last <= 400; last += 10) {
        readAll(reader, spoiltAt150(last), 100)
        delivered += taken(reader)
        // As a turn does at the end of a reply.
        if (reader.look(spoiltAt150(last)(1)) === 'something') reader.distrust()
      }
      expect(delivered).toBe(contentOf([...lines(151, from - 1), ...lines(301, 400)]))
      expect(reader.takeNotices()).toMatchObject([{ kind: 'gap' }])
    },
  )

  test('is looked for again where something was stored since it was measured', () => {
    const reader = createReader(OPTIONS)
    openDelivery(reader, 300)
    taken(reader)
    expect(reader.push(lines(152, 152)[0]!)).toBe('reopen')
    expect(taken(reader)).toBe('')
    readAll(reader, spoiltAt150(301))
    expect(taken(reader)).toBe(contentOf(lines(151, 301)))
  })

  test('is given up where nothing comes of it', () => {
    const reader = createReader(OPTIONS)
    openDelivery(reader, 300)
    expect(reader.end()).toBe('reopen')
    expect(reader.open('snapshot').tail).toBeGreaterThan(MARGIN)
  })

  test('is not delivered where the reply ends with an error, which is told', () => {
    const reader = createReader(OPTIONS)
    openDelivery(reader, 300)
    expect(() => reader.push(ERROR)).toThrow('boom')
  })

  test('is all that is asked for from then on', () => {
    const reader = readerBehind(300)
    expect(reader.open('snapshot')).toStrictEqual({ follow: false, tail: 150 })
  })

  test('is damaged as well, where a reply of all of it ends before what was delivered', () => {
    const reader = readerBehind(300)
    expect(reply(reader, lines(151, 290))).toBe('reopen')
    expect(reader.open('snapshot').tail).toBe(64)
  })

  test('is asked for in full where a reply to less of it did not reach what was delivered', () => {
    const reader = readerBehind(700)
    const { tail } = reader.open('snapshot')
    expect(tail).toBeLessThan(2 * MARGIN)
    for (const one of lines(1, tail!)) reader.push(frame(1, String(one)))
    expect(reader.end()).toBe('reopen')
    expect(reader.open('snapshot').tail).toBe(550)
  })
})

describe('a lost log', () => {
  test('is read from behind the only message that is left of what was delivered', () => {
    const reader = askingForAll(lines(1, 3))
    const stored = [...lines(1, 1), ...lines(10, 11)]
    readAll(reader, stored)
    expect(taken(reader)).toBe(contentOf(lines(10, 11)))
    expect(reader.takeNotices()).toMatchObject([{ kind: 'gap' }])
  })

  test('is followed where all that is left of it was delivered', () => {
    const reader = readerOf(lines(1, 100))
    readAll(reader, lines(70, 90))
    expect(reader.takeNotices()).toMatchObject([{ kind: 'gap' }])
    expect(reader.open('follow')).toStrictEqual({ follow: true, tail: 21 + MARGIN })
  })

  test('is all new where the rest of what was delivered is rotated away before it is read', () => {
    const reader = askingForAll(lines(1, 100))
    expect(reply(reader, lines(70, 90))).toBe('reopen')
    readAll(reader, lines(500, 510))
    expect(taken(reader)).toBe(contentOf(lines(500, 510)))
  })

  test('is read to its end where it ends with an error first', () => {
    const reader = askingForAll(lines(1, 100))
    expect(reply(reader, lines(500, 510))).toBe('reopen')
    reader.open('snapshot')
    expect(() => reader.push(ERROR)).toThrow('boom')
    reader.open('snapshot')
    expect(reader.push(lines(500, 500)[0]!)).toBe('aligned')
    expect(taken(reader)).toBe('line 500\n')
  })

  test.for([
    [21, 42],
    [110, 50],
  ] as const)(
    'has its last messages as the ring: %i that were delivered, and 21 that were not',
    ([known, ring]) => {
      const reader = askingForAll(lines(1, 300))
      const stored = [...lines(200 - known + 1, 200), ...lines(400, 420)]
      readAll(reader, stored)
      expect(reader.position.cursor.ring).toHaveLength(ring)
      expect([readAll(reader, stored), taken(reader)]).toEqual([1, contentOf(lines(400, 420))])
    },
  )
})
