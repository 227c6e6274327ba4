import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { OpenFiles, type Closable } from './open-files.ts'

const { signal } = new AbortController()
const world = new World({ seed: 1 })
const { clock } = world.ports()

/** A file that its user opens; closing takes some micro-tasks. */
class TestFile implements Closable {
  isOpen = false
  users = 0

  async close(): Promise<void> {
    await turns(2)
    this.isOpen = false
  }
}

/** One whose close takes virtual time. */
class SlowFile extends TestFile {
  closes = 0
  readonly #closeMs: number

  constructor(closeMs = 100) {
    super()
    this.#closeMs = closeMs
  }

  override async close(): Promise<void> {
    this.closes += 1
    await clock.sleep(this.#closeMs, { signal })
    this.isOpen = false
  }
}

class FailingFile extends TestFile {
  readonly #why: string

  constructor(why: string) {
    super()
    this.#why = why
  }

  override async close(): Promise<void> {
    await turns(1)
    throw new Error(this.#why)
  }
}

/** Uses it, which opens it. */
async function opened(open: OpenFiles, file: TestFile): Promise<void> {
  await open.use(file, { signal }, async () => void (file.isOpen = true))
}

/** Lets that many micro-tasks pass: a user that is quick to come again, or slow. */
async function turns(count: number): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

/** Uses the file again and again until it is told to end: the next use is asked for `pause` micro-tasks after the last one. */
async function useWithoutEnd(
  open: OpenFiles,
  file: TestFile,
  pause: number,
  end: AbortSignal,
): Promise<void> {
  while (!end.aborted) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await open.use(file, { signal }, async () => {
      file.isOpen = true
      await turns(1)
    })
    // oxlint-disable-next-line no-await-in-loop
    await turns(pause)
  }
}

/** Micro-tasks until one that waits for `wanted` is served while each of `busy` is used without end; at most 200. */
async function turnsUntilServed(
  open: OpenFiles,
  busy: readonly TestFile[],
  wanted: TestFile,
  pause: number,
): Promise<number> {
  const end = new AbortController()
  const users = busy.map((file) => useWithoutEnd(open, file, pause, end.signal))
  let served = false
  const waiting = open.use(wanted, { signal }, async () => void (served = true))
  let turn = 0
  for (; turn < 200; turn++) {
    // oxlint-disable-next-line no-await-in-loop -- micro-tasks
    await turns(1)
    if (served) break
  }
  end.abort()
  await Promise.all([...users, waiting])
  return turn
}

for (const pause of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`one that waits gets the file although another asks for it ${pause} micro-tasks after each use`, async () => {
    const open = new OpenFiles(2, clock)
    const file = new TestFile()
    expect(await turnsUntilServed(open, [file, file], file, pause)).toBeLessThan(100)
  })

  test(`one that waits for room gets it although the open files are asked for ${pause} micro-tasks after each use`, async () => {
    const open = new OpenFiles(1, clock)
    const file = new TestFile()
    expect(await turnsUntilServed(open, [file, file], new TestFile(), pause)).toBeLessThan(100)
  })
}

