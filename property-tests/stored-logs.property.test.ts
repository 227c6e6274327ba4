import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { OutputCheck, PERSONALITIES, World, type SimulatedContainer } from '../simulators/index.ts'
import { SwitchingFollower, type Way } from './models/switching-follower.ts'

/** What a container writes, and how its log is read then. */
interface Visit {
  readonly writes: readonly Write[]
  readonly way: Way
  /** Whether the container is started anew before it writes. */
  readonly restarts: boolean
  /** Which record is spoilt, counted from the last; 0 for none. */
  readonly spoils: number
}

interface Write {
  readonly kind: 'lines' | 'long' | 'bytes' | 'open'
  readonly count: number
  readonly stream: 'stdout' | 'stderr'
}

const write: fc.Arbitrary<Write> = fc.record({
  kind: fc.constantFrom('lines', 'lines', 'lines', 'long', 'bytes', 'open'),
  count: fc.integer({ min: 1, max: 60 }),
  stream: fc.constantFrom('stdout', 'stderr'),
})

const visits = (spoils: fc.Arbitrary<number>): fc.Arbitrary<Visit[]> =>
  fc.array(
    fc.record<Visit>({
      writes: fc.array(write, { maxLength: 5 }),
      way: fc.constantFrom('api', 'files', 'files'),
      restarts: fc.boolean(),
      spoils,
    }),
    { minLength: 2, maxLength: 8 },
  )

const setting = fc.record({
  seed: fc.noShrink(fc.nat()),
  engine: fc.constantFrom('20.10', '26'),
  tty: fc.boolean(),
  /** Long lines do not fit in the small ones: a record is read into a buffer of its own. */
  bufferBytes: fc.constantFrom(1000, 65_536),
  rotation: fc.constantFrom(
    {},
    { maxSizeBytes: 3000, maxFiles: 3 },
    { maxSizeBytes: 3000, maxFiles: 1 },
    { maxSizeBytes: 200_000, maxFiles: 50 },
  ),
})

/** @param serial makes each text another one: where some may be missing, equal ones could not be told apart */
function put(container: SimulatedContainer, { count, kind, stream }: Write, serial: number): void {
  const way = container.tty ? 'stdout' : stream
  if (kind === 'lines') for (let line = 0; line < count; line++) container.writeNumberedLine({ stream: way })
  if (kind === 'long')
    container.writeNumberedLine({ stream: way, lineBytes: { min: 900 * count, max: 900 * count } })
  if (kind === 'bytes')
    container.write(
      way,
      Buffer.from(`\u2028<é>😀"\\\t\x00\x1f${serial} ${count}\xff\n`, count % 2 === 0 ? 'latin1' : 'utf8'),
    )
  if (kind === 'open' && container.tty) container.write(way, `no end ${serial} ${count}`)
}

async function follow(
  drawn: typeof setting extends fc.Arbitrary<infer T> ? T : never,
  all: readonly Visit[],
): Promise<{
  follower: SwitchingFollower
  check: OutputCheck
  container: SimulatedContainer
  wrong: string | undefined
  /** Runs of lines between others that the engine had lost. */
  skipped: number
}> {
  const { bufferBytes, engine, rotation, seed, tty } = drawn
  let skipped = 0
  const world = new World({
    seed,
    recordLocations: false,
    engine: { personality: PERSONALITIES[engine], storesLogs: true },
  })
  const container = world.engine.addContainer({ name: 'web', tty, logRotation: rotation })
  // What went before the first line that was read nobody can know of.
  const check = new OutputCheck(container, ({ first }) => void (skipped += first === 0 ? 0 : 1))
  const follower = new SwitchingFollower(container, world.ports(), bufferBytes)
  let wrong: string | undefined
  let held = 0
  let serial = 0
  for (const { restarts, spoils, way, writes } of all) {
    if (restarts) world.engine.restart('web')
    for (const one of writes) {
      put(container, one, serial++)
      await world.advance(1)
    }
    if (spoils > 0) container.log.spoil(spoils)
    await world.run(() => follower.visit(way, false))
    wrong ??= check.take(follower.bytes.subarray(held))
    held = follower.bytes.length
  }
  world.engine.stop('web')
  await world.run(() => follower.visit('files', true))
  wrong ??= check.take(follower.bytes.subarray(held))
  return { follower, check, container, wrong, skipped }
}

