import { beforeEach, expect, test } from 'vitest'
import { KeyHistory } from './key-history.ts'
import { ReadableEnd, type Snapshot } from './readable-end.ts'

/** Delivered were the messages 1 to 10. Messages from 90 on were not. */
let history: KeyHistory
let end: ReadableEnd

beforeEach(() => {
  history = new KeyHistory(0)
  for (let key = 1; key <= 10; key++) history.add(key)
  end = new ReadableEnd(history, false)
})

/** A snapshot of the whole log that brought something. */
const REPLY = { fresh: 3, how: 'snapshot', hasPassedOver: false } as const
const WHOLE: Snapshot = { ...REPLY, asked: undefined, passed: 10, first: 1 }
/** One that is shorter than what was asked for. */
const SHORT: Snapshot = { ...REPLY, asked: 20, passed: 9, first: 5 }
const SUSPICION = { asked: 4, missing: 0, isCovered: false }

/** Of the end of the log the last two messages come whole. @param before first message of a reply of three */
function findTwoWhole(before: number): void {
  expect(end.suspect(SUSPICION, false)).toBe(true)
  expect([end.role, end.tail(50)]).toEqual(['first', 2])
  end.looked(98, true)
  expect(end.tail(50)).toBe(3)
  end.looked(before, false)
  expect([end.role, end.tail(50)]).toEqual(['measure', 2])
  end.measured(2, 98, false)
  expect([end.role, end.tail(50)]).toEqual(['deliver', 2])
}

test('nothing is looked for at first, and as much is asked for as is usual', () => {
  expect(end.bounds(50)).toBe(false)
  expect([end.role, end.needsSnapshot, end.isDamaged]).toEqual(['read', false, false])
  expect([end.tail(50), end.tail(undefined), end.bounds(50), end.bounds(undefined)]).toEqual([
    50,
    undefined,
    false,
    false,
  ])
})

test('a log that was there before needs one snapshot', () => {
  for (const settle of [
    (one: ReadableEnd): unknown => one.ended({ ...WHOLE, fresh: 0 }),
    (one: ReadableEnd): unknown => one.giveUp(),
  ]) {
    const unproved = new ReadableEnd(history, true)
    expect([unproved.role, unproved.needsSnapshot]).toEqual(['read', true])
    settle(unproved)
    expect(unproved.needsSnapshot).toBe(false)
  }
})

test('a whole log that brought something is counted: its end begins with the first of what was delivered', () => {
  expect(end.ended(WHOLE)).toBe(true)
  expect([end.role, end.needsSnapshot, end.tail(50), end.bounds(10)]).toEqual(['count', true, 10, false])
  end.looked(1, false)
  expect([end.role, end.needsSnapshot, end.tail(50)]).toEqual(['read', false, 50])
})

test('no more is counted than is remembered, and than the log has', () => {
  end.ended({ ...WHOLE, passed: 8 })
  expect(end.tail(50)).toBe(8)
  end.looked(3, false)
  expect(end.needsSnapshot).toBe(false)
  end.ended({ ...WHOLE, passed: 100 })
  expect(end.tail(50)).toBe(10)
  end.looked(1, false)
  for (let key = 0; key < 20_000; key++) history.add(1000 + key)
  end.ended({ ...WHOLE, passed: 20_010 })
  expect(end.tail(50)).toBe(16_384)
  const restored = new KeyHistory(100)
  for (let key = 1; key <= 10; key++) restored.add(key)
  const later = new ReadableEnd(restored, false)
  later.ended({ ...WHOLE, passed: 100 })
  expect(later.tail(50)).toBe(10)
})

test('a count is not needed where nothing came, beside a follower, or where no message comes', () => {
  expect([end.ended({ ...WHOLE, fresh: 0 }), end.ended({ ...WHOLE, how: 'proof' })]).toEqual([false, false])
  expect(end.ended({ ...WHOLE, asked: 10 })).toBe(false)
  expect(end.role).toBe('read')
  expect(end.ended({ ...WHOLE, how: 'follow' })).toBe(true)
  end.looked(undefined, false)
  expect([end.role, end.needsSnapshot]).toEqual(['read', false])
})

test('an end that begins later than it should is asked for once, and may begin within what is remembered', () => {
  end.ended({ ...WHOLE, passed: 8 })
  end.looked(5, false)
  expect([end.role, end.needsSnapshot]).toEqual(['read', true])
  expect([end.tail(50), end.bounds(8), end.bounds(undefined)]).toEqual([8, true, false])
  expect([end.needsSnapshot, end.tail(50), end.bounds(50)]).toEqual([false, 50, false])
})

test('an end that begins with a message that was not delivered is looked into, unless that comes', () => {
  for (const comes of [false, true]) {
    end.ended({ ...WHOLE, passed: 8 })
    end.looked(95, true)
    expect([end.tail(50), end.bounds(8)]).toEqual([8, false])
    if (comes) history.add(95)
    expect(end.ended({ ...WHOLE, asked: 8, passed: 8 })).toBe(!comes)
    expect([end.role, end.tail(50)]).toEqual(comes ? ['read', 50] : ['first', 4])
    end = new ReadableEnd(history, false)
  }
})

