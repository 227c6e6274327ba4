import { expect, test } from 'vitest'
import { BehindSearch } from './behind-search.ts'
import { KeyHistory } from './key-history.ts'

type Engine = 'ends' | 'skips-rest' | 'skips-some' | 'begins-behind'

/** Messages 1 to `stored`, of which `spoilt` cannot be read, as an engine brings the last of them. */
function reply(engine: Engine, stored: number, spoilt: number, tail: number): number[] {
  const all = Array.from({ length: stored }, (_, index) => index + 1).slice(-tail)
  const at = all.indexOf(spoilt)
  if (at < 0) return all
  const skipped = engine === 'skips-some' || engine === 'begins-behind' ? 20 : Infinity
  return [...all.slice(0, engine === 'begins-behind' ? 0 : at), ...all.slice(at + 1 + skipped)]
}

/** Gives the search the replies that it asks for. @param isNew whether a message is newer than all that were delivered. @returns how many it asked for */
function drive(
  search: BehindSearch,
  replyTo: (tail: number) => number[],
  isNew: (key: number) => boolean,
): number {
  let asks = 0
  for (; search.phase !== 'deliver' && !search.isVain && asks < 100; asks++) {
    const messages = replyTo(search.ask)
    const [first] = messages
    if (search.phase === 'first') search.first(first, first !== undefined && isNew(first))
    else search.measured(messages.length, first, !messages.every(isNew))
  }
  return asks
}

/** With the messages up to this one. */
function historyUpTo(last: number): KeyHistory {
  const history = new KeyHistory(0)
  for (let key = 1; key <= last; key++) history.add(key)
  return history
}

const SUSPICION = { asked: 4, missing: 0, isCovered: false }

for (const engine of ['ends', 'skips-rest', 'skips-some', 'begins-behind'] as const) {
  test(`${engine}: the largest tail that comes whole is found, however many messages lie behind the unreadable one`, () => {
    for (let spoilt = 2; spoilt < 301; spoilt++) {
      const history = historyUpTo(spoilt - 1)
      // Where every reply begins at the same message, the log seems to begin there.
      for (const asked of engine === 'begins-behind' ? [301] : [301, Infinity]) {
        const search = new BehindSearch(history, { asked, missing: 0, isCovered: false })
        const asks = drive(
          search,
          (tail) => reply(engine, 300, spoilt, tail),
          (key) => key >= spoilt,
        )
        expect(search.isVain ? 0 : search.ask).toBe(300 - spoilt)
        expect(search.isVain || !search.isContiguous).toBe(true)
        expect(asks).toBeLessThan(engine === 'begins-behind' ? 24 : 16)
      }
    }
  })
}

test('of a log whose messages all lie behind the place everything is asked for, and what it begins with is not waited for', () => {
  const history = historyUpTo(10)
  const search = new BehindSearch(history, { ...SUSPICION, asked: Infinity })
  const all = Array.from({ length: 300 }, (_, index) => 11 + index)
  drive(
    search,
    (tail) => all.slice(-tail),
    () => true,
  )
  expect([search.phase, search.isContiguous, search.isLate]).toEqual(['deliver', false, false])
  expect(search.ask).toBeGreaterThan(300)
  expect(search.confirms(99)).toBe(true)
})

test('two looks that begin at the same message do not make it the first of the log where a number was asked for', () => {
  const search = new BehindSearch(historyUpTo(10), { ...SUSPICION, asked: 20 })
  search.first(99, true)
  expect(search.ask).toBe(15)
  search.first(99, true)
  expect([search.phase, search.ask]).toEqual(['first', 17])
})

test('what comes whole continues what was delivered where the message before it was the last of that, and none of it was delivered', () => {
  for (const { before, hasKnown, isContiguous } of [
    { before: 10, hasKnown: false, isContiguous: true },
    { before: 10, hasKnown: true, isContiguous: false },
    { before: 8, hasKnown: false, isContiguous: false },
    { before: undefined, hasKnown: false, isContiguous: false },
  ]) {
    const search = new BehindSearch(historyUpTo(10), SUSPICION)
    search.first(98, true)
    search.first(before, false)
    search.measured(2, 98, hasKnown)
    expect([search.phase, search.ask, search.isContiguous, search.isLate]).toEqual([
      'deliver',
      2,
      isContiguous,
      hasKnown,
    ])
  }
})

/** What is asked for after a look at the last ten of twenty messages. */
function askAfter(key: number | undefined, isNewer: boolean, missing: number, isCovered: boolean): number {
  const search = new BehindSearch(historyUpTo(10), { asked: 20, missing, isCovered })
  search.first(key, isNewer)
  return search.ask
}

test('the first message of a reply tells on which side of the place it begins', () => {
  const BEHIND = 15
  const BEFORE = 5
  expect([askAfter(99, true, 0, false), askAfter(99, false, 0, false)]).toEqual([BEHIND, BEFORE])
  expect([askAfter(99, false, 0, true), askAfter(undefined, false, 0, true)]).toEqual([BEHIND, BEFORE])
  // One that was delivered tells by its place how many were left out of the reply: all that are missing, if it begins before them.
  expect([askAfter(1, false, 1, false), askAfter(1, false, 0, true)]).toEqual([BEHIND, BEFORE])
  expect([askAfter(6, false, 6, true), askAfter(7, false, 6, true)]).toEqual([BEHIND, BEFORE])
})

test('in a log that grows the place is looked for again, among those that may have been stored since, five times', () => {
  const history = historyUpTo(9)
  const search = new BehindSearch(history, { ...SUSPICION, asked: 301 })
  let stored = 200
  const replyTo = (tail: number): number[] => reply('skips-rest', stored++, 10, tail)
  for (let again = 0; again < 5; again++) {
    drive(search, replyTo, (key) => key >= 10)
    const { ask } = search
    expect(search.confirms(1000)).toBe(false)
    expect([search.phase, search.ask]).toEqual(['first', ask + 32])
  }
  drive(search, replyTo, (key) => key >= 10)
  expect([search.phase, search.confirms(1000)]).toEqual(['deliver', true])
})