test.prop([setting, visits(fc.constant(0))], { numRuns: 30, seed: 1 })(
  'a log that is read now over the API, now from its files, loses and repeats nothing, and tells what was rotated away',
  async (drawn, all) => {
    const { check, container, follower, skipped, wrong } = await follow(drawn, all)
    expect(wrong).toBeUndefined()
    expect(check.owes).toBe(false)
    const gaps = follower.notices.filter(({ kind }) => kind === 'gap')
    if (container.log.lost.losses.length === 0) expect(gaps).toEqual([])
    if (skipped > 0) expect(gaps.length).toBeGreaterThan(0)
  },
)

test.prop(
  [setting, visits(fc.nat(3)).map((all) => all.map((visit): Visit => ({ ...visit, way: 'files' })))],
  { numRuns: 20, seed: 1 },
)('a record in a file that is spoilt costs that record alone, and a gap', async (drawn, all) => {
  const { check, follower, skipped, wrong } = await follow(drawn, all)
  expect(wrong).toBeUndefined()
  expect(check.owes).toBe(false)
  if (skipped > 0) expect(follower.notices.some(({ kind }) => kind === 'gap')).toBe(true)
})

/** What a container writes of lines whose pieces are all equal, and how its log is read then. */
interface EqualVisit {
  /** Not one: behind the first message of a log, and no other, the place is not told from that behind an equal one over the API. */
  readonly pieces: number
  /** Whether the line is over, and others follow it. */
  readonly ends: boolean
  readonly way: Way
  /** Whether the place is looked for by what is stored before it. */
  readonly losesFile: boolean
}

const equalVisit: fc.Arbitrary<EqualVisit> = fc.record({
  pieces: fc.oneof(fc.constant(0), fc.integer({ min: 2, max: 70 }), fc.integer({ min: 2, max: 600 })),
  ends: fc.boolean(),
  way: fc.constantFrom('api', 'files'),
  losesFile: fc.boolean(),
})

test.prop([fc.array(equalVisit, { minLength: 2, maxLength: 8 }), fc.nat(3)], { numRuns: 60, seed: 1 })(
  'a line of equal pieces is gone on with at the right one, now over the API, now from files',
  async (all, before) => {
    // With pieces of the real size a buffer for files holds fewer of them than there are keys in a position: so it does here.
    const chunkBytes = 64
    const personality = { ...PERSONALITIES['26'], chunkBytes }
    const world = new World({ seed: 1, recordLocations: false, engine: { personality, storesLogs: true } })
    const container = world.engine.addContainer({ name: 'web' })
    const follower = new SwitchingFollower(container, world.ports(), 4096)
    for (let first = 0; first < before; first++) container.writeNumberedLine()
    let line = 0
    for (const { ends, losesFile, pieces, way } of all) {
      container.write('stdout', 'abcdefgh'.charAt(line).repeat(pieces * chunkBytes))
      if (ends) {
        container.writeNumberedLine()
        line += 1
      }
      if (losesFile) follower.loseFile()
      await world.run(() => follower.visit(way, false))
    }
    world.engine.stop('web')
    await world.run(() => follower.visit('api', true))
    expect(Buffer.from(follower.bytes).toString()).toBe(Buffer.from(container.expected.view()).toString())
    expect(follower.notices).toEqual([])
  },
)

const visit = (writes: readonly (readonly [Write['kind'], number])[], spoils: number): Visit => ({
  writes: writes.map(([kind, count]) => ({ kind, count, stream: 'stdout' })),
  way: 'files',
  restarts: false,
  spoils,
})

test('a place behind a spoilt record is not taken for the same place of another file that was spoilt alike', async () => {
  const { wrong, check } = await follow(
    {
      seed: 2_147_483_640,
      engine: '20.10',
      tty: false,
      bufferBytes: 1000,
      rotation: { maxSizeBytes: 3000, maxFiles: 1 },
    },
    [
      visit([['long', 55]], 0),
      visit(
        [
          ['lines', 16],
          ['lines', 3],
        ],
        0,
      ),
      visit([['lines', 1]], 1),
      visit(
        [
          ['lines', 1],
          ['lines', 1],
          ['long', 3],
          ['lines', 44],
        ],
        3,
      ),
    ],
  )
  expect(wrong).toBeUndefined()
  expect(check.owes).toBe(false)
})