test('the message that was delivered first was delivered, whether it is the last that is stored or comes after it was seen', () => {
  expect(end.sees(1)).toBe(true)
  const fresh = new ReadableEnd(new KeyHistory(0), false)
  expect(fresh.sees(95)).toBe(false)
  const after = new KeyHistory(0)
  const late = new ReadableEnd(after, false)
  late.sees(95)
  after.add(95)
  expect(late.ended({ ...REPLY, asked: 20, passed: 20, first: 95, fresh: 1 })).toBe(false)
})

test('a last message that is not delivered is looked into once a snapshot ends without it', () => {
  expect([end.sees(10), end.sees(95)]).toEqual([true, false])
  expect(end.sees(10)).toBe(true)
  expect(end.ended({ ...WHOLE, fresh: 0 })).toBe(false)
  end.sees(95)
  expect(end.ended({ ...WHOLE, asked: 20, passed: 20, fresh: 0 })).toBe(true)
  expect([end.role, end.tail(50)]).toEqual(['first', 10])
  // A message that is unknown and not newer may have been there before.
  end.looked(96, false)
  expect(end.tail(50)).toBe(5)
})

test('a short reply is no sign of anything where it begins as the log does', () => {
  expect(end.ended(SHORT)).toBe(true)
  expect([end.role, end.tail(50)]).toEqual(['start', undefined])
  end.looked(5, false)
  expect([end.role, end.tail(50)]).toEqual(['count', 9])
  end.looked(2, false)
  expect(end.ended({ ...SHORT, fresh: 0 })).toBe(false)
  expect(end.ended(SHORT)).toBe(true)
  expect(end.role).toBe('count')
})

test('a look at the start that brings nothing is repeated, and believed the third time', () => {
  for (const empty of [2, 3]) {
    end = new ReadableEnd(history, false)
    end.ended(SHORT)
    for (let look = 0; look < empty; look++) {
      expect([end.role, end.tail(50)]).toEqual(['start', undefined])
      end.looked(undefined, false)
    }
    if (empty === 2) end.looked(5, false)
    expect([end.role, end.tail(50)]).toEqual(empty === 2 ? ['count', 9] : ['read', 20])
  }
})

test('a log that begins as a snapshot of all of it did need not be looked at', () => {
  end.ended({ ...WHOLE, first: 5, fresh: 0 })
  expect(end.ended({ ...SHORT, fresh: 0 })).toBe(false)
  expect(end.role).toBe('read')
})

test('one that holds what was never delivered before what was is no sign either', () => {
  expect(end.ended({ ...SHORT, hasPassedOver: true })).toBe(false)
  expect(end.role).toBe('read')
})

test('a reply that is short twice, of a log that begins before it, is looked into', () => {
  end.ended(SHORT)
  end.looked(3, false)
  expect([end.role, end.needsSnapshot, end.tail(50), end.bounds(20)]).toEqual(['read', true, 20, true])
  expect(end.ended(SHORT)).toBe(true)
  expect([end.role, end.tail(50)]).toEqual(['first', 10])
})

test.each([
  [5, 15],
  [6, 15],
  [7, 5],
  [8, 5],
])(
  'of a reply that lacks eleven of twenty about half are missing: one of ten that begins with %i leads to %i',
  (first, next) => {
    end.ended(SHORT)
    end.looked(3, false)
    end.tail(50)
    end.ended(SHORT)
    expect(end.tail(50)).toBe(10)
    end.looked(first, false)
    expect(end.tail(50)).toBe(next)
  },
)

test('a reply that is short, and then not, is not looked into', () => {
  end.ended(SHORT)
  end.looked(3, false)
  end.tail(50)
  expect(end.ended({ ...SHORT, passed: 20 })).toBe(false)
  expect(end.ended(SHORT)).toBe(true)
  expect(end.role).toBe('start')
})

test('where all is remembered, an unknown message is one that was left out', () => {
  for (const [first, next] of [
    [1, 15],
    [5, 15],
    [95, 5],
  ] as const) {
    end = new ReadableEnd(history, false)
    end.ended({ ...SHORT, first })
    end.looked(90, false)
    end.tail(50)
    end.ended({ ...SHORT, first })
    expect(end.tail(50)).toBe(10)
    end.looked(96, false)
    expect(end.tail(50)).toBe(next)
  }
})

test('what comes whole is delivered, and no more is asked for from then on', () => {
  findTwoWhole(10)
  expect([end.isDamaged, end.needsSnapshot]).toEqual([false, true])
  expect(end.delivers(98)).toEqual({ isLate: false, isGap: false })
  expect([end.isDamaged, end.role, end.needsSnapshot]).toEqual([true, 'read', false])
  expect([end.tail(50), end.tail(undefined), end.tail(1), end.bounds(2), end.bounds(1)]).toEqual([
    2,
    2,
    1,
    true,
    false,
  ])
  for (const key of [98, 99, 100]) history.add(key)
  expect([end.tail(50), end.bounds(3)]).toEqual([3, true])
  end.giveUp()
  expect([end.isDamaged, end.tail(50)]).toEqual([false, 50])
})

