import { describe, expect, test } from 'vitest'
import { emptiedLog } from '../faults/containers/stored-log-faults.ts'
import { World } from '../world.ts'
import { OutputCheck, type SkippedLines } from './output-check.ts'

/** Three lines of `a`; the first two are in a file of the log that rotation takes away with the fourth. */
function threeLines(): { check: OutputCheck; skipped: SkippedLines[]; rotate: () => void } {
  const world = new World({ seed: 1 })
  const logRotation = { maxSizeBytes: 150, maxFiles: 1 }
  const container = world.engine.addContainer({ name: 'a', logRotation })
  container.write('stdout', 'one\ntwo\n')
  const skipped: SkippedLines[] = []
  const check = new OutputCheck(container, (lines) => skipped.push(lines))
  const rotate = (): void => container.write('stdout', 'three\n')
  return { check, skipped, rotate }
}

const take = (check: OutputCheck, text: string): string | undefined => check.take(Buffer.from(text))

describe('lines that the engine has lost', () => {
  test('may be missing, which is told', () => {
    const { check, skipped, rotate } = threeLines()
    rotate()
    expect(check.owed).toBe(2)
    expect(take(check, 'three\n')).toBeUndefined()
    expect(skipped).toMatchObject([{ first: 0, behind: 2 }])
    expect(check.owes).toBe(false)
  })

  test('may have been read in time', () => {
    const { check, skipped, rotate } = threeLines()
    expect(take(check, 'one\n')).toBeUndefined()
    rotate()
    expect(take(check, 'two\nthr')).toBeUndefined()
    expect(check.owes).toBe(true)
    expect(take(check, 'ee\n')).toBeUndefined()
    expect(skipped).toEqual([])
  })

  test('are not to come twice, nor behind later ones', () => {
    const { check, rotate } = threeLines()
    rotate()
    take(check, 'one\nthree\n')
    expect(take(check, 'two\n')).toMatch(/differs from the output of a at byte 10: expected nothing/)
  })

  test('may have been read in part, and then end with a newline', () => {
    const { check, rotate } = threeLines()
    rotate()
    expect(take(check, 'one\ntw\nthree\n')).toBeUndefined()
    expect(check.owes).toBe(false)
  })

  test('may be there in part at the end, where a crash left that and nothing comes behind it', () => {
    const world = new World({ seed: 1 })
    const container = world.engine.addContainer({ name: 'a' })
    container.write('stdout', 'one\ntwo\n')
    const check = new OutputCheck(container)
    expect(take(check, 'one\ntw')).toBeUndefined()
    expect(check.owes).toBe(true)
    world.inject(emptiedLog({ container: 'a' }))
    expect(check.owes).toBe(false)
    container.write('stdout', 'three\n')
    expect(check.owes).toBe(true)
  })

  test('may have been read but for their end, and come, once, behind lines of the other stream', () => {
    const world = new World({ seed: 1 })
    const logRotation = { maxSizeBytes: 150, maxFiles: 1 }
    const container = world.engine.addContainer({ name: 'a', logRotation })
    const first = 'x'.repeat(16 * 1024)
    container.write('stderr', `${first}${'y'.repeat(600)}\n`)
    container.write('stdout', 'between\n')
    const check = new OutputCheck(container)
    expect(take(check, 'between\n')).toBeUndefined()
    expect(check.records).toBe(1)
    expect(take(check, `${first}\n`)).toBeUndefined()
    expect([check.records, check.owes]).toEqual([2, false])
    expect(take(check, `${first}\n`)).toMatch(/differs/)
  })
})

test('of a line that has lost its beginning a part of the rest may come, where a kill cut it, and nothing else', () => {
  const world = new World({ seed: 1 })
  const container = world.engine.addContainer({ name: 'a', logRotation: { maxSizeBytes: 150, maxFiles: 1 } })
  container.write('stdout', `${'x'.repeat(16 * 1024)}rest of it\n`)
  container.write('stdout', 'next\n')
  for (const [part, expected] of [
    ['rest of', undefined],
    ['rest of it', undefined],
    ['rest off', expect.stringMatching(/^differs/)],
    ['est of it', expect.stringMatching(/^differs/)],
  ] as const)
    expect(take(new OutputCheck(container), `${part}\nnext\n`)).toEqual(expected)
})

test('of a line that has lost its beginning the rest may come behind what a write that failed left of that, once, and nothing of that again', () => {
  const world = new World({ seed: 1 })
  const container = world.engine.addContainer({ name: 'a', logRotation: { maxSizeBytes: 150, maxFiles: 1 } })
  const first = 'b'.padEnd(16 * 1024, 'x')
  container.write('stdout', `${first}rest of it\n`)
  container.write('stdout', 'next\n')
  for (const [text, expected] of [
    ['bxx\nrest of it\nnext\n', undefined],
    ['bxx\nrest of it\nrest of it\n', expect.stringMatching(/^differs/)],
    ['bxx\nbxxx\n', expect.stringMatching(/^differs/)],
    [`bxx\n${first}rest of it\n`, expect.stringMatching(/^differs/)],
    [`bxx\n${first}\n`, expect.stringMatching(/^differs/)],
  ] as const)
    expect(take(new OutputCheck(container), text)).toEqual(expected)
})