test('files come in the order in which they were asked for, within the limit, one user at a time, and all are given back', async () => {
  const use = fc.record({
    file: fc.nat(3),
    work: fc.nat(4),
    pause: fc.nat(4),
    closes: fc.boolean(),
    /** Micro-tasks until the caller gives up. */
    patience: fc.option(fc.nat(12), { freq: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.array(use, { maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      async (limit, users) => {
        const open = new OpenFiles(limit, clock)
        const files = [0, 1, 2, 3].map(() => new TestFile())
        const asked = files.map((): number[] => [])
        const served = files.map((): number[] => [])
        const gaveUp = new Set<number>()
        let asks = 0
        const one = async ({ file: index, work, pause, closes, patience }: Use): Promise<void> => {
          const file = files[index]!
          const ask = asks++
          const patient = new AbortController()
          asked[index]!.push(ask)
          const ending = patience === null ? null : turns(patience).then(() => patient.abort())
          try {
            await open.use(file, patient, async () => {
              served[index]!.push(ask)
              file.users += 1
              file.isOpen = true
              expect(file.users).toBe(1)
              expect(files.filter(({ isOpen }) => isOpen).length).toBeLessThanOrEqual(limit)
              await turns(work)
              if (closes) file.isOpen = false
              file.users -= 1
            })
          } catch (error) {
            if (!patient.signal.aborted) throw error
            gaveUp.add(ask)
          }
          await ending
          await turns(pause)
        }
        const inTurn = async (uses: readonly Use[]): Promise<void> => {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          for (const next of uses) await one(next)
        }
        await Promise.all(users.map(inTurn))
        expect(served).toEqual(asked.map((those) => those.filter((ask) => !gaveUp.has(ask))))
        await open.closeAll()
        expect([open.size, files.filter(({ isOpen }) => isOpen).length]).toEqual([0, 0])
      },
    ),
    { numRuns: 200 },
  )
})

interface Use {
  readonly file: number
  readonly work: number
  readonly pause: number
  readonly closes: boolean
  readonly patience: number | null
}

describe('when all files are closed', () => {
  test('those that wait, and those that ask meanwhile, are refused at once; once it is done files are opened again', async () => {
    const open = new OpenFiles(1, clock)
    const file = new TestFile()
    const { promise, resolve } = Promise.withResolvers<void>()
    const first = open.use(file, { signal }, () => promise)
    const waiting = open.use(file, { signal }, async () => {})
    const closing = open.closeAll()
    await expect(waiting).rejects.toEqual(new Error('Cannot use a file: all of them are being closed'))
    const asked = open.use(new TestFile(), { signal }, async () => {})
    await expect(asked).rejects.toEqual(new Error('Cannot use a file: all of them are being closed'))
    resolve()
    await Promise.all([first, closing])
    expect(open.size).toBe(0)
    await opened(open, file)
    expect([file.isOpen, open.size]).toEqual([true, 1])
  })

  test('each is closed after its use, and one that its user closed is left alone', async () => {
    const open = new OpenFiles(2, clock)
    const [kept, given] = [new SlowFile(), new SlowFile()]
    await opened(open, kept)
    const { promise, resolve } = Promise.withResolvers<void>()
    const using = [kept, given].map((file) =>
      open.use(file, { signal }, async () => {
        await promise
        expect(file.closes).toBe(0)
      }),
    )
    const closing = open.closeAll()
    await turns(20)
    resolve()
    await world.run(() => Promise.all([...using, closing]))
    expect([kept.closes, given.closes, open.size]).toEqual([1, 0, 0])
  })

  test('a close that fails keeps no other from being closed, and all that failed is told', async () => {
    const open = new OpenFiles(3, clock)
    const files = ['one', 'two'].map((name) => new FailingFile(name))
    const good = new TestFile()
    for (const file of [...files, good]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await opened(open, file)
    }
    const error: unknown = await open.closeAll().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AggregateError)
    expect(error).toMatchObject({
      message: 'Cannot close 2 of 3 files',
      errors: [new Error('one'), new Error('two')],
    })
    expect([good.isOpen, open.size]).toEqual([false, 2])
  })
})

test('one that gives up while it waits is told so at once, and its turn goes to the next', async () => {
  const open = new OpenFiles(1, clock)
  const file = new TestFile()
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = open.use(file, { signal }, () => promise)
  const impatient = new AbortController()
  const uses: string[] = []
  const second = open.use(file, impatient, async () => void uses.push('second'))
  const third = open.use(file, { signal }, async () => void uses.push('third'))
  impatient.abort(new Error('no patience'))
  await expect(second).rejects.toThrow('no patience')
  resolve()
  await Promise.all([first, third])
  expect(uses).toEqual(['third'])
})

describe('no more files are closed than must make room', () => {
  test('the one that was used least recently is', async () => {
    const open = new OpenFiles(2, clock)
    const [first, second, wanted] = [new TestFile(), new TestFile(), new TestFile()]
    await opened(open, first)
    await opened(open, second)
    await opened(open, first)
    await opened(open, wanted)
    expect([first.isOpen, second.isOpen]).toEqual([true, false])
  })

  test('one where two wait for the same file, and none where one waits for an open file', async () => {
    const open = new OpenFiles(2, clock)
    const [first, second, wanted] = [new TestFile(), new TestFile(), new TestFile()]
    await opened(open, first)
    await opened(open, second)
    await Promise.all([opened(open, wanted), opened(open, wanted)])
    expect([first.isOpen, second.isOpen]).toEqual([false, true])
    await Promise.all([opened(open, wanted), opened(open, wanted)])
    expect(second.isOpen).toBe(true)
  })

  test('one where others are given back while it is being closed', async () => {
    const open = new OpenFiles(2, clock)
    const [slow, kept] = [new SlowFile(), new TestFile()]
    await opened(open, slow)
    await opened(open, kept)
    await world.run(() => Promise.all([opened(open, new TestFile()), opened(open, kept)]))
    expect([slow.isOpen, kept.isOpen]).toEqual([false, true])
  })

  test('and none that was told to be late counts twice', async () => {
    const open = new OpenFiles(2, clock)
    const [late, other, slow, kept] = [new SlowFile(3000), new TestFile(), new SlowFile(), new TestFile()]
    await opened(open, late)
    await opened(open, other)
    await world.run(() => opened(open, slow))
    expect([late.isOpen, other.isOpen]).toEqual([true, false])
    await world.advance(3000)
    expect(late.isOpen).toBe(false)

    await opened(open, kept)
    await world.run(() => Promise.all([opened(open, new TestFile()), opened(open, kept)]))
    expect([slow.isOpen, kept.isOpen]).toEqual([false, true])
  })

  test('as many at once as files are waited for', async () => {
    const open = new OpenFiles(2, clock)
    await opened(open, new SlowFile(500))
    await opened(open, new SlowFile(500))
    const beganMs = clock.monotonic()
    await world.run(() => Promise.all([opened(open, new TestFile()), opened(open, new TestFile())]))
    expect(clock.monotonic() - beganMs).toBe(500)
  })
})

test('one that waits for room gets that of another file when a close takes longer than a second', async () => {
  const hung = new TestFile()
  hung.close = () => new Promise(() => {})
  const [idle, wanted, last] = [new TestFile(), new TestFile(), new TestFile()]
  const open = new OpenFiles(2, clock)
  await opened(open, hung)
  await opened(open, idle)
  const beganMs = clock.monotonic()
  await world.run(() => opened(open, wanted))
  expect(clock.monotonic() - beganMs).toBe(1000)
  expect([hung.isOpen, idle.isOpen, wanted.isOpen, open.size]).toEqual([true, false, true, 2])
  await world.run(() => opened(open, last))
  expect([clock.monotonic() - beganMs, wanted.isOpen, last.isOpen, open.size]).toEqual([1000, false, true, 2])
})