test('what comes whole may have been delivered in part', () => {
  end.suspect(SUSPICION, false)
  end.looked(98, true)
  end.looked(8, false)
  end.measured(2, 98, true)
  expect(end.delivers(98)).toEqual({ isLate: true, isGap: true })
  history.add(98)
  expect(end.tail(50)).toBe(3)
})

test('a reply that does not begin where it should is looked for again', () => {
  findTwoWhole(8)
  expect(end.delivers(99)).toBeUndefined()
  expect([end.role, end.isDamaged]).toEqual(['first', false])
})

test('one search goes on at a time, and the third in vain is the last, unless there is a new reason', () => {
  end.ended(WHOLE)
  expect(end.suspect(SUSPICION, false)).toBe(true)
  expect([end.role, end.suspect(SUSPICION, true)]).toEqual(['first', false])
  const fail = (): void => {
    end.looked(undefined, false)
    end.looked(undefined, false)
  }
  fail()
  expect(end.role).toBe('read')
  for (let n = 0; n < 2; n++) {
    expect(end.suspect(SUSPICION, false)).toBe(true)
    fail()
  }
  expect(end.suspect(SUSPICION, false)).toBe(false)
  expect(end.suspect(SUSPICION, true)).toBe(true)
  end.giveUp()
  findTwoWholeAgain()
  expect(end.suspect(SUSPICION, false)).toBe(true)
})

/** A search that finds something is a reason for others. */
function findTwoWholeAgain(): void {
  end.suspect(SUSPICION, true)
  end.looked(98, true)
  end.looked(8, false)
  end.measured(2, 98, false)
  end.delivers(98)
}

test('a search is in vain where what was measured is short to the last message', () => {
  for (let n = 0; n < 3; n++) {
    end.suspect({ ...SUSPICION, asked: 2 }, false)
    end.looked(98, true)
    expect(end.role).toBe('measure')
    end.measured(0, undefined, false)
    expect(end.role).toBe('read')
  }
  expect(end.suspect(SUSPICION, false)).toBe(false)
})

test('what is given up is not looked for', () => {
  end.ended(SHORT)
  end.looked(3, false)
  end.giveUp()
  expect([end.needsSnapshot, end.tail(50)]).toEqual([false, 50])
  end.ended(WHOLE)
  end.giveUp()
  expect(end.role).toBe('read')
})

/** A search in which the two messages that come whole are the last that were delivered. */
function findWithinDelivered(again: boolean): ReturnType<ReadableEnd['delivers']> {
  expect(end.suspect({ asked: 4, missing: 1, isCovered: false }, again)).toBe(true)
  const first = history.at(history.next - 2)
  end.looked(first, false)
  end.looked(undefined, false)
  end.measured(2, first, true)
  return end.delivers(first)
}

test.each([
  ['the last of many', 10],
  ['all', 2],
])(
  'what comes whole and begins with what was delivered, %s, is one gap, and the third time in a row the last search',
  (_, delivered) => {
    history = new KeyHistory(0)
    for (let key = 1; key <= delivered; key++) history.add(key)
    end = new ReadableEnd(history, false)
    const found = [1, 2, 3].map(() => findWithinDelivered(false))
    expect(found).toEqual([
      { isLate: true, isGap: true },
      { isLate: true, isGap: false },
      { isLate: true, isGap: false },
    ])
    expect(end.suspect(SUSPICION, false)).toBe(false)
  },
)

test('what comes late each time is a gap each time, and a reason to look again', () => {
  for (let n = 0; n < 4; n++) {
    expect(end.suspect(SUSPICION, false)).toBe(true)
    end.looked(98, true)
    end.looked(8, false)
    end.measured(2, 98, true)
    expect(end.delivers(98)).toEqual({ isLate: true, isGap: true })
  }
})

/** Searches that find nothing, as many as are made without a new reason. */
function searchInVain(): void {
  for (let n = 0; n < 3; n++) {
    end.suspect(SUSPICION, false)
    end.looked(undefined, false)
    end.looked(undefined, false)
  }
}

test('after three searches in vain neither a message that does not come nor a short reply is looked into', () => {
  searchInVain()
  end.sees(95)
  expect(end.ended({ ...WHOLE, asked: 20, passed: 20 })).toBe(false)
  end.ended(SHORT)
  end.looked(3, false)
  end.tail(50)
  expect([end.ended(SHORT), end.role]).toEqual([false, 'read'])
})

test('a reply that is short after a search has to be short twice again', () => {
  end.ended(SHORT)
  end.looked(3, false)
  end.tail(50)
  expect(end.ended(SHORT)).toBe(true)
  searchInVain()
  expect([end.ended(SHORT), end.role]).toEqual([true, 'start'])
})

test('where the log is counted, as many as come whole are no bound', () => {
  findTwoWhole(10)
  end.delivers(98)
  expect(end.ended({ ...WHOLE, passed: 2 })).toBe(true)
  expect([end.role, end.tail(50), end.bounds(2)]).toEqual(['count', 2, false])
})