describe('a line that is open', () => {
  const [first, second] = ['x'.repeat(16 * 1024), 'y'.repeat(16 * 1024)]

  function openLine(maxFiles: number): { check: OutputCheck; end: () => void } {
    const world = new World({ seed: 1 })
    const container = world.engine.addContainer({ name: 'a', logRotation: { maxSizeBytes: 150, maxFiles } })
    container.write('stdout', `${first}${second}zz`)
    return { check: new OutputCheck(container), end: () => container.write('stdout', '\n') }
  }

  test('may come in part, once, when a message of it is lost, and the rest of it behind that', () => {
    const { check, end } = openLine(1)
    expect(take(check, `${first}\n`)).toBeUndefined()
    expect(check.records).toBe(1)
    end()
    expect(take(check, `${second}zz\n`)).toBeUndefined()
    expect([check.records, check.owes]).toEqual([2, false])
  })

  test.each(['before', 'behind'] as const)('is not to begin again %s its end', (when) => {
    const { check, end } = openLine(1)
    take(check, `${first}\n`)
    if (when === 'behind') end()
    expect(take(check, `${first}\n`)).toMatch(/differs/)
    expect(take(check, `${first}${second}zz\n`)).toMatch(/differs/)
  })

  test('comes again where that was lost in a crash', () => {
    const { check, end } = openLine(1)
    take(check, `${first}\n`)
    check.rewind(10)
    expect(check.takeAt(10, Buffer.from(`${first.slice(10)}\n`))).toBeUndefined()
    check.rewind(0)
    end()
    expect(take(check, `${first}${second}zz\n`)).toBeUndefined()
  })

  test('does not come while nothing of it is lost', () => {
    const { check } = openLine(10)
    expect(take(check, `${first}\n`)).toMatch(/expected nothing/)
  })
})

test('lines that the engine still has may not be missing', () => {
  const { check } = threeLines()
  expect(take(check, 'two\n')).toMatch(/at byte 0: expected "one\\n[^]*written "two\\n"$/)
})

test('lines beyond the place of a crash come again', () => {
  const { check, rotate } = threeLines()
  rotate()
  take(check, 'one\nt\nthr')
  check.rewind(5)
  expect(take(check, 'wo\nthree\n')).toBeUndefined()
  check.rewind(4)
  expect(check.owed).toBe(2)
  expect(take(check, 'three\n')).toBeUndefined()
  expect(check.held).toBe(10)
  expect(check.owes).toBe(false)
})

test('where lines may repeat the one before them may be cut, and nowhere else', () => {
  const { check, rotate } = threeLines()
  rotate()
  expect(take(check, 'one\ntw\n')).toBeUndefined()
  expect(take(check, 'thr\n')).toMatch(/^differs/)
  check.allowReturn()
  expect(take(check, 'thr\none\ntwo\nthree\n')).toBeUndefined()
  expect(take(check, 'thr\n')).toMatch(/^differs/)
})

test('lines may repeat only where that is allowed, once, and then all of them', () => {
  const { check, rotate } = threeLines()
  rotate()
  check.allowReturn()
  expect(take(check, 'one\nthree\n')).toBeUndefined()
  expect(take(check, 'two\nthree\n')).toBeUndefined()
  expect(take(check, 'two\n')).toMatch(/^differs/)
})

test('what repeats may begin with what is left of a line, and not with any part of one that is whole', () => {
  const world = new World({ seed: 1 })
  const logRotation = { maxSizeBytes: 150, maxFiles: 2 }
  const container = world.engine.addContainer({ name: 'a', logRotation })
  const second = 'y'.repeat(600)
  container.write('stdout', `${'x'.repeat(16 * 1024)}${second}\n`)
  container.write('stdout', 'three\n')
  const check = new OutputCheck(container)
  expect(take(check, `${second}\nthree\n`)).toBeUndefined()
  check.resumeAt(Buffer.from(`${second}\n`))
  expect(take(check, `${second}\nthree\n`)).toBeUndefined()
  check.allowReturn()
  expect(take(check, `${second}\nthree\n`)).toBeUndefined()
  check.allowReturn()
  expect(take(check, 'thr\n')).toMatch(/^differs/)
  expect([check.records, check.owes]).toEqual([2, false])
})

function equalLines(): OutputCheck {
  const container = new World({ seed: 1 }).engine.addContainer({ name: 'a' })
  container.write('stdout', 'one\n\ntwo\n\n\nthree\n\n')
  const check = new OutputCheck(container)
  expect(take(check, 'one\n\ntwo\n\n\nthree\n')).toBeUndefined()
  return check
}

describe('what repeats from a line that is not the only one of its kind', () => {
  test.each(['\ntwo\n\n\nthree\n\n', '\n\nthree\n\n', '\nthree\n\n', '\n'])(
    'goes on from any of them, and then as it did: %j',
    (text) => {
      const resumed = equalLines()
      resumed.resumeAt(Buffer.from('\n'))
      expect(take(resumed, text)).toBeUndefined()
      expect(resumed.records).toBe(7)
      const returned = equalLines()
      expect(take(returned, '\n')).toBeUndefined()
      returned.allowReturn()
      expect(take(returned, text)).toBeUndefined()
    },
  )

  test.each(['\n\n\n', '\nthree\ntwo\n', '\n\nthree\n\n\n'])('and not otherwise: %j', (text) => {
    const check = equalLines()
    check.resumeAt(Buffer.from('\n'))
    expect(take(check, text)).toMatch(/^differs/)
  })

  test('and has its place where it really is, should that be cut', () => {
    const check = equalLines()
    expect(take(check, '\n')).toBeUndefined()
    check.allowReturn()
    const { held } = check
    expect(take(check, '\n\nthree\n')).toBeUndefined()
    check.rewind(held + 1)
    expect(take(check, '\nthree\n\n')).toBeUndefined()
  })
})

test('one that is switched on begins with any line, also where at first a part of it is there', () => {
  const container = new World({ seed: 1 }).engine.addContainer({ name: 'a' })
  container.write('stdout', 'x1\nx2\nx3\n')
  const check = new OutputCheck(container)
  check.join()
  expect(take(check, 'x')).toBeUndefined()
  expect(take(check, '2\nx3\n')).toBeUndefined()
  expect([check.records, check.owes]).toEqual([2, false])
  expect(take(check, 'x1\n')).toMatch(/^differs/)
})

test('one that is switched on may begin with any of several equal lines', () => {
  const container = new World({ seed: 1 }).engine.addContainer({ name: 'a' })
  container.write('stdout', 'one\n\n\n\ntwo\nthree\n')
  for (const [text, records] of [
    ['\n\n\ntwo\nthree\n', 5],
    ['\n\ntwo\nthree\n', 4],
    ['\ntwo\nthree\n', 3],
  ] as const) {
    const check = new OutputCheck(container)
    check.join()
    expect(take(check, text)).toBeUndefined()
    expect([check.records, check.owes]).toEqual([records, false])
  }
  for (const text of ['\n\n\n\ntwo\n', '\nthree\n']) {
    const check = new OutputCheck(container)
    check.join()
    expect(take(check, text)).toMatch(/^differs/)
  }
})

describe('what is left of a line', () => {
  const [first, second] = ['x'.repeat(16 * 1024), 'y'.repeat(16 * 1024)]

  test('is of the line of which it is a piece, not of one that has the same bytes somewhere', () => {
    const world = new World({ seed: 1 })
    const logRotation = { maxSizeBytes: 150, maxFiles: 1 }
    const container = world.engine.addContainer({ name: 'a', logRotation })
    container.write('stdout', `${first}${first}${'x'.repeat(100)}\n`)
    container.write('stdout', `${second}${'x'.repeat(50)}\n`)
    container.write('stdout', 'next\n')
    const skipped: SkippedLines[] = []
    const check = new OutputCheck(container, (lines) => skipped.push(lines))
    expect(take(check, `${'x'.repeat(50)}\nnext\n`)).toBeUndefined()
    expect(skipped).toMatchObject([{ first: 0, behind: 1 }])
    check.resumeAt(Buffer.from(`${'x'.repeat(50)}\n`))
    expect(take(check, `${'x'.repeat(50)}\nnext\n`)).toBeUndefined()
  })

  test('may come again once, with all that follows, where that is allowed', () => {
    const world = new World({ seed: 1 })
    const logRotation = { maxSizeBytes: 150, maxFiles: 2 }
    const container = world.engine.addContainer({ name: 'a', logRotation })
    container.write('stdout', `${first}rest\n`)
    container.write('stdout', 'next\n')
    const begun = (): OutputCheck => {
      const check = new OutputCheck(container)
      expect(take(check, `${first}rest\nnext\n`)).toBeUndefined()
      return check
    }
    const [allowed, other] = [begun(), begun()]
    container.write('stdout', 'last\n')
    expect(container.log.lost.losses).toHaveLength(1)
    allowed.allowTornReturn()
    expect(take(allowed, 'rest\nnext\nlast\n')).toBeUndefined()
    expect(take(allowed, 'rest\n')).toMatch(/^differs/)
    expect(take(other, 'rest\n')).toMatch(/^differs/)
  })
})
